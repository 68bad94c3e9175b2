"""Opens a suite's databases for reading alone, with the interpreter of one of its releases."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from mailman_suite.host.state.schema import connected
from mailman_suite.host.wire.connections import Database as Connected
from mailman_suite.host.wire.connections import PostgresqlDatabase, SqliteFile

_ROWS_AT_ONCE = 500


class Database(NamedTuple):
    """An open database at one instant: its rows, its columns' types, its digest of large values.

    `select` streams what a statement selects. `types` is {table: {column: type}}. `large` is the
    SQL for the SHA-256 of a column (first its quoted name, then its type), so that contents of any
    size are read one at a time.
    """

    select: Callable[[str], Iterator[tuple[Any, ...]]]
    types: dict[str, dict[str, str]]
    large: Callable[[str, str], str]


@contextmanager
def opened(database: Connected, secrets: str) -> Iterator[Database]:
    """One entry of what `parts.database.connections` gives; SystemExit if it is missing."""
    if database["engine"] == "sqlite":
        with _sqlite(database) as found:
            yield found
    else:
        with _postgresql(database, secrets) as found:
            yield found


@contextmanager
def _sqlite(database: SqliteFile) -> Iterator[Database]:
    path = database["path"]
    if not os.path.exists(path):
        raise SystemExit(f"there is no database {path}; say where the suite's own SQLite file is")
    # Without Python's own transactions, so that all is read at the instant of our BEGIN.
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    connection.create_function("sha256", 1, _sha256)
    with closing(connection):
        connection.execute("BEGIN")
        types = _types(
            connection.execute(
                "SELECT one.name, each.name, each.type"
                " FROM sqlite_master AS one, pragma_table_info(one.name) AS each"
                " WHERE one.type = 'table'"
            )
        )
        yield Database(connection.execute, types, lambda column, of_type: f"sha256({column})")


def _sha256(value: Any) -> str:
    if value is None:
        return ""
    content = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _postgresql(database: PostgresqlDatabase, secrets: str) -> Iterator[Database]:
    # The time zone would else be the server's, and show in every time.
    connection = connected(database, secrets, options="-c timezone=UTC")
    with closing(connection):
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)

        def select(statement: str) -> Iterator[tuple[Any, ...]]:
            with connection.cursor(name="rows") as cursor:  # a cursor of the server's streams
                cursor.itersize = _ROWS_AT_ONCE
                cursor.execute(statement)
                yield from cursor

        columns = select(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = ANY (current_schemas(false))"
        )
        yield Database(select, _types(columns), _postgresql_digest)


def _postgresql_digest(column: str, of_type: str) -> str:
    content = column if of_type == "bytea" else f"convert_to({column}, 'UTF8')"
    return f"encode(sha256({content}), 'hex')"


def _types(columns: Any) -> dict[str, dict[str, str]]:
    types: dict[str, dict[str, str]] = {}
    for table, column, of_type in columns:
        types.setdefault(table, {})[column] = of_type
    return types
