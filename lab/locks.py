"""Locks between processes that use the lab at the same time; they end with their process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import paths


@contextmanager
def held(name: str, directory: Path | None = None) -> Iterator[None]:
    """Only one process at a time is inside for this name; the others wait."""
    directory = directory or paths.LOCKS
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
