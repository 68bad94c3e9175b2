"""Opens a suite's databases read-only, with the interpreter of one of its releases."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, NamedTuple

from mailman_suite.host.base import drivers
from mailman_suite.host.base.engines import by_engine, every_engine
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


def opened(database: Connected, secrets: str) -> AbstractContextManager[Database]:
    """One entry of what `parts.database.connections` gives; SystemExit if it is missing."""
    return by_engine(_OPENED, database["engine"])(database, secrets)


@contextmanager
def _sqlite(database: SqliteFile, secrets: str) -> Iterator[Database]:
    path = database["path"]
    if not os.path.exists(path):
        raise SystemExit(f"there is no database {path}; say where the suite's own SQLite file is")
    connection = drivers.sqlite_file(path)
    # Without Python's own transactions, so that all is read at the instant of our BEGIN.
    connection.isolation_level = None
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
    connection = drivers.postgresql(database, secrets, options="-c timezone=UTC")
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


_OPENED: Mapping[str, Callable[[Any, str], AbstractContextManager[Database]]] = every_engine(
    sqlite=_sqlite, postgresql=_postgresql
)


def _types(columns: Any) -> dict[str, dict[str, str]]:
    types: dict[str, dict[str, str]] = {}
    for table, column, of_type in columns:
        types.setdefault(table, {})[column] = of_type
    return types
