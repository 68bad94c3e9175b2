"""Database engines by their names: whatever has no entry in a table is an error, never another one.

A suite's old interpreter may be Python 3.6, hence the quotes around types.
"""

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


class DatabaseError(Exception):
    """A database that cannot be read, copied or put back, with what its own tools said."""


def every_engine(*, sqlite: "Value", postgresql: "Value") -> "Mapping[str, Value]":
    """A table with a row for each engine; Python and mypy refuse one that lacks a row."""
    return {"sqlite": sqlite, "postgresql": postgresql}


def by_engine(table: "Mapping[str, Value]", engine: str) -> "Value":
    """What a table has for an engine. Raises DatabaseError, with those that it knows."""
    if engine not in table:
        known = ", ".join(sorted(table))
        raise DatabaseError(
            f"found a database of the engine {engine!r}, expected one of {known}; "
            "use the version of the deploy that set it up"
        )
    return table[engine]
