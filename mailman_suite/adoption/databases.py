"""Whether group data names the databases that a suite made by hand has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.settings import Settings

_LOCAL = ("localhost", "127.0.0.1", "::1", "")


def refusals(survey: Mapping[str, Any], settings: Settings) -> Iterator[Refusal]:
    """Every difference between the databases of the host and those of group data."""
    wanted = dict(_declared(settings))
    for setting, found in {**_core(survey), **_web(survey)}.items():
        declared = wanted[setting]
        if found != declared:
            yield Refusal(
                found=f"the host's suite has {found!r} where group data says {declared!r}",
                expected="the databases of the host, since nothing moves data between two",
                remedy=f"set {setting} = {found!r}",
            )


def moved(survey: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    """SQLite files that stand elsewhere than ours: `core` or `web` -> the present path."""
    if settings.database != "sqlite":
        return {}
    core = urlsplit(survey["core_config"].get("database", {}).get("url", "")).path
    web = _default(survey).get("NAME", "")
    places = {"core": (core, layout.CORE_DATABASE), "web": (web, layout.WEB_DATABASE)}
    # Core's url has an absolute path with two slashes; without one it is Core's default place.
    return {
        name: "/" + found.lstrip("/")
        for name, (found, ours) in places.items()
        if found.startswith("/") and "/" + found.lstrip("/") != ours
    }


def _declared(settings: Settings) -> Iterator[tuple[str, Any]]:
    names = ("database", "database_host", "database_port", "database_core_name")
    more = ("database_core_user", "database_web_name", "database_web_user")
    for name in (*names, *more):
        yield f"mailman_{name}", getattr(settings, name)


def _core(survey: Mapping[str, Any]) -> dict[str, Any]:
    if survey["core_database"] != "postgresql":
        return {"mailman_database": survey["core_database"]}
    url = urlsplit(survey["core_config"]["database"]["url"])
    user = (url.username or "").replace("(masked)", "")
    return {
        "mailman_database": "postgresql",
        "mailman_database_host": _host(url.hostname or ""),
        "mailman_database_port": url.port or 5432,
        "mailman_database_core_name": url.path.lstrip("/"),
        **({"mailman_database_core_user": user} if user else {}),
    }


def _web(survey: Mapping[str, Any]) -> dict[str, Any]:
    database = _default(survey)
    if "postgresql" not in database.get("ENGINE", ""):
        return {}
    return {
        "mailman_database_web_name": database["NAME"],
        "mailman_database_web_user": database["USER"],
    }


def _default(survey: Mapping[str, Any]) -> dict[str, Any]:
    return dict(survey["web_settings"].get("DATABASES", {}).get("default", {}))


def _host(name: str) -> str:
    return "localhost" if name in _LOCAL else name
