"""What every builder of a release directory needs: one at a time, root's in the end, durable."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import TextIO

STAMP = "stamp.json"


class Progress:
    """Prints each step as it begins, with the seconds since the start."""

    def __init__(self, steps: int) -> None:
        self._steps, self._current, self._start = steps, 0, time.monotonic()

    def __call__(self, what: str) -> None:
        """Announce the next step."""
        self._current += 1
        print(f"[{self._current}/{self._steps} {self.seconds():5.1f} s] {what}", flush=True)

    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._start


def only_builder(release_dir: Path) -> TextIO:
    """The lock on a release directory; waits for a builder that lost its controller and goes on."""
    release_dir.parent.mkdir(parents=True, exist_ok=True)
    lock = (release_dir.parent / f".{release_dir.name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waiting for an earlier build in the same place to end", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def is_complete(release_dir: Path, identifier: str) -> bool:
    """Whether the stamp is there and is for this very build."""
    try:
        stamp = json.loads((release_dir / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(stamp["identifier"] == identifier)


def give_to_root(directory: Path) -> None:
    """Make root the owner of everything below, and take write access from all others."""
    for folder, folders, files in os.walk(directory):
        for path in [Path(folder), *(Path(folder, name) for name in folders + files)]:
            os.chown(path, 0, 0, follow_symlinks=False)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o755)


def write_durably(path: Path, text: str) -> None:
    """Write a file that is on the disk, whole, when this returns."""
    unfinished = path.with_name(f".{path.name}.new")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Bring a directory's entries, such as a new name, to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
