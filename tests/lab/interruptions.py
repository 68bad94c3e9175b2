"""Interrupts a run of the deploy at a chosen point, in one of the ways in which runs really end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lab.machines import Machine
from tests.lab import installed
from tests.lab.suites import Suite

Strike = Literal["controller-killed", "network-cut", "power-cut"]
STRIKES: tuple[Strike, ...] = ("controller-killed", "network-cut", "power-cut")


@dataclass(frozen=True)
class Point:
    """Some seconds into the operation whose name holds these words."""

    operation: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.seconds}s-into-{self.operation}".replace(" ", "-")


# Every operation of a first install, the long ones more than once.
POINTS = (
    Point("is being sent", 0),
    Point("is being sent", 0.5),
    Point("packages are installed", 2),
    Point("packages are installed", 4),
    Point("user mailman exists", 0),  # while Postfix is being installed
    Point("Directories", 0),
    Point("Secrets", 0),
    Point("is built", 1),
    Point("is built", 6),
    Point("is built", 15),
    Point("are current", 0),
    Point("are current", 0.2),
    Point("current release", 1),
    Point("current release", 4),
    Point("Both schemas", 0.5),
    Point("Both schemas", 3),
    Point("Both schemas", 6),
    Point("MTA's packages", 0),
    Point("Postfix", 0.3),
    Point("Postfix", 2),
    Point("Services and timers", 0.5),
    Point("Services and timers", 3),
    Point("The site is", 1),
    Point("Declared domains", 0.5),
    Point("Declared domains", 5),
)


def interrupt(machine: Machine, data: Mapping[str, Any], point: Point, strike: Strike) -> str:
    """What a run said until it was struck; the machine can be reached again at the return."""
    run = subprocess.Popen(
        installed.command(machine, data),
        cwd=installed.REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said = _until(run, point)
        time.sleep(point.seconds)
        _STRIKES[strike](machine, run)
        return said
    finally:
        run.kill()
        run.communicate()


def _until(run: subprocess.Popen[str], point: Point) -> str:
    assert run.stdout
    said = ""
    for line in run.stdout:
        said += line
        if re.search(rf"Starting operation: .*{re.escape(point.operation)}", line):
            return said
    raise AssertionError(f"the run ended before {point}:\n{said}")


def _kill_controller(machine: Machine, run: subprocess.Popen[str]) -> None:
    os.killpg(run.pid, signal.SIGKILL)


def _cut_network(machine: Machine, run: subprocess.Popen[str]) -> None:
    machine.network_cut()
    run.kill()
    time.sleep(1)
    machine.network_repair()


def _cut_power(machine: Machine, run: subprocess.Popen[str]) -> None:
    machine.power_cut()
    run.kill()
    machine.boot()


_STRIKES = {
    "controller-killed": _kill_controller,
    "network-cut": _cut_network,
    "power-cut": _cut_power,
}


def assert_converges(suite: Suite, data: Mapping[str, Any]) -> None:
    """The next run succeeds, the one after has nothing to do, and the suite delivers."""
    following = installed.converge(suite.machine, data, timeout=installed.INSTALL_SECONDS)
    assert following.returncode == 0, following.stdout
    last = installed.converge(suite.machine, data)
    assert (last.returncode, installed.changes(last.stdout)) == (0, []), last.stdout
    suite.wait_until_serving()
    suite.delivers()
