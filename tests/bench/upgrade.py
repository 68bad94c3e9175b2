"""A change from 3.3.8 to 3.3.10 by our window beside upstream's upgrade guide, and its floor."""

from __future__ import annotations

import time
from pathlib import Path

from lab.machines import Machine
from tests.bench import guide_upgrade
from tests.bench.drawing import drawn
from tests.bench.figures import Figure, Section, ratio, steps_table
from tests.bench.guide_upgrade import Upgrade, outages
from tests.bench.machines import machine, wait_until_it_answers
from tests.bench.timeline import timed
from tests.lab import guide_made, installed, takeover

_DRAWING = Path(__file__).parents[2] / "docs" / "window.svg"
_WHATS = {"core": "Core down", "web": "list pages down", "archives": "archives down"}
_GOALS = {"core": "at most 0.45", "archives": "at most 0.15"}
_HOW = """\
Debian 11, SQLite, Core 3.3.8 made by hand along upstream's guide, with seeded data; each run on a
machine of its own. Down is counted from the first question without an answer to the next answer,
asked five times a second on the host: REST's lists, the list index and the archives' index through
the proxy. By hand: `tests/bench/guide/upgrade.sh`. Ours: one run of the deploy, whose window takes
the host over. The floor is a restart of the old Core. docs/window.svg
draws the last round."""


def measured(rounds: int) -> list[Section]:
    """The section of this benchmark. RunFailed when one of the upgrades did not work."""
    layer = takeover.seeded(guide_made.MAIN)
    guide, ours, floors = [], [], []
    for _ in range(rounds):
        guide.append(guide_upgrade.by_hand(layer))
        upgrade, floor = _by_window(layer)
        ours.append(upgrade)
        floors.append(floor)
    _DRAWING.write_text(drawn({"by hand": guide[-1], "our window": ours[-1]}), encoding="utf-8")
    return [_section(guide, ours, floors)]


def _by_window(layer: str) -> tuple[Upgrade, float]:
    """Our upgrade of a clone, and before it the seconds of Core's own stop and start."""
    with machine(layer=layer) as host:
        wait_until_it_answers(host, installed.WEB_HOST)
        floor = _floor(host)
        data = takeover.declared(host, guide_made.MAIN)
        # Seeded mail that no runner works on is as old as the layer, which verify would not like.
        host.run("touch /opt/mailman/mm/var/queue/held-back/*")
        with outages(host) as seen:
            run = timed(installed.command(host, data), before="connect", cwd=installed.REPOSITORY)
        return Upgrade(run, seen), floor


def _floor(host: Machine) -> float:
    began = time.monotonic()
    host.run("systemctl restart mailman3")
    wait_until_it_answers(host, installed.WEB_HOST)
    return time.monotonic() - began


def _section(guide: list[Upgrade], ours: list[Upgrade], floors: list[float]) -> Section:
    figures = [Figure("Core's own stop and start (floor)", "s", tuple(floors))]
    for what, name in _WHATS.items():
        by_hand = Figure(f"{name}, by hand", "s", tuple(one.down(what) for one in guide))
        by_us = Figure(f"{name}, our window", "s", tuple(one.down(what) for one in ours))
        figures += [by_hand, by_us, ratio(f"{name}: ours / by hand", by_us, by_hand,
                                          _GOALS.get(what, ""))]  # fmt: skip
    details = [steps_table([run.timeline.steps for run in runs]) for runs in (guide, ours)]
    return Section("A change of release", _HOW, figures, details)
