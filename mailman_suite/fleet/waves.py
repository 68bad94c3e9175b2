"""Several hosts of one run together: in which waves, who builds for whom, who is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailman_suite.base.refusal import untouched
from mailman_suite.gates.table import gates_table
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.suite.suite import Suite


@dataclass(frozen=True)
class Wave:
    """The hosts whose windows open together, and whether the run has no other wave."""

    number: int
    hosts: tuple[str, ...]
    alone: bool = False

    def __str__(self) -> str:
        return f"wave {self.number}"


def waves(suites: Mapping[str, Suite]) -> tuple[Wave, ...]:
    """The waves of a run, first to last; `suites` has every host of it, by name."""
    members: dict[int, list[str]] = {}
    for name, suite in sorted(suites.items()):
        members.setdefault(suite.settings.wave, []).append(name)
    return tuple(
        Wave(number, tuple(hosts), alone=len(members) == 1)
        for number, hosts in sorted(members.items())
    )


def with_builders(suites: Mapping[str, Suite], lacking: Mapping[str, str]) -> dict[str, Suite]:
    """The suites, each with who builds its release.

    `lacking` maps each host that needs a release of which no archive is kept to that archive's
    name. Of several that need the same one, the first of the earliest wave builds it.
    """
    decided = dict(suites)
    for archive in sorted(set(lacking.values())):
        alike = [name for name, its in lacking.items() if its == archive]
        first, *others = sorted(alike, key=lambda name: (suites[name].settings.wave, name))
        if others:
            decided[first] = replace(suites[first], building="for others")
            decided |= {name: replace(suites[name], building="elsewhere") for name in others}
    return decided


def building(suites: Mapping[str, Suite]) -> Iterator[str]:
    """A line about each release that one host builds for others."""
    for name, suite in sorted(suites.items()):
        if suite.building == "for others":
            yield f"{name} builds {suite.identifier}; the other hosts of its kind get a copy"


def gates_of(prospects: Sequence[Prospect]) -> Iterator[str]:
    """The gates that need attention, each once for all hosts with the same result."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in prospects:
        more = [finding for finding in one.findings if finding.verdict != "fine"]
        alike.setdefault(tuple(gates_table(more)[:-1]), []).append(one.host)
    for lines, hosts in alike.items():
        if lines:
            yield f"gates of {', '.join(hosts)} that need attention:"
            yield from lines


def refusal(prospects: Sequence[Prospect]) -> str:
    """Every reason of every refused host, and how to continue without these."""
    refused = [one for one in prospects if one.reasons]
    told = [untouched(one.host, one.reasons) for one in refused]
    told.append(f"{len(refused)} of {len(prospects)} hosts were refused, so none was touched.")
    if len(refused) < len(prospects):
        words = " ".join(f"--exclude {one.host}" for one in refused)
        told[-1] += f" To continue without them: {words}"
    return "\n".join(told)
