"""The hosts of one suite in a run: whether all needed take part, and who waits for whom. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailman_suite.base.refusal import Refusal
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.suite.suite import Suite


def checked(prospects: Sequence[Prospect]) -> list[Prospect]:
    """The prospects, with one more reason if the other hosts of a suite prevent a change."""
    return [
        replace(one, reasons=(*one.reasons, *_reasons(one, _mates(one, prospects))))
        for one in prospects
    ]


def with_awaiting(suites: Mapping[str, Suite]) -> dict[str, Suite]:
    """The suites; a host of the web waits for Core's host where that one changes in this run."""
    changing = {_key(one) for one in suites.values() if _changes(one, "core")}
    return {
        name: replace(one, awaits=_changes(one, "web") and _key(one) in changing)
        for name, one in suites.items()
    }


def _changes(suite: Suite, role: str) -> bool:
    return suite.settings.role == role and suite.changes_release


def _key(suite: Suite) -> str:
    """What the hosts of one suite have in common and no other suite has."""
    return json.dumps(suite.settings.hosts, sort_keys=True)


def _mates(one: Prospect, prospects: Sequence[Prospect]) -> list[Suite]:
    """The hosts of the same suite in this run that run a release, this one among them."""
    if one.suite is None or not one.suite.settings.is_split:
        return []
    suites = [other.suite for other in prospects if other.suite]
    return [
        other for other in suites if _key(other) == _key(one.suite) and other.settings.runs_release
    ]


def _reasons(one: Prospect, mates: Sequence[Suite]) -> Iterator[Refusal]:
    suite = one.suite
    if suite is None or not mates or not suite.settings.runs_release:
        return
    yield from _one_release(mates)
    if suite.changes_release:
        yield from _all_there(suite, mates)
        yield from _one_wave(mates)


def _one_release(mates: Sequence[Suite]) -> Iterator[Refusal]:
    names = sorted({mate.release.name for mate in mates})
    if len(names) > 1:
        yield Refusal(
            found=f"hosts of one suite with the releases {', '.join(names)}",
            expected="one release for Core and web: their packages are tested together",
            remedy="set mailman_release once, in group_data",
        )


def _all_there(suite: Suite, mates: Sequence[Suite]) -> Iterator[Refusal]:
    """A run over only the web's hosts, or only Core's, cannot change the release."""
    needed = [*suite.settings.addresses("core"), *suite.settings.addresses("web")]
    there = {mate.settings.address for mate in mates}
    lacking = [address for address in needed if address not in there]
    if lacking:
        yield Refusal(
            found=f"a change of release without {', '.join(lacking)} of the same suite",
            expected="Core's host and every host of the web in one run",
            remedy="remove --limit and --exclude, or see why these hosts were refused",
        )


def _one_wave(mates: Sequence[Suite]) -> Iterator[Refusal]:
    waves = sorted({mate.settings.wave for mate in mates})
    if len(waves) > 1:
        yield Refusal(
            found=f"hosts of one suite in the waves {', '.join(map(str, waves))}",
            expected="one wave, because their windows depend on each other",
            remedy="give Core's host and those of the web the same mailman_wave",
        )
