"""Which engine holds a suite's data, found by its name in group data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from mailman_suite.base.refusal import Refusal
from mailman_suite.parts.answers import answers
from mailman_suite.parts.database.model import Database
from mailman_suite.settings import Settings

T = TypeVar("T")


def databases() -> Mapping[str, Database]:
    """Every engine, by the value of mailman_database."""
    return answers("database")


def by_engine(table: Mapping[str, T], engine: str) -> T:
    """A table's entry for an engine. Raises `Refusal` if it has none."""
    if engine not in table:
        raise Refusal(
            found=f"a database of the engine {engine!r}",
            expected=f"one of {', '.join(sorted(table))}",
            remedy="correct mailman_database, or add the engine as CONTRIBUTING.md says",
        )
    return table[engine]


def database_of(settings: Settings) -> Database:
    """The engine that group data chooses. Raises `Refusal` for one that does not exist."""
    return by_engine(databases(), settings.database)


def all_services() -> tuple[str, ...]:
    """Every engine's units, for `After=` and the like, which ignore missing units."""
    return tuple(sorted(name for one in databases().values() for name in one.services()))


def titles() -> str:
    """What people may choose from: `SQLite or PostgreSQL`."""
    return " or ".join(sorted((one.title for one in databases().values()), reverse=True))
