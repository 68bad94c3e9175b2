"""Copies a database in a file, while its programs write it, without a file beside it.

It is read into memory under the lock that any reader takes, so its writers wait for as long as
memory takes to fill, not for the network.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tarfile
from typing import BinaryIO

from mailman_suite.host.base import drivers
from mailman_suite.host.wire.connections import SqliteFile as Database
from mailman_suite.host.wire.rehearsal import ServerDatabases

_CHUNK = 8 << 20
_WAL_MODE = 2  # bytes 18 and 19 of a database file (SQLite's file format, "The Database Header")


def size(database: Database, secrets: str) -> int:
    """Bytes of the file."""
    return os.stat(database["path"]).st_size


def add(tar: tarfile.TarFile, name: str, database: Database, secrets: str) -> None:
    """The file and its write-ahead log, which is `NAME-wal`."""
    with open(database["path"], "rb") as file:
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        main, log = instant(database["path"], file)
    for suffix, copy in (("", main), ("-wal", log)):
        if copy is not None:
            entry.name, entry.size = f"{name}{suffix}", copy.seek(0, os.SEEK_END)
            copy.seek(0)
            tar.addfile(entry, copy)


def load(database: Database, dump: str) -> None:
    """SystemExit: a file is received in its place."""
    raise SystemExit(f"found a dump {dump} of {database['path']}, expected the file itself")


def drop(asked: ServerDatabases) -> None:
    """Files lie below the paths that are removed."""


def instant(path: str, file: BinaryIO) -> tuple[BinaryIO, BinaryIO | None]:
    """A SQLite file and its write-ahead log, if it has one, in memory.

    `file` is the database, open: to close it while the connection lives would end SQLite's lock.
    """
    log, status = f"{path}-wal", os.fstat(file.fileno())
    if in_wal_mode(file) and not os.path.exists(log):
        return in_memory(file), None  # nobody has it open, and opening it would make files
    # As its owner: whatever SQLite itself would make beside it must not be root's.
    os.setegid(status.st_gid)
    os.seteuid(status.st_uid)
    try:
        with contextlib.closing(drivers.sqlite_file(path)) as reader:
            reader.isolation_level = None
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
            main = in_memory(file)
            with open(log, "rb") if os.path.exists(log) else contextlib.nullcontext() as beside:
                return main, in_memory(beside) if beside else None
    finally:
        os.seteuid(0)
        os.setegid(0)


def in_wal_mode(file: BinaryIO) -> bool:
    """Whether the database has a write-ahead log while it is open."""
    file.seek(18)
    return file.read(2) == bytes([_WAL_MODE, _WAL_MODE])


def in_memory(file: BinaryIO) -> BinaryIO:
    """A copy of a whole file that is on no disk. SystemExit where memory is too small for it."""
    needed = os.fstat(file.fileno()).st_size
    if needed > available_memory() // 2:
        raise SystemExit(
            f"found {file.name} of {needed} bytes, expected at most half of the free memory, since "
            "it is copied there; stop other programs, or move the suite to PostgreSQL"
        )
    copy = os.fdopen(os.memfd_create("copy"), "w+b")
    file.seek(0)
    shutil.copyfileobj(file, copy, _CHUNK)
    return copy


def available_memory() -> int:
    """Bytes that programs can have without swapping."""
    with open("/proc/meminfo", encoding="ascii") as text:
        found = re.search(r"^MemAvailable:\s+(\d+) kB", text.read(), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
