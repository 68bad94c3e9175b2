"""What is asked of a host to verify it, and what its answers mean. Pure."""

from __future__ import annotations

from typing import Any

from mailman_suite import layout, promises_core, promises_system, promises_web
from mailman_suite.database import connections
from mailman_suite.promises import Expected, Observations, Verdict, judged
from mailman_suite.suite import Suite
from mailman_suite.suite_files import timers, web_settings

PROMISES = (*promises_core.PROMISES, *promises_web.PROMISES, *promises_system.PROMISES)

_REST = f"http://{layout.LOOPBACK}:{layout.REST_PORT}/3.1"
_PAGES = (
    "/mailman3/",
    "/postorius/lists/",
    "/archives/",
    "/hyperkitty/",
    "/accounts/login/",
    "/admin/login/",
)
# The first list that each index shows, as a visitor would click on it.
_LINKED_PAGES = (
    r"/(mailman3|postorius)/lists/[^/]+\.[^/]+/",
    r"/(archives|hyperkitty)/list/[^/]+/",
)
_PRIVATE = (layout.CORE_CONFIG, layout.ARCHIVER_CONFIG, layout.WEB_SETTINGS)


def verdicts(suite: Suite, observations: Observations) -> list[Verdict]:
    """The verdict on every promise, from what the programs in `questions` answered."""
    return judged(PROMISES, observations, expected(suite))


def expected(suite: Suite) -> Expected:
    """What the declaration says, as far as promises are about it."""
    return Expected(
        domains=tuple(suite.settings.domains),
        lists=tuple(one.address for one in suite.settings.lists),
        release_directory=suite.release_directory,
        static_stamp=web_settings(suite).sha256,
        secrets=tuple(suite.settings.secret_references()),
    )


def questions(suite: Suite) -> dict[str, Any]:
    """Program of `mailman_suite/host/` -> its arguments; each of them only reads."""
    settings = suite.settings
    databases = connections(settings)
    return {
        "verify_core": core_question(),
        "verify_queues": {"var": layout.VAR},
        "verify_web": {
            **proxy(suite),
            "pages": _PAGES,
            "links": _LINKED_PAGES,
            "favicon": "/favicon.ico",
            "api": f"/api/mailman/urls?mlist=verify@{settings.domains[0]}",
            "api_below": ["/archives", "/hyperkitty"],
            "archiver_config": layout.ARCHIVER_CONFIG,
        },
        "verify_system": _system(suite),
        "schema": {**databases, "heads": f"{layout.VENV}/../heads.json"},
        "web_identity": {
            "database": databases["web"],
            "secrets": layout.SECRETS,
            "web_host": settings.web_host,
            "domains": settings.domains,
            "superuser": settings.superuser_name,
            "email": settings.admin_email.lower(),
        },
    }


def core_question() -> dict[str, Any]:
    """The arguments of `host/verify_core.py`."""
    return {
        "rest": _REST,
        "password_file": f"{layout.SECRETS}/rest_password",
        "config": layout.CORE_CONFIG,
        "venv": layout.VENV,
        "loopback": layout.LOOPBACK,
        "lmtp_port": layout.LMTP_PORT,
        "smtp_port": layout.SMTP_PORT,
    }


def proxy(suite: Suite) -> dict[str, Any]:
    """How the host itself reaches its pages as people do."""
    scheme = suite.web_url.partition(":")[0]
    return {
        "host": suite.settings.web_host,
        "scheme": scheme,
        "port": layout.HTTPS_PORT if scheme == "https" else layout.HTTP_PORT,
        "loopback": layout.LOOPBACK,
    }


def _system(suite: Suite) -> dict[str, Any]:
    server = ("postgresql.service",) if suite.settings.database_is_local else ()
    return {
        "services": [*layout.SERVICES, "nginx.service", "postfix.service", *server],
        "ours": layout.SERVICES,
        "jobs": {timer: timer.replace(".timer", ".service") for timer in timers(suite)},
        "venv": layout.VENV,
        "releases": layout.RELEASES,
        "static": layout.STATIC,
        "private": _PRIVATE,
        "secrets": layout.SECRETS,
        "index": {"wanted": layout.INDEX_WANTED, "unit": layout.INDEX_UNIT},
    }
