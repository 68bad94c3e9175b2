"""Copies of a database on a server, by pg_dump; put back by psql in one transaction."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from mailman_suite.host.base.engines import DatabaseError
from mailman_suite.host.wire.connections import PostgresqlDatabase as Database

# What is in a database's schema and belongs to its role; sequences and indexes go with tables.
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


def take(database: Database, secrets: str, place: Path) -> None:
    """A dump in the directory `place`."""
    with _environment(database, secrets, place) as environment:
        _run(["pg_dump", "-Fc", "-Z1", "-f", str(place / "dump")], environment)


def size(database: Database, secrets: str, place: Path) -> int:
    """Bytes as the server counts them; DatabaseError where this host's client is too old."""
    with _environment(database, secrets, place) as environment:
        asked = ("SHOW server_version_num", "SELECT pg_database_size(current_database())")
        words = [word for one in asked for word in ("-c", one)]
        version, size = _run(["psql", "-X", "-At", *words], environment).split()
        _require_client(int(version) // 10000, environment)
        return int(size)


def growth(database: Database, size: int) -> dict[str, int]:
    """No known path on this host's file systems: the server manages its own space."""
    return {}


def _require_client(server: int, environment: dict[str, str]) -> None:
    """pg_dump copies no server of a newer major version than its own."""
    said = _run(["pg_dump", "--version"], environment).strip()
    own = re.search(r"\d+", said)
    if own is None or int(own[0]) < server:
        raise DatabaseError(
            f"found {said} on this host, expected {server} or newer, the version of the database "
            "server. Install that client. Nothing was stopped."
        )


def put_back(database: Database, secrets: str, place: Path) -> None:
    """In one transaction: after an interruption the database is unchanged."""
    empty = place / "empty.sql"
    empty.write_text(_EMPTY, encoding="utf-8")
    old, dump = shlex.quote(str(empty)), shlex.quote(str(place / "dump"))
    load = f"{{ cat {old}; pg_restore --no-owner -f - {dump}; }}"
    with _environment(database, secrets, place) as environment:
        psql = "psql -q -X -v ON_ERROR_STOP=1 --single-transaction -f - >/dev/null"
        _run(["bash", "-o", "pipefail", "-c", f"{load} | {psql}"], environment)


@contextlib.contextmanager
def _environment(database: Database, secrets: str, place: Path) -> Iterator[dict[str, str]]:
    """libpq's variables; the password is in a temporary file that only root can read."""
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
