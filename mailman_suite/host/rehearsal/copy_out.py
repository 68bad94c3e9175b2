"""Reads a whole suite while it works and writes nothing on its host, not even a temporary file.

`look`:   {"patterns", "skips", "databases"} -> {"machine", "addresses", "bytes"}.
`stream`: the same; a tar archive on standard output: first both databases, each of one instant,
          then the files as they are, last `summary.json` with what vanished meanwhile.

Run as root with the host's own interpreter. A SQLite database is read into memory under the lock
that any reader takes, so its writers wait for as long as memory takes to fill, not for the network.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.connections import Connections, Database, PostgresqlDatabase
from mailman_suite.host.wire.rehearsal import CopyOutQuestion, Measured

_CHUNK = 8 << 20
_WAL_MODE = 2  # bytes 18 and 19 of a database file (SQLite's file format, "The Database Header")


def look(asked: CopyOutQuestion) -> Measured:
    """Which machine this is, as a digest, its addresses, and bytes that a copy takes at most."""
    with open("/etc/machine-id", "rb") as text:
        machine = hashlib.sha256(text.read().strip()).hexdigest()
    said = subprocess.run(["hostname", "-I"], stdout=subprocess.PIPE, check=True).stdout
    sizes = [size(asked["databases"][name], asked["databases"]) for name in ("core", "web")]
    with contextlib.suppress(FileNotFoundError):
        sizes += [os.lstat(path).st_size for path in paths(asked)]
    return {"machine": machine, "addresses": said.decode().split(), "bytes": sum(sizes)}


def paths(asked: CopyOutQuestion) -> Iterator[str]:
    """Every path that the patterns name and everything below it, parents first."""
    skips = set(asked["skips"])
    for pattern in asked["patterns"]:
        for path in sorted(glob.glob(pattern)):
            yield from below(path, skips)


def below(path: str, skips: set[str]) -> Iterator[str]:
    """A path and what lies in it, without what is skipped."""
    if path in skips:
        return
    yield path
    if os.path.isdir(path) and not os.path.islink(path):
        with contextlib.suppress(FileNotFoundError):
            for name in sorted(os.listdir(path)):
                yield from below(os.path.join(path, name), skips)


def stream(asked: CopyOutQuestion, output: BinaryIO) -> None:
    """The archive, from its first byte to its summary."""
    vanished = []
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        databases = asked["databases"]
        for name in ("core", "web"):
            add_database(tar, name, databases[name], databases)
        for path in paths(asked):
            if not add(tar, path):
                vanished.append(path)
        told = json.dumps({"vanished": vanished}).encode()
        tar.addfile(named("summary.json", len(told)), io.BytesIO(told))


def named(name: str, size: int) -> tarfile.TarInfo:
    """An entry that only its reader may read."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def add(tar: tarfile.TarFile, path: str) -> bool:
    """Whether the path was still there; a socket or a pipe is nothing to copy."""
    tar.inodes = {}  # type: ignore[attr-defined]  # else a second name of a file is a link to it
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            entry = tar.gettarinfo(path)
            if entry is not None and (entry.isdir() or entry.issym()):
                tar.addfile(entry)
            return True
        with open(path, "rb") as file:  # what is open stays whole, also when its name goes
            tar.addfile(tar.gettarinfo(arcname=path, fileobj=file), file)
    except FileNotFoundError:
        return False
    return True


def size(database: Database, databases: Connections) -> int:
    """Bytes of a database as it stands."""
    if database["engine"] == "sqlite":
        return os.stat(database["path"]).st_size
    asked = ["psql", "-X", "-At", "-c", "SELECT pg_database_size(current_database())"]
    done = subprocess.run(asked, env=server(database, databases), capture_output=True)
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr.decode(errors='replace').strip()}")
    return int(done.stdout)


def server(database: PostgresqlDatabase, databases: Connections) -> dict[str, str]:
    """libpq's variables; the environment of root's own processes is root's alone to read."""
    with open(os.path.join(databases["secrets"], database["secret"]), encoding="utf-8") as text:
        password = text.read().strip()
    return {
        **os.environ,
        "PGHOST": str(database["host"]),
        "PGPORT": str(database["port"]),
        "PGDATABASE": database["name"],
        "PGUSER": database["user"],
        "PGPASSWORD": password,
        # The server itself refuses whatever would write.
        "PGOPTIONS": "-c default_transaction_read_only=on",
    }


def add_database(
    tar: tarfile.TarFile, name: str, database: Database, databases: Connections
) -> None:
    """One database of one instant, as entries `database/NAME` that belong one after the other."""
    if database["engine"] == "postgresql":
        add_dump(tar, f"database/{name}", server(database, databases))
        return
    with open(database["path"], "rb") as file:
        entry = tar.gettarinfo(arcname=f"database/{name}", fileobj=file)
        main, log = instant(database["path"], file)
    for suffix, copy in (("", main), ("-wal", log)):
        if copy is not None:
            entry.name, entry.size = f"database/{name}{suffix}", copy.seek(0, os.SEEK_END)
            copy.seek(0)
            tar.addfile(entry, copy)


def add_dump(tar: tarfile.TarFile, name: str, environment: dict[str, str]) -> None:
    """What pg_dump says, in parts, since nobody knows its length beforehand."""
    words = ["pg_dump", "-Fc", "-Z1", "--no-owner", "--no-acl"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while part := process.stdout.read(_CHUNK):
            tar.addfile(named(name, len(part)), io.BytesIO(part))
    if process.returncode:
        raise SystemExit(f"pg_dump ended with status {process.returncode}")


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
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", 30, uri=True)) as reader:
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


if __name__ == "__main__":
    verbs.main({"look": look, "stream": lambda asked: stream(asked, sys.stdout.buffer)})
