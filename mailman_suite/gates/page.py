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

<!-- Made by `make gates-page` from mailman_suite/gates and releases: change them there. -->

A *release* is a locked, tested set of package versions. A *gate* is a known trap between two
versions of a package. A run that changes the release evaluates every gate between the two versions
and shows the results in one table, also with `--dry`:

| verdict | meaning |
| --- | --- |
| fine | the trap does not exist here, or does no harm |
| window | the run deals with it during the maintenance window, or right after it |
| acknowledge | you decide; the refusal prints the line of group data that acknowledges it |
| stop | the upgrade cannot begin; the refusal says why and what to do |

An acknowledgement is a line in group data, for one release:

    mailman_acknowledged = {"%s": ["nntp_runner"]}

A gate judges the present state of the host. Once the cause is removed, it no longer asks.
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
        f"An upgrade can begin at {first} or newer, up to the release itself, and leads to "
        f"Core {newest} directly; this was tested from Core {tested}. Upgrade older hosts to Core "
        "3.2 with the upgrade guide first. No release is downgraded: a migrated database can only "
        "be restored from its snapshot.\n",
    ]


def _gates() -> list[str]:
    rows = [
        [f"`{gate.name}`", _crossing(gate), gate.trap, gate.expects or "-", gate.source]
        for gate in asking.GATES
    ]
    titles = ["gate", "crossing", "the trap", "requires", "source"]
    return ["## Gates\n", *_table(titles, rows), ""]


def _not_gates() -> list[str]:
    rows = [
        [one.name, _crossing(one), one.trap, one.because, one.source] for one in asking.NOT_GATES
    ]
    titles = [
        "trap",
        "crossing",
        "what went wrong elsewhere",
        "why it cannot happen here",
        "source",
    ]
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
