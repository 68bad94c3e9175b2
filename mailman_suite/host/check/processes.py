"""Which processes of the suite's services run the code of the present release; judges nothing."""

from __future__ import annotations

import os
import time

from mailman_suite.host.inspect import stamps
from mailman_suite.host.wire.checks import Processes, SystemQuestion


def processes(declared: SystemQuestion, owned: dict[int, str]) -> Processes:
    """How many processes each unit has, and which of them run other code than the release's."""
    link = declared["venv"]
    release = os.path.dirname(os.path.realpath(link))
    are_stamped = stamps.are_of(link, declared["sides"])
    found: Processes = {"count": {}, "stale": []}
    ours = {pid: unit for pid, unit in owned.items() if unit in declared["ours"]}
    for pid, unit in sorted(ours.items()):
        try:
            if are_stamped:
                reason = stale(pid, f"{release}/", os.lstat(declared["stamps"][unit]).st_ctime)
            else:
                others = elsewhere(pid, release, declared["releases"])
                reason = others or stale(pid, f"{release}/", os.lstat(link).st_ctime)
        except OSError:
            continue  # it ended while we looked
        found["count"][unit] = found["count"].get(unit, 0) + 1
        if reason:
            found["stale"].append(f"{unit}'s process {pid} {reason}")
    return found


def stale(pid: int, release: str, changed: float) -> str | None:
    """Why a process does not run the present code, which is there since `changed`, or None."""
    program = os.readlink(f"/proc/{pid}/exe")
    if program.endswith(" (deleted)"):
        return f"runs the deleted program {program[:-10]}"
    for path in mapped(pid, release):
        if path.endswith(" (deleted)"):
            return f"has loaded {path}"
    if started(pid) + 0.05 < changed:
        return "started before its code in the current release"
    return None


def elsewhere(pid: int, release: str, releases: str) -> str | None:
    """What a process has loaded of another release, as a sentence, or None."""
    others = (path for path in mapped(pid, f"{releases}/") if not path.startswith(f"{release}/"))
    return next((f"has loaded {path}" for path in others), None)


def mapped(pid: int, below: str) -> list[str]:
    """The files below a directory that a process has loaded."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as text:
        paths = {line.split(None, 5)[5].strip() for line in text if line.count("/")}
    return sorted(path for path in paths if path.startswith(below))


def started(pid: int) -> float:
    """When a process started, in seconds since the epoch."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
        ticks = int(text.read().rpartition(")")[2].split()[19])
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + ticks / os.sysconf("SC_CLK_TCK")
