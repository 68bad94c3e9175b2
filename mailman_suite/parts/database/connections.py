"""Where a suite's two databases are and who connects to them, for host programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mailman_suite.base import layout
from mailman_suite.host.wire.connections import Connections, Database, Peer
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.parts.database.model import PARTS
from mailman_suite.settings import Settings


def connections(settings: Settings) -> Connections:
    """`{"core": {...}, "web": {...}, "secrets": directory}`; passwords are named, not held."""
    database = database_of(settings)
    entries: Any = {part: database.entry(settings, part) for part in PARTS}
    return {"core": entries["core"], "web": entries["web"], "secrets": layout.SECRETS}


def files(settings: Settings) -> dict[str, str]:
    """`core` and `web` -> the path of its database; nothing of a server's."""
    database = database_of(settings)
    entries = {part: database.entry(settings, part) for part in PARTS}
    return {part: entry["path"] for part, entry in entries.items() if "path" in entry}


def at(databases: Connections, paths: Mapping[str, str]) -> Connections:
    """The databases with these files: `core` or `web` -> path."""
    core, web = (_in_file(databases[which], paths.get(which)) for which in ("core", "web"))
    return {**databases, "core": core, "web": web}


def _in_file(database: Database, path: str | None) -> Database:
    return {**database, "path": path} if path and "path" in database else database


def peers(settings: Settings) -> list[Peer]:
    """Who connects to a split suite's database server: `{"address", "database", "role"}` each.

    Core's host migrates both databases, so it connects to both.
    """
    core = settings.database_core_name, settings.database_core_user
    web = settings.database_web_name, settings.database_web_user
    pairs = [(one, its) for one in settings.addresses("core") for its in (core, web)]
    pairs += [(one, web) for one in settings.addresses("web")]
    return [{"address": one, "database": name, "role": role} for one, (name, role) in pairs]
