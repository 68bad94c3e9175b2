"""Reads a suite's databases, of whichever engine, without a right to write.

A suite's old interpreter may be Python 3.6, hence the quotes around types.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

UNDEFINED_TABLE = "42P01"


def opened(table: "Mapping[str, Callable[[Any], Any]]", kind: str, place: "Any") -> "Any":
    """A connection to a place, as the kind's row in a table makes it. ValueError without a row."""
    if kind not in table:
        raise ValueError(f"a database of the kind {kind} is not read")
    return table[kind](place)


def sqlite_file(path: str) -> "sqlite3.Connection":
    """A connection to a file."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)


def postgresql(**arguments: "Any") -> "Any":
    """A connection with these arguments of libpq's; Core's driver, which Django uses as well."""
    import psycopg2

    return psycopg2.connect(options="-c default_transaction_read_only=on", **arguments)


def rows(connection: "Any", statement: str) -> "list[tuple[Any, ...]]":
    """What a statement selects; no rows where the table is missing. Closes the connection."""
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())
    except Exception as error:  # the driver is only known at run time
        if "no such table" in str(error) or getattr(error, "pgcode", "") == UNDEFINED_TABLE:
            return []
        raise
    finally:
        connection.close()
