"""Compares both databases with the schema that the current release's code expects.

`look`:  {"heads", "core": {...}, "web": {...}, "secrets"}, run by the release's own interpreter,
         which has the PostgreSQL driver; starts neither Core nor Django, since a Core command of a
         new release would migrate by itself.
         -> {"core": bool, "web": [...], "new": bool}: what is behind, and whether neither has any.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from mailman_suite.host.base import drivers, verbs
from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.wire.connections import (
    Database,
    PostgresqlDatabase,
    SchemaQuestion,
    SchemaState,
    SqliteFile,
)

Rows = list[tuple[Any, ...]]


def rows(database: Database, secrets: str, statement: str) -> Rows:
    """What a statement selects; no rows where the database or the table does not exist yet."""
    return by_engine(_ROWS, database["engine"])(database, secrets, statement)


def _sqlite_rows(database: SqliteFile, secrets: str, statement: str) -> Rows:
    if not os.path.exists(database["path"]):
        return []
    with closing(drivers.reading(database, secrets)) as connection:
        try:
            return list(connection.execute(statement))
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise


def _postgresql_rows(database: PostgresqlDatabase, secrets: str, statement: str) -> Rows:
    import psycopg2

    try:
        connection = drivers.reading(database, secrets)
    except (FileNotFoundError, psycopg2.OperationalError):
        # The run may be about to write or change the password; until then everything is behind.
        return []
    with closing(connection), connection.cursor() as cursor:
        try:
            cursor.execute(statement)
            return list(cursor.fetchall())
        except psycopg2.errors.UndefinedTable:
            return []


_ROWS: Mapping[str, Callable[[Any, str, str], Rows]] = every_engine(
    sqlite=_sqlite_rows, postgresql=_postgresql_rows
)


def look(declared: SchemaQuestion) -> SchemaState:
    """What the databases lack of the code's schema; everything before the release is built."""
    if not os.path.exists(declared["heads"]):
        return {"core": True, "web": ["all"], "new": False}
    with open(declared["heads"], encoding="utf-8") as text:
        heads = json.load(text)
    core = rows(declared["core"], declared["secrets"], "SELECT version_num FROM alembic_version")
    applied = rows(declared["web"], declared["secrets"], "SELECT app, name FROM django_migrations")
    expected = {(app, name) for app, names in heads["web"].items() for name in names}
    return {
        "new": not core and not applied,
        "core": [row[0] for row in core] != [heads["core"]],
        "web": sorted(f"{app}.{name}" for app, name in expected - set(map(tuple, applied))),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
