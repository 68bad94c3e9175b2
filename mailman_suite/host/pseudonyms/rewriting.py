"""Opens a suite's databases to rewrite them row by row, each in one transaction.

For what a rehearsal changes in a copy, with everything stopped.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

from mailman_suite.host.apply.postgresql import psql
from mailman_suite.host.state.schema import connected
from mailman_suite.host.wire.connections import Database, PostgresqlDatabase

Row = tuple[Any, tuple[Any, ...]]  # where the row is, and its values
BATCH = 500
_TEXT = re.compile("char|text|clob|json", re.IGNORECASE)
# A server's statistics hold samples of what was in its tables, and are its administrator's.
_FORGET = "VACUUM FULL; ANALYZE; VACUUM FULL pg_catalog.pg_statistic; CHECKPOINT"
_DATA = re.compile("blob|bytea", re.IGNORECASE)


class Store(Protocol):
    """A database that is open for rewriting."""

    def tables(self) -> dict[str, dict[str, str]]:
        """{table: {column: "text", "data", or "" where it holds nobody's words}}."""

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        """Every row as it was when this was asked, whatever is rewritten meanwhile."""

    def rewrite(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """These rows have these values."""

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement answers."""

    def commit(self) -> None:
        """All that was rewritten is kept."""

    def forget(self) -> None:
        """What was there before is on no page any more; when every store has its commit."""


@contextmanager
def opened(database: Database, secrets: str) -> Iterator[Store]:
    """One entry of what `parts.database.connections` gives; undone without a commit."""
    if database["engine"] == "sqlite":
        path = database["path"]
        with closing(
            sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
        ) as one:
            yield SQLite(one)
    else:
        with closing(connected(database, secrets)) as other:
            yield PostgreSQL(other, database)


def _kinds(columns: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for table, column, of_type in columns:
        kind = "text" if _TEXT.search(of_type) else "data" if _DATA.search(of_type) else ""
        found.setdefault(table, {})[column] = kind
    return found


class SQLite:
    """A database in a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        connection.execute("BEGIN IMMEDIATE")

    def tables(self) -> dict[str, dict[str, str]]:
        return _kinds(
            self._connection.execute(
                "SELECT one.name, each.name, each.type"
                " FROM sqlite_master AS one, pragma_table_info(one.name) AS each"
                " WHERE one.type = 'table' AND one.name NOT LIKE 'sqlite_%'"
            ).fetchall()
        )

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        named, last = ", ".join(f'"{one}"' for one in columns), -(1 << 62)
        asked = f'SELECT rowid, {named} FROM "{table}" WHERE rowid > ? ORDER BY rowid LIMIT {BATCH}'
        while batch := self._connection.execute(asked, (last,)).fetchall():
            last = batch[-1][0]
            yield from ((row[0], tuple(row[1:])) for row in batch)

    def rewrite(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        named = ", ".join(f'"{one}" = ?' for one in columns)
        changed = [(*map(_storable, values), place) for place, values in rows]
        self._connection.executemany(f'UPDATE "{table}" SET {named} WHERE rowid = ?', changed)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def forget(self) -> None:
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _storable(value: Any) -> Any:
    """Text that is not UTF-8 is written back as its original bytes."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "surrogateescape")
    return value


class PostgreSQL:
    """A database on this host's own server, with the role that owns it."""

    def __init__(self, connection: Any, database: PostgresqlDatabase) -> None:
        self._connection, self._database = connection, database

    def tables(self) -> dict[str, dict[str, str]]:
        return _kinds(
            self.execute(
                "SELECT table_name, column_name, data_type FROM information_schema.columns"
                " JOIN information_schema.tables USING (table_schema, table_name)"
                " WHERE table_schema = ANY (current_schemas(false)) AND table_type = 'BASE TABLE'"
            )
        )

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Row]:
        named = ", ".join(f'"{one}"' for one in columns)
        with self._connection.cursor(name=f"rows_{table}") as cursor:  # sees no later change
            cursor.itersize = BATCH
            cursor.execute(f'SELECT ctid::text, {named} FROM "{table}"')
            for row in cursor:
                yield row[0], tuple(map(_plain, row[1:]))

    def rewrite(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        named = ", ".join(f'"{one}" = %s' for one in columns)
        with self._connection.cursor() as cursor:
            statement = f'UPDATE "{table}" SET {named} WHERE ctid = %s::tid'
            cursor.executemany(statement, [(*values, place) for place, values in rows])

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def commit(self) -> None:
        self._connection.commit()

    def forget(self) -> None:
        # An open transaction in any database of the server would keep what is to go.
        name = self._database["name"].replace('"', '""')
        done = psql(f'\\connect "{name}"\n{_FORGET}', self._database["port"])
        if done.returncode:
            raise SystemExit(
                f"the server still remembers what was in {name}: {done.stderr.decode().strip()}; "
                f"as its administrator, run there: {_FORGET}"
            )


def _plain(value: Any) -> Any:
    """Bytes as bytes; what the driver read as JSON as its text."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return value
