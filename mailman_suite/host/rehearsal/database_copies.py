"""Copies of production's databases for a rehearsal, each engine's by its own tools."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from typing import Any, Protocol

from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.rehearsal import postgresql, sqlite
from mailman_suite.host.wire.connections import Database, DatabaseName
from mailman_suite.host.wire.rehearsal import ServerDatabases

NAMES: tuple[DatabaseName, ...] = ("core", "web")


class Copies(Protocol):
    """What the module of an engine does, with its own kind of database."""

    def size(self, database: Any, secrets: str) -> int: ...

    def add(self, tar: tarfile.TarFile, name: str, database: Any, secrets: str) -> None: ...

    def load(self, database: Any, dump: str) -> None: ...

    def drop(self, asked: ServerDatabases) -> None: ...


_ENGINES: Mapping[str, Copies] = every_engine(sqlite=sqlite, postgresql=postgresql)


def size(database: Database, secrets: str) -> int:
    """Bytes of a database now."""
    return by_engine(_ENGINES, database["engine"]).size(database, secrets)


def add(tar: tarfile.TarFile, name: str, database: Database, secrets: str) -> None:
    """One database of one instant, as entries that belong one after the other."""
    by_engine(_ENGINES, database["engine"]).add(tar, name, database, secrets)


def load(database: Database, dump: str) -> None:
    """Loads a dump into its database and removes the dump. SystemExit without a dump."""
    by_engine(_ENGINES, database["engine"]).load(database, dump)


def drop(asked: ServerDatabases) -> None:
    """Removes a server's databases and roles."""
    by_engine(_ENGINES, asked["engine"]).drop(asked)
