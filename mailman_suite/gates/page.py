"""Prints docs/gates.md from the data: `make gates-page`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from mailman_suite.gates import asking
from mailman_suite.gates import versions as gates_versions
from mailman_suite.gates.model import ANY, Gate, NotAGate
from mailman_suite.releases.catalogue import DEFAULT, RELEASES, Release

_TOP = """\
# Releases and gates

<!-- Made by `make gates-page` from mailman_suite/gates*.py and releases.py: change it there. -->

A *release* is a locked, tested set of package versions. A *gate* is a known trap that lies between
two versions of a package. A run that changes the release asks every gate that the host crosses and
shows the answers in one table, also with `--dry`:

| verdict | means |
|---|---|
| fine | the trap is not there, or does no harm |
| window | the run deals with it while the services are stopped, or right after |
| word | you have to decide; the refusal says what to do, and prints the line for group data |
| stop | the upgrade cannot begin before something was done |

Your word is a setting that names release and gate, and counts for no other release:

    mailman_acknowledged = {"%s": ["nntp_runner"]}

A gate judges what stands on the host. What was dealt with is not asked again.
"""


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_TOP % DEFAULT, *_releases(), *_starts(), *_gates(), *_not_gates()])


def _releases() -> list[str]:
    packages = [name for name, _ in next(iter(RELEASES.values())).packages]
    titles = ["release", "Django", "Python", *packages]
    return ["## Releases\n", *_table(titles, map(_release, RELEASES.values())), ""]


def _release(release: Release) -> list[str]:
    versions = [version for _, version in release.packages]
    return [f"`{release.name}`", release.django, release.python_range, *versions]


def _starts() -> list[str]:
    first = ", ".join(f"{package} {version}" for package, version in gates_versions.FIRST.items())
    tested = ", ".join(gates_versions.TESTED_FROM)
    newest = RELEASES[DEFAULT].core
    return [
        "## From where to where\n",
        f"An upgrade begins at {first} or anything newer, up to the release itself. It goes to "
        f"Core {newest} directly, with no stop on the way: that was run from Core {tested}. "
        "Older hosts go to Core 3.2 by the upgrade guide first. Nothing goes to an older version: "
        "a migrated database has no way back but its snapshot.\n",
    ]


def _gates() -> list[str]:
    rows = [
        [f"`{gate.name}`", _crossing(gate), gate.trap, gate.expects or "-", gate.source]
        for gate in asking.GATES
    ]
    titles = ["gate", "crossing", "the trap", "what it asks for", "source"]
    return ["## Gates\n", *_table(titles, rows), ""]


def _not_gates() -> list[str]:
    rows = [
        [one.name, _crossing(one), one.trap, one.because, one.source] for one in asking.NOT_GATES
    ]
    titles = ["trap", "crossing", "what went wrong elsewhere", "why it cannot here", "source"]
    return ["## Known traps that need no gate\n", *_table(titles, rows), ""]


def _crossing(one: Gate | NotAGate) -> str:
    if one.version == ANY:
        return f"{one.component}, any"
    lowest = f"{one.since} to " if isinstance(one, Gate) and one.since else ""
    return f"{one.component} {lowest}<{one.version}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [titles, ["---"] * len(titles), *rows]
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]


if __name__ == "__main__":
    sys.stdout.write(page())
