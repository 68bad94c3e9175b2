"""Opens a suite's databases for rewriting, each engine's by its own module."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from mailman_suite.host.base.engines import by_engine, every_engine
from mailman_suite.host.pseudonyms import postgresql, sqlite
from mailman_suite.host.pseudonyms.rewriting import Store
from mailman_suite.host.wire.connections import Database


class Rewritable(Protocol):
    """What the module of an engine does, with its own kind of database."""

    def opened(self, database: Any, secrets: str) -> AbstractContextManager[Store]: ...


_ENGINES: Mapping[str, Rewritable] = every_engine(sqlite=sqlite, postgresql=postgresql)


def opened(database: Database, secrets: str) -> AbstractContextManager[Store]:
    """One entry of what `parts.database.connections` gives; undone without a commit."""
    return by_engine(_ENGINES, database["engine"]).opened(database, secrets)
