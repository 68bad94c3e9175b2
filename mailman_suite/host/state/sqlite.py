"""Copies of a database in a file, by SQLite's own backup."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from mailman_suite.host.wire.connections import SqliteFile as Database

_ABSENT = "absent"


def take(database: Database, secrets: str, place: Path) -> None:
    """A copy in the directory `place`; a note where there is no database yet."""
    if os.path.exists(database["path"]):
        _copy(Path(database["path"]), place / "database")
    else:
        (place / _ABSENT).touch()


def size(database: Database, secrets: str, place: Path) -> int:
    """Bytes of the file."""
    path = Path(database["path"])
    return path.stat().st_size if path.exists() else 0


def growth(database: Database, size: int) -> dict[str, int]:
    """A path on the file system where a migration needs room -> bytes."""
    return {os.path.dirname(database["path"]): size} if size else {}


def put_back(database: Database, secrets: str, place: Path) -> None:
    """The file is as the copy, or not there as then."""
    path = Path(database["path"])
    for beside in ("-wal", "-shm", "-journal"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    path.unlink(missing_ok=True)  # a migration may have filled the disk
    if (place / _ABSENT).exists():
        return
    fresh = path.with_name(f".{path.name}.back")
    shutil.copyfile(place / "database", fresh)
    status = (place / "database").stat()
    os.chown(fresh, status.st_uid, status.st_gid)
    os.chmod(fresh, status.st_mode & 0o7777)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    os.rename(fresh, path)


def _copy(path: Path, copy: Path) -> None:
    """SQLite's own backup also reads what is still in a write-ahead log."""
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=-1)
    except sqlite3.DatabaseError:  # damaged: then its bytes, since a restore is to replace it
        shutil.copyfile(path, copy)
    status = path.stat()
    os.chown(copy, status.st_uid, status.st_gid)
    os.chmod(copy, status.st_mode & 0o7777)
