"""The processes of a machine: systemd-nspawn and everything below it, found by control group."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab import memory, paths
from lab.commands import LabError
from lab.memory import CGROUPS

# Each machine gets a group of its own, so that its systemd cannot see another machine's groups
# and so that everything in it can be found after the process that started it was killed.
# It joins before it forks: once this returns, the machine is found by its group.
JOIN = """
set -e
for group in {groups}; do
    mkdir -p "$group"
    echo $$ > "$group/cgroup.procs"
done
exec setsid --fork unshare --mount --propagation private "$@"
"""
# Without the variable, older boxes give the machine a mixed tree of control groups that none of
# the supported Debian releases has by default.
BOOT = """
set -e
mount -t overlay {prefix} -o "$1" "$2"
shift 2
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
exec systemd-nspawn "$@"
"""
PATIENCE = 30.0  # seconds that a clean shutdown may take before it becomes a power cut


def start(
    name: str,
    overlay: str,
    root: Path,
    nspawn: Sequence[str],
    console: Path,
    groups: Sequence[Path] = (),
) -> None:
    """The machine's processes run on this overlay, in a mount namespace that dies with them.

    They also join `groups`, which limit them.
    """
    joined = {*_groups(name), *groups}
    join = JOIN.format(groups=" ".join(str(group) for group in sorted(joined)))
    boot = BOOT.format(prefix=paths.PREFIX)
    with console.open("ab") as output:
        subprocess.run(
            ["sh", "-c", join, "sh", "sh", "-c", boot, "sh", overlay, str(root), *nspawn],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=True,
        )


def pids(name: str) -> list[int]:
    """Everything that runs for the machine, as seen from the box."""
    found: set[int] = set()
    for group in _groups(name):
        # os.walk skips groups that disappear meanwhile; a running systemd removes many.
        for directory, _, _ in os.walk(group):
            found.update(int(line) for line in _lines(Path(directory, "cgroup.procs")))
    return sorted(found)


def is_running(name: str) -> bool:
    """Whether the machine has power."""
    return bool(_supervisors(name))


def init(name: str) -> int:
    """The machine's first process, as seen from the box; LabError when it does not run."""
    for pid in pids(name):
        if _number_inside(pid) == 1:
            return pid
    raise LabError(f"machine {name} is not running; `python -m lab up {name}` starts it")


def shut_down(name: str) -> None:
    """The machine has stopped as on `systemctl poweroff`, or has lost power if it did not stop."""
    for pid in _supervisors(name):
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while _supervisors(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    kill(name)


def kill(name: str) -> None:
    """Kills every process of the machine, without warning."""
    while alive := pids(name):
        for pid in alive:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.02)
    for group in (*_groups(name), memory.group(name)):
        for directory, _, _ in os.walk(group, topdown=False):
            os.rmdir(directory)


def remove_groups() -> None:
    """Removes the lab's own control groups, which are empty when no machine runs."""
    for group in (*_groups("none"), memory.group("none")):
        if group.parent.exists():
            group.parent.rmdir()


def _groups(name: str) -> list[Path]:
    """The machine's group in each tree that systemd uses: one on new boxes, two on older ones."""
    trees = [CGROUPS / "systemd", CGROUPS / "unified"]
    trees = [tree for tree in trees if tree.is_mount()] or [CGROUPS]
    return [tree / paths.PREFIX / name for tree in trees]


def _number_inside(pid: int) -> int:
    """The process's number in its own namespace; 0 when it has ended."""
    numbers = [line for line in _lines(Path(f"/proc/{pid}/status")) if line.startswith("NSpid:")]
    return int(numbers[0].split()[-1]) if numbers else 0


def _supervisors(name: str) -> list[int]:
    return [pid for pid in pids(name) if _command(pid) == "systemd-nspawn"]


def _command(pid: int) -> str:
    return "".join(_lines(Path(f"/proc/{pid}/comm")))


def _lines(file: Path) -> list[str]:
    """Lines of a kernel file; none when its process or group no longer exists."""
    try:
        return file.read_text().split("\n")[:-1]
    except OSError:
        return []


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
