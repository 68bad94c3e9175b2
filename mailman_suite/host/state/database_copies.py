"""Copies of a suite's databases, each engine's by its own tools."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.state import postgresql, sqlite
from mailman_suite.host.wire.connections import Database


class Copies(Protocol):
    """What the module of an engine does for a state directory, with its own kind of database."""

    def take(self, database: Any, secrets: str, place: Path) -> None: ...

    def size(self, database: Any, secrets: str, place: Path) -> int: ...

    def growth(self, database: Any, size: int) -> dict[str, int]: ...

    def put_back(self, database: Any, secrets: str, place: Path) -> None: ...


_ENGINES: Mapping[str, Copies] = every_engine(sqlite=sqlite, postgresql=postgresql)


def take(database: Database, secrets: str, place: Path) -> None:
    """A consistent copy of the database in the directory `place`."""
    engine = by_engine(_ENGINES, database["engine"])
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    engine.take(database, secrets, place)


def size(database: Database, secrets: str, place: Path) -> int:
    """Bytes that a copy takes at most; DatabaseError where this host's tools cannot make one.

    `place` is a directory of root's for the question.
    """
    return by_engine(_ENGINES, database["engine"]).size(database, secrets, place)


def growth(database: Database, size: int) -> dict[str, int]:
    """A path on each file system of this host where a migration needs room -> bytes."""
    return by_engine(_ENGINES, database["engine"]).growth(database, size)


def put_back(database: Database, secrets: str, place: Path) -> None:
    """The database has exactly the content of the copy."""
    by_engine(_ENGINES, database["engine"]).put_back(database, secrets, place)
