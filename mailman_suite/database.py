"""Where a suite's two databases are, as plain values for host programs. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite import layout
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
