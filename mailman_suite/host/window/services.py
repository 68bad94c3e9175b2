"""Stops and starts the suite's units for a window."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable

from mailman_suite.host.apply.units import states, systemctl
from mailman_suite.host.wire.order import SharedOrder, UnitGroups

_JOB_SECONDS = 60
_POLL_SECONDS = 0.2
_AT_WORK = ("active", "activating")


def stop(names: Iterable[str]) -> None:
    """These units are stopped; one that the host does not have is."""
    found = _states(names)
    present = [name for name in found if found[name]["LoadState"] == "loaded"]
    if present:
        systemctl("stop", *present)


def end(jobs: Iterable[str]) -> None:
    """Waits until these jobs have ended; stops one that takes too long, its next run repeats it."""
    deadline = time.monotonic() + _JOB_SECONDS
    while time.monotonic() < deadline and _at_work(jobs):
        time.sleep(_POLL_SECONDS)
    stop(jobs)


def _at_work(jobs: Iterable[str]) -> bool:
    return any(one["ActiveState"] in _AT_WORK for one in _states(jobs).values())


def reload(name: str) -> None:
    """A unit that runs reads its files again; one that does not stays stopped.

    Does not wait: at boot the unit itself may be waiting for the caller.
    """
    words = ["systemctl", "--no-block", "try-reload-or-restart", name]
    subprocess.run(words, capture_output=True)


def begin(names: Iterable[str]) -> None:
    """These units are starting; returns at once."""
    systemctl("daemon-reload")
    wanted = list(names)
    if wanted:
        subprocess.run(["systemctl", "reset-failed", *wanted], capture_output=True)
        systemctl("start", "--no-block", *wanted)


def every(groups: UnitGroups) -> list[str]:
    """All of the units, in the order in which they stop."""
    return [*groups["timers"], *groups["jobs"], *groups["core"], *groups["web"]]


def active(names: Iterable[str]) -> list[str]:
    """Those of the units that run or wait now."""
    found = _states(names)
    return [name for name in found if found[name]["ActiveState"] == "active"]


def host_goes_down() -> bool:
    """Whether the host is about to be off or to boot again."""
    words = ["systemctl", "is-system-running"]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip() == "stopping"


def is_open(order: SharedOrder) -> bool:
    """Whether the window's own unit is running, including a rollback."""
    return is_at_work(order["window_unit"])


def is_at_work(name: str) -> bool:
    """Whether a unit starts, runs or stops; one that the host does not have does not."""
    (unit,) = _states([name]).values()
    return unit["ActiveState"] not in ("inactive", "failed")


def _states(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Each unit's properties; without names systemctl would print its own."""
    wanted = list(names)
    return states(wanted) if wanted else {}
