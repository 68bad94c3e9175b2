"""Where a suite's two databases are and who comes to them, for host programs. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.settings import Settings


def connections(settings: Settings) -> dict[str, Any]:
    """`{"core": {...}, "web": {...}, "secrets": directory}`; passwords are named, not held."""
    if settings.database == "sqlite":
        core: dict[str, Any] = {"engine": "sqlite", "path": layout.CORE_DATABASE}
        web: dict[str, Any] = {"engine": "sqlite", "path": layout.WEB_DATABASE}
    else:
        server = {
            "engine": "postgresql", "host": settings.database_server, "port": settings.database_port
        }  # fmt: skip
        core = {
            **server,
            "name": settings.database_core_name,
            "user": settings.database_core_user,
            "secret": "database_core_password",
        }
        web = {
            **server,
            "name": settings.database_web_name,
            "user": settings.database_web_user,
            "secret": "database_web_password",
        }
    return {"core": core, "web": web, "secrets": layout.SECRETS}


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
