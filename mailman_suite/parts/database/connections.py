"""Where a suite's two databases are and who comes to them, for host programs. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.parts.database.model import PARTS
from mailman_suite.settings import Settings


def connections(settings: Settings) -> dict[str, Any]:
    """`{"core": {...}, "web": {...}, "secrets": directory}`; passwords are named, not held."""
    database = database_of(settings)
    entries: dict[str, Any] = {part: database.entry(settings, part) for part in PARTS}
    return {**entries, "secrets": layout.SECRETS}


def peers(settings: Settings) -> list[dict[str, str]]:
    """Who comes to the database server of a split suite: `{"address", "database", "role"}` each.

    Core's host migrates both databases, so it comes to both.
    """
    core = {"database": settings.database_core_name, "role": settings.database_core_user}
    web = {"database": settings.database_web_name, "role": settings.database_web_user}
    of_core = [
        {"address": one, **database}
        for one in settings.addresses("core")
        for database in (core, web)
    ]
    return [*of_core, *({"address": one, **web} for one in settings.addresses("web"))]
