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
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.connections import (
    Database,
    PostgresqlDatabase,
    SchemaQuestion,
    SchemaState,
)


def rows(database: Database, secrets: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement selects; no rows where the database or the table does not exist yet."""
    if database["engine"] == "sqlite":
        return sqlite_rows(database["path"], statement)
    return postgresql_rows(database, secrets, statement)


def sqlite_rows(path: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of an SQLite file, opened for reading alone."""
    if not os.path.exists(path):
        return []
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise
    finally:
        connection.close()


def postgresql_rows(
    database: PostgresqlDatabase, secrets: str, statement: str
) -> list[tuple[Any, ...]]:
    """Rows of a PostgreSQL database, in a transaction that cannot write."""
    import psycopg2

    try:
        connection = connected(database, secrets)
    except (FileNotFoundError, psycopg2.OperationalError):
        # The run may be about to bring the password, or to change it; until then all is behind.
        return []
    connection.set_session(readonly=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())
    except psycopg2.errors.UndefinedTable:
        return []
    finally:
        connection.close()


def connected(database: PostgresqlDatabase, secrets: str, options: str = "") -> Any:
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
