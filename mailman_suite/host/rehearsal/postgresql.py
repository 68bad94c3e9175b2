"""Copies a database on a server by pg_dump, loads such a copy, and removes it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile

from mailman_suite.host.rehearsal.entries import named
from mailman_suite.host.wire.connections import PostgresqlDatabase as Database
from mailman_suite.host.wire.rehearsal import ServerDatabases

_CHUNK = 8 << 20
_AS_ADMINISTRATOR = ("runuser", "-u", "postgres", "--")


def size(database: Database, secrets: str) -> int:
    """Bytes as the server counts them."""
    asked = ["psql", "-X", "-At", "-c", "SELECT pg_database_size(current_database())"]
    done = subprocess.run(asked, env=_environment(database, secrets), capture_output=True)
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr.decode(errors='replace').strip()}")
    return int(done.stdout)


def add(tar: tarfile.TarFile, name: str, database: Database, secrets: str) -> None:
    """The output of pg_dump, in parts, because its length is not known beforehand."""
    words = ["pg_dump", "-Fc", "-Z1", "--no-owner", "--no-acl"]
    environment = _environment(database, secrets)
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while part := process.stdout.read(_CHUNK):
            tar.addfile(named(name, len(part)), io.BytesIO(part))
    if process.returncode:
        raise SystemExit(f"pg_dump ended with status {process.returncode}")


def load(database: Database, dump: str) -> None:
    """Loads the dump into the database, which exists and is empty; its role owns the contents."""
    words = [*_AS_ADMINISTRATOR, "pg_restore", "-p", str(database["port"])]
    words += ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
    words += [f"--role={database['user']}", "-d", database["name"]]
    with open(dump, "rb") as file:
        done = subprocess.run(words, stdin=file, capture_output=True, cwd="/")
    os.unlink(dump)
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise SystemExit(f"pg_restore of {database['name']}: {said}")


def drop(asked: ServerDatabases) -> None:
    """Removes the databases and roles, if this host has a server."""
    if not shutil.which("psql"):
        return
    statements = [f"DROP DATABASE IF EXISTS {name}" for name in asked["databases"]]
    statements += [f"DROP ROLE IF EXISTS {name}" for name in asked["roles"]]
    for statement in statements:
        words = [*_AS_ADMINISTRATOR, "psql", "-X", "-q", "-p", str(asked["port"]), "-c", statement]
        done = subprocess.run(words, capture_output=True, cwd="/")
        if done.returncode:
            raise SystemExit(f"{statement}: {done.stderr.decode(errors='replace').strip()}")


def _environment(database: Database, secrets: str) -> dict[str, str]:
    """libpq's variables; only root can read the environment of its own processes."""
    with open(os.path.join(secrets, database["secret"]), encoding="utf-8") as text:
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
