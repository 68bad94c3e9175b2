"""An engine with a server, on this host or another: a database and a role for each part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.parts.database.model import PARTS, Database, Entry, Part
from mailman_suite.settings import Settings

_LOCAL = ("localhost", "127.0.0.1")
_NAMES_OF_THIS_HOST = (*_LOCAL, "::1", "")


@dataclass(frozen=True)
class Packaging:
    """Names of a server's packages and units in distributions with one package tool."""

    server: tuple[str, ...]
    client: tuple[str, ...]  # copies a database that is on another host
    unit: str  # the one in which a server runs
    initialise: str | None = None  # what the server needs before its first start


@dataclass(frozen=True, kw_only=True)
class Server(Database):
    """Two databases and two roles on a server, which the host's packages may provide."""

    has_server = True

    packaging: Mapping[str, Packaging]  # by package tool
    service: str  # the unit that starts it, with whatever tool it was installed
    process: str  # the command that listens
    port: int  # the default
    django_engine: str  # a part of Django's ENGINE that no other engine has

    def entry(self, settings: Settings, part: Part) -> Entry:
        return {
            "engine": self.name,
            "host": settings.database_server,
            "port": settings.database_port,
            "name": getattr(settings, f"database_{part}_name"),
            "user": getattr(settings, f"database_{part}_user"),
            "secret": f"database_{part}_password",
        }

    def place(self, settings: Settings) -> str:
        server = f"{settings.database_server}:{settings.database_port}"
        return f"{server}/{settings.database_core_name}"

    def is_local(self, settings: Settings) -> bool:
        if settings.is_split:
            return settings.role == "database"
        return settings.database_host in _LOCAL

    def secrets(self, settings: Settings) -> tuple[str, ...]:
        core = ("database_core_password",) if settings.runs("database", "core") else ()
        web = ("database_web_password",) if settings.runs("database", "core", "web") else ()
        return (*core, *web)

    def packages(self, settings: Settings, package_tool: str) -> tuple[str, ...]:
        if not settings.runs("database", "core"):
            return ()
        packaging = self.packaging[package_tool]
        return packaging.server if self.is_local(settings) else packaging.client

    def services(self) -> tuple[str, ...]:
        return (self.service,)

    def server_unit(self, package_tool: str) -> str:
        return self.packaging[package_tool].unit

    def listeners(self, settings: Settings) -> Mapping[int, tuple[str, ...]]:
        return {settings.database_port: (self.process,)} if self.is_local(settings) else {}

    def contradictions(self, settings: Settings) -> Iterator[Refusal]:
        if settings.database_core_name == settings.database_web_name:
            yield Refusal(
                found=f"Core and web both use the database {settings.database_core_name!r}",
                expected="two databases, so that each can be dumped and restored separately",
                remedy="give mailman_database_core_name and mailman_database_web_name two names",
            )
        if self.is_local(settings) or settings.is_split:
            return
        for name in ("database_core_password", "database_web_password"):
            if getattr(settings, name).is_generated:
                yield Refusal(
                    found=f"mailman_{name} is 'generate' and the database is on another host",
                    expected="a reference to the password that the database server knows",
                    remedy=f"set mailman_{name} to 'env:NAME', 'file:/path' or 'cmd:command'",
                )

    def dumps(self, settings: Settings) -> Mapping[str, str]:
        return {part: f"{layout.REHEARSAL}/{part}.dump" for part in PARTS}

    def targets(self, settings: Settings) -> Mapping[str, str]:
        return self.dumps(settings)

    def core_settings(self, url: str) -> Mapping[str, Any]:
        parts = urlsplit(url)
        user = (parts.username or "").replace("(masked)", "")
        return {
            "mailman_database": self.name,
            "mailman_database_host": _host(parts.hostname or ""),
            "mailman_database_port": parts.port or self.port,
            "mailman_database_core_name": parts.path.lstrip("/"),
            **({"mailman_database_core_user": user} if user else {}),
        }

    def web_settings(self, django: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.django_engine not in django.get("ENGINE", ""):
            return {}
        return {
            "mailman_database_web_name": django["NAME"],
            "mailman_database_web_user": django["USER"],
        }

    def files(self, url: str, django: Mapping[str, Any], data: str) -> Mapping[str, str]:
        return {}


def _host(name: str) -> str:
    return "localhost" if name in _NAMES_OF_THIS_HOST else name
