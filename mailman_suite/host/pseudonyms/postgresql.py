"""Rewrites a database on this host's own PostgreSQL server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from mailman_suite.host.apply.postgresql import psql
from mailman_suite.host.base import drivers
from mailman_suite.host.pseudonyms.rewriting import BATCH, Row, Store, kinds
from mailman_suite.host.wire.connections import PostgresqlDatabase

# A server's statistics hold samples of what was in its tables, and are its administrator's.
_FORGET = "VACUUM FULL; ANALYZE; VACUUM FULL pg_catalog.pg_statistic; CHECKPOINT"


@contextmanager
def opened(database: PostgresqlDatabase, secrets: str) -> Iterator[Store]:
    """The database, in a transaction that is undone without a commit."""
    with closing(drivers.postgresql(database, secrets)) as connection:
        yield PostgreSQL(connection, database)


class PostgreSQL:
    """A database on this host's own server, with the role that owns it."""

    def __init__(self, connection: Any, database: PostgresqlDatabase) -> None:
        self._connection, self._database = connection, database

    def tables(self) -> dict[str, dict[str, str]]:
        return kinds(
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
        # An open transaction in any database of the server would keep the old values.
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
