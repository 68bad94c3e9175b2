"""Rewrites a database in a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from mailman_suite.host.base import drivers
from mailman_suite.host.pseudonyms.rewriting import BATCH, Row, Store, kinds
from mailman_suite.host.wire.connections import SqliteFile


@contextmanager
def opened(database: SqliteFile, secrets: str) -> Iterator[Store]:
    """The file, in a transaction that is undone without a commit."""
    with closing(drivers.sqlite_file(database["path"], "rw")) as connection:
        yield SQLite(connection)


class SQLite:
    """A database in a file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.isolation_level = None  # only our BEGIN and COMMIT count
        connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        connection.execute("BEGIN IMMEDIATE")

    def tables(self) -> dict[str, dict[str, str]]:
        return kinds(
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
