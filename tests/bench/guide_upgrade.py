"""Upstream's upgrade guide done by hand on a host that was made by hand, with its outages."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import access
from lab.machines import Machine
from tests.bench.machines import machine, wait_until_it_answers
from tests.bench.timeline import Timeline, timed
from tests.lab import installed

_GUIDE = Path(__file__).with_name("guide") / "upgrade.sh"
_OUTAGES = Path(__file__).with_name("outages.py")
_NOTES = "/run/outages.json"
_LONGEST_SECONDS = 900


Spans = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Upgrade:
    """How long the steps of an upgrade took, and when what did not answer.

    `outages` holds, for `core`, `web` and `archives`, the start and end of each outage in seconds
    since just before the start.
    """

    timeline: Timeline
    outages: Mapping[str, Spans]

    def down(self, what: str) -> float:
        """Seconds in which `core`, `web` or `archives` did not answer."""
        return sum(end - start for start, end in self.outages[what])


@contextmanager
def outages(host: Machine) -> Iterator[dict[str, Spans]]:
    """Fills what it yields, at the end, with the outages on the host."""
    program = shlex.join(("python3", "/run/outages.py", installed.WEB_HOST, str(_LONGEST_SECONDS)))
    host.run("install -m 600 /dev/stdin /run/outages.py", stdin=_OUTAGES.read_text("utf-8"))
    watching = f"--unit=outages --property=StandardOutput=file:{_NOTES}"
    host.run(f"systemd-run --quiet {watching} {program}")
    seen: dict[str, Spans] = {}
    yield seen
    host.run("systemctl stop outages")
    notes = json.loads(host.run(f"cat {_NOTES}").stdout)
    seen |= {name: tuple((start, end) for start, end in found) for name, found in notes.items()}


def by_hand(layer: str) -> Upgrade:
    """The guide's commands on a clone of the layer. RunFailed when one of them fails."""
    with machine(layer=layer) as host:
        wait_until_it_answers(host, installed.WEB_HOST)
        with outages(host) as seen:
            command = [*access.ssh(host.name, "-T"), "--", "bash -s -"]
            run = timed(command, before="connect", stdin=_GUIDE.read_text("utf-8"))
            began = time.monotonic()
            wait_until_it_answers(host, installed.WEB_HOST)
            run = run.followed_by("until all answer", time.monotonic() - began)
        return Upgrade(run, seen)
