"""Database engines by their names: an engine without an entry is an error, never another engine.

A suite's old interpreter may be Python 3.6, hence the quotes around types.
"""

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


class DatabaseError(Exception):
    """A database that cannot be read, copied or restored, with the message of its tools."""


def every_engine(*, sqlite: "Value", postgresql: "Value") -> "Mapping[str, Value]":
    """A table with a row for each engine; Python and mypy refuse one that lacks a row."""
    return {"sqlite": sqlite, "postgresql": postgresql}


def by_engine(table: "Mapping[str, Value]", engine: str) -> "Value":
    """A table's entry for an engine. Raises DatabaseError, which names the known engines."""
    if engine not in table:
        known = ", ".join(sorted(table))
        raise DatabaseError(
            f"found a database of the engine {engine!r}, expected one of {known}; "
            "use the version of the deploy that set it up"
        )
    return table[engine]
