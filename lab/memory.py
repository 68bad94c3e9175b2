"""How much memory a machine has: the limit of a control group, without swap."""

from __future__ import annotations

from pathlib import Path

from lab import paths

CGROUPS = Path("/sys/fs/cgroup")
# Boxes with one tree of control groups, and older ones with a tree for memory alone.
_LIMITS = ("memory.max", "memory.limit_in_bytes")
_SWAP = {"memory.swap.max": "0", "memory.swappiness": "0"}
_KILLED = ("memory.events", "memory.oom_control")


def group(name: str) -> Path:
    """The group that counts a machine's memory; it exists for a machine with a limit."""
    tree = CGROUPS / "memory"
    return (tree if tree.is_mount() else CGROUPS) / paths.PREFIX / name


def limited(name: str, size: int) -> Path:
    """The machine's group, in which all processes together get so many bytes."""
    made = group(name)
    made.mkdir(parents=True, exist_ok=True)
    for parent in (made.parents[1], made.parent):
        control = parent / "cgroup.subtree_control"
        if control.exists():
            control.write_text("+memory")
    _one_of(made, _LIMITS).write_text(str(size))
    for file, value in _SWAP.items():
        if (made / file).exists():
            (made / file).write_text(value)
    return made


def killed(name: str) -> int:
    """How many of the machine's processes the kernel killed since its boot for want of memory."""
    lines = _one_of(group(name), _KILLED).read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("oom_kill ")))


def _one_of(directory: Path, names: tuple[str, ...]) -> Path:
    return next(directory / name for name in names if (directory / name).exists())
