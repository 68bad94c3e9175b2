"""Checks the space for snapshot and rollback before anything is stopped, and reserves some.

A disk that fills up during the window must not keep a rollback from writing its journal.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from mailman_suite.host.state import database_copies, snapshot
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import Order, SharedOrder

MIB = 1024**2
RESERVE_BYTES = 8 * MIB
_RESERVE = "reserve"


class RoomError(Exception):
    """Too little space: the text has the path, what is free and what is needed."""


def require(order: Order, journal: Journal) -> None:
    """Every file system has space for the snapshot, the migration and a rollback."""
    require_bytes(_parts(order, journal.directory), "snapshot and rollback")


def require_bytes(parts: Iterable[tuple[str, int]], purpose: str) -> None:
    """Each file system has space for all parts on it, as (path, bytes), and some. Or RoomError."""
    for path, needed in sorted(_by_file_system(parts).items()):
        free = shutil.disk_usage(path).free
        if free < needed:
            raise RoomError(
                f"{path} has {free / MIB:.0f} MiB free; {purpose} need {needed / MIB:.0f} MiB. "
                "Free some space. Nothing was stopped."
            )


def reserve(order: SharedOrder, journal: Journal) -> None:
    """Space that only a rollback uses."""
    with (journal.directory / _RESERVE).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)


def release(journal: Journal) -> None:
    """Frees the reserve."""
    (journal.directory / _RESERVE).unlink(missing_ok=True)


def _by_file_system(parts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """A path on each file system in question -> bytes."""
    needs: dict[int, tuple[str, int]] = {}
    for path, size in parts:
        device = os.stat(path).st_dev
        named, so_far = needs.get(device, (path, RESERVE_BYTES))
        needs[device] = (named, so_far + size)
    return dict(needs.values())


def _parts(order: Order, place: Path) -> list[tuple[str, int]]:
    """The copies; and each database again on its own file system, for its migration."""
    parts = [(str(place), snapshot.data_bytes(Path(order["var"]), place))]
    databases = order["invariants_before"]["databases"]
    for name in ("core", "web"):
        database = databases[name]
        size = database_copies.size(database, databases["secrets"], place)
        parts.append((str(place), size))
        parts += database_copies.growth(database, size).items()
    return parts
