"""What a start and a stop of Core cost: runners forked from one master, and each an interpreter."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.figures import Figure, Section, ratio
from tests.bench.machines import machine
from tests.lab import installed

_PROGRAM = Path(__file__).with_name("core_cost.py")
_HOW = """\
Debian 12, SQLite, one machine, the unit `mailman3` alone is started and stopped, in turns with
`runner_start: fork` and `runner_start: exec`. Ready is when REST answers and all processes are
there; processor seconds are those of the unit's control group; memory is the sum of `Pss` of its
processes five seconds later."""
_WAYS = ("fork", "exec")
_QUANTITIES = {
    "start_cpu": ("start", "CPU s", "at most 2"),
    "ready": ("start until ready", "s", ""),
    "stop_cpu": ("stop", "CPU s", ""),
    "stop": ("stop", "s", ""),
    "pss": ("memory (PSS)", "MiB", "at most 230"),
}


def measured(rounds: int) -> list[Section]:
    """The section of this benchmark. CalledProcessError when Core did not start."""
    with machine(layer=installed.layer(installed.DEFAULT)) as host:
        host.run("systemctl stop mailmanweb mailmanweb-qcluster")
        source = _PROGRAM.read_text(encoding="utf-8")
        runs = [
            {way: json.loads(host.run(f"python3 - {way}", stdin=source).stdout) for way in _WAYS}
            for _ in range(rounds + 1)
        ][1:]  # the first one fills the caches
    figures: list[Figure] = []
    for name, (what, unit, goal) in _QUANTITIES.items():
        forked, executed = (
            Figure(f"{what}: {way}", unit, tuple(run[way][name] for run in runs), goal_of)
            for way, goal_of in zip(_WAYS, (goal, ""))
        )
        figures += [forked, executed, ratio(f"{what}: fork / exec", forked, executed)]
    return [Section("Core's start", _HOW, figures)]
