"""A first install beside upstream's guide done by hand, and a second host beside both."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from lab import access
from lab.machines import Machine
from tests.bench.figures import Figure, Section, ratio, steps_table
from tests.bench.machines import machine, wait_until_it_answers
from tests.bench.timeline import Timeline, timed
from tests.lab import installed

_GUIDE = Path(__file__).with_name("guide") / "install.sh"
_HOW = """\
Debian 12, SQLite, each run on a machine of its own that was just booted; from the first command
until Core's REST lists its lists, LMTP greets and the web's first page opens. Every package of apt
and pip was downloaded by a round before, which is not counted. The guide is run as the commands of
`tests/bench/guide/install.sh`. The first install builds the release; the second host gets the
finished directory. The three follow each other in every round."""


def measured(rounds: int) -> list[Section]:
    """The section of this benchmark. RunFailed when one of the installs did not work."""
    runs: dict[str, list[Timeline]] = {"first": [], "guide": [], "second": []}
    for number in range(rounds + 1):
        for kind, timeline in _round(guide_first=number % 2 == 1):
            print(f"{kind}: {timeline.seconds:.1f} s", file=sys.stderr, flush=True)
            if number > 0:
                runs[kind].append(timeline)
    return [_section(runs)]


def _section(runs: dict[str, list[Timeline]]) -> Section:
    first, guide, second = (
        Figure(what, "s", tuple(run.seconds for run in runs[kind]))
        for kind, what in (
            ("first", "first install"),
            ("guide", "upstream's guide by hand"),
            ("second", "second identical host"),
        )
    )
    ratios = (
        ratio("first install / guide", first, guide, "at most 1"),
        ratio("second host / first install", second, first, "at most 0.5"),
        ratio("second host / guide", second, guide, "at most 0.5"),
    )
    details = [steps_table([run.steps for run in runs[kind]]) for kind in runs]
    return Section("First install", _HOW, (first, guide, second, *ratios), details)


def _round(*, guide_first: bool) -> Iterator[tuple[str, Timeline]]:
    """One install of each kind; the guide goes before or after ours."""
    if guide_first:
        yield "guide", _by_hand()
    with installed.without_releases() as directory:
        yield "first", _ours(directory)
        if not guide_first:
            yield "guide", _by_hand()
        yield "second", _ours(directory)


def _ours(directory: Path) -> Timeline:
    """The deploy on a bare machine, run from this copy."""
    with machine(suite=installed.DEFAULT.suite) as host:
        command = installed.command(host, installed.DEFAULT.data)
        run = timed(command, before="start, connect and look", cwd=directory)
        return run.followed_by("until all answer", _seconds_until_answers(host))


def _by_hand() -> Timeline:
    """The guide's commands on a bare machine."""
    with machine(suite=installed.DEFAULT.suite) as host:
        words = ("bash", "-s", "-", installed.WEB_HOST, installed.DOMAIN)
        command = [*access.ssh(host.name, "-T"), "--", *words]
        run = timed(command, before="connect", stdin=_GUIDE.read_text(encoding="utf-8"))
        return run.followed_by("until all answer", _seconds_until_answers(host))


def _seconds_until_answers(host: Machine) -> float:
    began = time.monotonic()
    wait_until_it_answers(host, installed.WEB_HOST)
    return time.monotonic() - began
