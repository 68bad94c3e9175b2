"""Opens a suite's databases by the drivers that a release's own interpreter has."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.wire.connections import Database, PostgresqlDatabase, SqliteFile

_WAIT_SECONDS = 30  # for the lock of a file that another program writes


class _Driver(NamedTuple):
    """How an engine's driver connects, and the placeholder for a parameter in its statements."""

    reading: Callable[[Any, str], Any]
    writing: Callable[[Any, str], Any]
    mark: str


def reading(database: Database, secrets: str) -> Any:
    """A connection that cannot write. Raises what the driver raises, FileNotFoundError as well."""
    return by_engine(_DRIVERS, database["engine"]).reading(database, secrets)


def writing(database: Database, secrets: str) -> Any:
    """A connection to a database that exists. Raises like `reading`."""
    return by_engine(_DRIVERS, database["engine"]).writing(database, secrets)


def mark(database: Database) -> str:
    """The placeholder for a parameter in a statement."""
    return by_engine(_DRIVERS, database["engine"]).mark


def sqlite_file(path: str, mode: str = "ro") -> sqlite3.Connection:
    """A file that exists; it is written to with the mode `rw`."""
    return sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=_WAIT_SECONDS)


def postgresql(database: PostgresqlDatabase, secrets: str, options: str = "") -> Any:
    """A connection with the role's password, which is in a file of its own.

    `options` are the server's, such as `-c timezone=UTC`.
    """
    import psycopg2

    with open(os.path.join(secrets, database["secret"]), encoding="utf-8") as text:
        password = text.read().strip()
    return psycopg2.connect(
        host=database["host"],
        port=database["port"],
        dbname=database["name"],
        user=database["user"],
        password=password,
        options=options or None,
    )


def _sqlite_reading(database: SqliteFile, secrets: str) -> sqlite3.Connection:
    return sqlite_file(database["path"])


def _sqlite_writing(database: SqliteFile, secrets: str) -> sqlite3.Connection:
    return sqlite_file(database["path"], "rw")


def _postgresql_reading(database: PostgresqlDatabase, secrets: str) -> Any:
    connection = postgresql(database, secrets)
    connection.set_session(readonly=True)
    return connection


_DRIVERS: Mapping[str, _Driver] = every_engine(
    sqlite=_Driver(_sqlite_reading, _sqlite_writing, "?"),
    postgresql=_Driver(_postgresql_reading, postgresql, "%s"),
)
