"""Shared by all builders of a release directory: one at a time, owned by root, durable."""

from __future__ import annotations

import fcntl
import json
import subprocess
import time
from pathlib import Path
from typing import TextIO

from mailman_suite.host.base import trees

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
    """The lock on a release directory; waits for a builder that runs on without its controller."""
    release_dir.parent.mkdir(parents=True, exist_ok=True)
    lock = (release_dir.parent / f".{release_dir.name}.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("waiting for an earlier build in the same place to end", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def is_complete(release_dir: Path, identifier: str) -> bool:
    """Whether the stamp exists and is for this build."""
    try:
        stamp = json.loads((release_dir / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return False
    return bool(stamp["identifier"] == identifier)


def give_to_root(directory: Path) -> None:
    """Make root the owner of everything below, and take write access from all others."""
    trees.give(directory, 0, 0, keeps=0o755)


def sync_all(directory: Path) -> None:
    """All below is on the disk; other file systems are not waited for. Raises OSError.

    Python has no syncfs(2); that of coreutils tells of errors, as sync(2) does not.
    """
    done = subprocess.run(["sync", "-f", str(directory)], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"{directory} was not brought to the disk: {done.stderr.strip()}")
