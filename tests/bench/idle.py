"""What a suite costs while nobody uses it: the default release beside the one before it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.figures import Figure, Section, ratio
from tests.bench.machines import machine, wait_until_it_answers
from tests.lab import installed
from tests.lab.installed import Combination

_WATCH = Path(__file__).with_name("idle_watch.py")
_SECONDS = 120
_DAY = 24 * 60 * 60
_AFTER = installed.DEFAULT
_BEFORE = replace(_AFTER, release="3.3.10+django52")
_UNITS = {
    "mailman3.service": "Core",
    "mailmanweb.service": "web",
    "mailmanweb-qcluster.service": "worker",
}
_HOW = f"""\
Debian 12, SQLite, each a clone of an installed suite. The web is started again, its first page is
timed, pages are opened until both of its workers have shown some; after a rest all processes of the
account `mailman` are watched for {_SECONDS} s (`tests/bench/idle_watch.py`): proportional set size,
and the processor time of their threads, times {_DAY // _SECONDS} for a day. Then the worker is
stopped. Both releases follow each other in every round."""


@dataclass(frozen=True)
class Idle:
    """MiB and processor seconds a day by unit; the first page's ms; the seconds of a stop."""

    pss: dict[str, float]
    cpu: dict[str, float]
    page: float
    stop: float


def measured(rounds: int) -> list[Section]:
    """The section of this benchmark. CalledProcessError when a suite does not answer."""
    before, after = [], []
    for number in range(rounds):
        before.append(_watched(_BEFORE))
        after.append(_watched(_AFTER))
        print(f"round {number + 1}: {before[-1]}\n{after[-1]}", file=sys.stderr, flush=True)
    return [_section(before, after)]


def _watched(combination: Combination) -> Idle:
    with machine(layer=installed.layer(combination)) as host:
        wait_until_it_answers(host, installed.WEB_HOST)
        words = f"python3 - {installed.WEB_HOST} {_SECONDS}"
        found = json.loads(host.run(words, stdin=_WATCH.read_text(encoding="utf-8")).stdout)
    day = {unit: seconds * _DAY / _SECONDS for unit, seconds in found["cpu"].items()}
    return Idle(found["pss"], day, found["page"], found["stop"])


def _section(before: list[Idle], after: list[Idle]) -> Section:
    figures: list[Figure] = []
    for name, unit, goal in (("pss", "MiB", "at most 550"), ("cpu", "s a day", "at most 300")):
        for one, part in (*_UNITS.items(), ("", "all")):
            figures += _pair(
                f"{part}: {name}",
                unit,
                [_of(idle, name, one) for idle in before],
                [_of(idle, name, one) for idle in after],
                "" if one else goal,
            )
    for what, unit, name in (
        ("first page of the web", "ms", "page"),
        ("the worker stops", "s", "stop"),
    ):
        values = [[getattr(idle, name) for idle in idles] for idles in (before, after)]
        figures += _pair(what, unit, *values)
    return Section("An idle suite", _HOW, figures)


def _of(idle: Idle, name: str, unit: str) -> float:
    """The figure of one unit, or of all processes of the account."""
    found: dict[str, float] = getattr(idle, name)
    return found[unit] if unit else sum(found.values())


def _pair(
    what: str, unit: str, before: list[float], after: list[float], goal: str = ""
) -> tuple[Figure, Figure, Figure]:
    """Both sides of one quantity, and their ratio round by round."""
    old = Figure(f"{what}, {_BEFORE.release}", unit, tuple(before))
    new = Figure(f"{what}, {_AFTER.release}", unit, tuple(after), goal)
    return old, new, ratio(f"{what}: after / before", new, old)
