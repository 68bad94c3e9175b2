"""Copies of a database in a file, by SQLite's own backup."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mailman_suite.host.base import files
from mailman_suite.host.base.engines import DatabaseError
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
    """The file is as the copy, or missing if it was missing then."""
    path = Path(database["path"])
    for beside in ("-wal", "-shm", "-journal", ""):  # a migration may have filled the disk
        files.remove(f"{path}{beside}")
    if (place / _ABSENT).exists():
        return
    with files.opened(place / "database") as copy:
        its = os.fstat(copy.fileno())
        with files.written(path, its.st_uid, its.st_gid, its.st_mode & 0o7777) as fresh:
            shutil.copyfileobj(copy, fresh, 1 << 20)


def _copy(path: Path, copy: Path) -> None:
    """SQLite's own backup also reads what is still in a write-ahead log."""
    with _required(path) as database:
        its = os.fstat(database.fileno())
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(copy)) as target:
            source.backup(target, pages=-1)
    except sqlite3.DatabaseError:  # damaged: then its bytes, since a restore is to replace it
        with _required(path) as database, copy.open("wb") as damaged:
            shutil.copyfileobj(database, damaged, 1 << 20)
    files.set_attributes(copy, its.st_uid, its.st_gid, its.st_mode & 0o7777)


@contextlib.contextmanager
def _required(path: Path) -> Iterator[BinaryIO]:
    """The file of the database. Raises DatabaseError if something else is at its path."""
    try:
        with files.opened(path) as file:
            yield file
    except FileNotFoundError:
        raise DatabaseError(
            f"found something else at {path}, expected the regular file of a database"
        ) from None
