"""A suite's database that is rewritten row by row, in one transaction.

For what a rehearsal changes in a copy, with everything stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

Row = tuple[Any, tuple[Any, ...]]  # where the row is, and its values
BATCH = 500
_TEXT = re.compile("char|text|clob|json", re.IGNORECASE)
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
        """The result of a statement."""

    def commit(self) -> None:
        """All that was rewritten is kept."""

    def forget(self) -> None:
        """Removes old values from the pages; called when every store has been committed."""


def kinds(columns: Any) -> dict[str, dict[str, str]]:
    """`Store.tables`, from (table, column, type of the engine's)."""
    found: dict[str, dict[str, str]] = {}
    for table, column, of_type in columns:
        kind = "text" if _TEXT.search(of_type) else "data" if _DATA.search(of_type) else ""
        found.setdefault(table, {})[column] = kind
    return found
