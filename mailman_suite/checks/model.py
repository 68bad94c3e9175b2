"""Checks: what users may expect of a running suite, and whether it is so. Pure.

A check judges one observation of a host (`mailman_suite/host/check/`) and either says what it found
or raises `Broken`. What was not observed is broken too: unknown is never fine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Observations = Mapping[str, Mapping[str, Any]]


class Broken(Exception):
    """What was found instead of what was expected, and what to do where that is known."""


@dataclass(frozen=True)
class Expected:
    """What the declaration says, as far as checks are about it."""

    domains: tuple[str, ...]
    lists: tuple[str, ...]
    release_directory: str
    static_stamp: str
    secrets: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A sentence that is true on a host that is well.

    `program` and `observation` name what it looks at. One that `settles` becomes true by itself
    while the services start.
    """

    sentence: str
    program: str
    observation: str
    judge: Callable[[Any, Expected], str]
    settles: bool = False


@dataclass(frozen=True)
class Verdict:
    """Whether a check holds, with what was found."""

    sentence: str
    kept: bool
    detail: str
    settles: bool = False


def judged(
    checks: Iterable[Check], observations: Observations, expected: Expected
) -> list[Verdict]:
    """The verdict on each check, in their order."""
    return [_verdict(one, observations.get(one.program, {}), expected) for one in checks]


def _verdict(check: Check, found: Mapping[str, Any], expected: Expected) -> Verdict:
    try:
        detail, kept = check.judge(_observation(check, found), expected), True
    except Broken as broken:
        detail, kept = str(broken), False
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        detail, kept = (
            f"the observation cannot be interpreted: {type(error).__name__} {error}",
            False,
        )
    return Verdict(check.sentence, kept, detail, check.settles)


def _observation(check: Check, found: Mapping[str, Any]) -> Any:
    """The observation of a check. Raises `Broken` with the reason why there is none."""
    if "error" in found:
        raise Broken(f"could not be observed: {found['error']}")
    if check.observation not in found:
        raise Broken(f"was not observed by {check.program}")
    observation = found[check.observation]
    if isinstance(observation, Mapping) and set(observation) == {"error"}:
        raise Broken(f"could not be observed: {observation['error']}")
    return observation


def broken(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts of broken checks."""
    return [one for one in verdicts if not one.kept]


def table(verdicts: Sequence[Verdict]) -> list[str]:
    """One line for each check: the sentence, ok or BROKEN, what was found."""
    width = max((len(one.sentence) for one in verdicts), default=0)
    return [
        f"{one.sentence:<{width}}  {'ok    ' if one.kept else 'BROKEN'}  {one.detail}".rstrip()
        for one in verdicts
    ]


def summary(verdicts: Sequence[Verdict]) -> str:
    """How many checks passed, or which are broken."""
    failed = broken(verdicts)
    if not failed:
        return f"all {len(verdicts)} checks passed"
    reasons = "; ".join(f"{one.sentence}: {one.detail}" for one in failed)
    return f"{len(failed)} of {len(verdicts)} checks are broken: {reasons}"


def some(things: Iterable[object], most: int = 3) -> str:
    """The first few of many things, and how many more there are."""
    listed = [str(one) for one in things]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
