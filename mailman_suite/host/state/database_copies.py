"""Copies of a suite's databases: SQLite by its own backup, PostgreSQL by pg_dump."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Database = dict[str, Any]

_ABSENT = "absent"
# What lies in a database's schema and belongs to its role; sequences and indexes go with tables.
_EMPTY = """
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT schemaname, viewname AS name FROM pg_views WHERE schemaname = 'public' LOOP
  EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', one.schemaname, one.name); END LOOP;
FOR one IN SELECT schemaname, tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
  EXECUTE format('DROP TABLE IF EXISTS %I.%I CASCADE', one.schemaname, one.name); END LOOP;
FOR one IN SELECT sequence_schema AS schemaname, sequence_name AS name
  FROM information_schema.sequences WHERE sequence_schema = 'public' LOOP
  EXECUTE format('DROP SEQUENCE IF EXISTS %I.%I CASCADE', one.schemaname, one.name); END LOOP;
FOR one IN SELECT n.nspname AS schemaname, t.typname AS name FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE n.nspname = 'public' AND t.typtype = 'e' LOOP
  EXECUTE format('DROP TYPE IF EXISTS %I.%I CASCADE', one.schemaname, one.name); END LOOP;
END $$;
"""


class DatabaseError(Exception):
    """A database that could not be copied or put back, with what its own tools said."""


def take(database: Database, secrets: str, place: Path) -> None:
    """A consistent copy of the database in the directory `place`."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    if database["engine"] == "postgresql":
        _dump(database, secrets, place / "dump")
    elif os.path.exists(database["path"]):
        _copy(Path(database["path"]), place / "database")
    else:
        (place / _ABSENT).touch()


def size(database: Database, secrets: str, place: Path) -> int:
    """Bytes that a copy takes at most; DatabaseError where this host's tools cannot make one.

    `place` is a directory of root's for the question.
    """
    if database["engine"] == "postgresql":
        with _environment(database, secrets, place) as environment:
            asked = ("SHOW server_version_num", "SELECT pg_database_size(current_database())")
            words = [word for one in asked for word in ("-c", one)]
            version, size = _run(["psql", "-X", "-At", *words], environment).split()
            _require_client(int(version) // 10000, environment)
            return int(size)
    path = Path(database["path"])
    return path.stat().st_size if path.exists() else 0


def _require_client(server: int, environment: dict[str, str]) -> None:
    """pg_dump copies no server of a newer major version than its own."""
    said = _run(["pg_dump", "--version"], environment).strip()
    own = re.search(r"\d+", said)
    if own is None or int(own[0]) < server:
        raise DatabaseError(
            f"found {said} on this host, expected {server} or newer, which is the version of the "
            "database server; install such a client. Nothing was stopped"
        )


def put_back(database: Database, secrets: str, place: Path) -> None:
    """The database has exactly the content of the copy."""
    if database["engine"] == "postgresql":
        _load(database, secrets, place / "dump")
        return
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


def _dump(database: Database, secrets: str, place: Path) -> None:
    with _environment(database, secrets, place.parent) as environment:
        _run(["pg_dump", "-Fc", "-Z1", "-f", str(place)], environment)


def _load(database: Database, secrets: str, place: Path) -> None:
    """In one transaction: an interruption leaves the database as it was found."""
    empty = place.with_name("empty.sql")
    empty.write_text(_EMPTY, encoding="utf-8")
    old, dump = shlex.quote(str(empty)), shlex.quote(str(place))
    load = f"{{ cat {old}; pg_restore --no-owner -f - {dump}; }}"
    with _environment(database, secrets, place.parent) as environment:
        psql = "psql -q -X -v ON_ERROR_STOP=1 --single-transaction -f - >/dev/null"
        _run(["bash", "-o", "pipefail", "-c", f"{load} | {psql}"], environment)


@contextlib.contextmanager
def _environment(database: Database, secrets: str, place: Path) -> Iterator[dict[str, str]]:
    """libpq's variables; the password is in a file that only root can read, and that goes again."""
    password = Path(secrets, database["secret"]).read_text(encoding="utf-8").strip()
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    passfile = place / "pgpass"
    with os.fdopen(os.open(passfile, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"*:*:*:*:{escaped}\n")
    try:
        yield {
            **os.environ,
            "PGHOST": str(database["host"]),
            "PGPORT": str(database["port"]),
            "PGDATABASE": database["name"],
            "PGUSER": database["user"],
            "PGPASSFILE": str(passfile),
        }
    finally:
        passfile.unlink(missing_ok=True)


def _run(words: list[str], environment: dict[str, str]) -> str:
    if shutil.which(words[0]) is None:
        raise DatabaseError(f"{words[0]} is not on this host; install a PostgreSQL client")
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise DatabaseError(f"{words[0]} ended with status {done.returncode}: {said}")
    return done.stdout
