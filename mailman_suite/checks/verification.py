"""What is asked of a host to verify it, and what its answers mean. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from mailman_suite.base import layout
from mailman_suite.checks import core, edge, system, web
from mailman_suite.checks.edge import edge_question
from mailman_suite.checks.model import Check, Expected, Observations, Verdict, judged
from mailman_suite.host.wire.checks import (
    CoreQuestion,
    PagesQuestion,
    Questions,
    SystemQuestion,
    WebQuestion,
)
from mailman_suite.parts import chosen
from mailman_suite.parts.database.chosen import all_services, database_of
from mailman_suite.parts.database.connections import connections
from mailman_suite.settings import Settings
from mailman_suite.settings.roles import ROLES, Role
from mailman_suite.suite.files import timers, web_settings
from mailman_suite.suite.needed_secrets import secret_references
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import side_of

CHECKS = (*core.CHECKS, *web.CHECKS, *system.CHECKS)

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


def verdicts(suite: Suite, observations: Observations) -> list[Verdict]:
    """The verdict of every check of the host's role, from the answers to `questions`."""
    return judged(checks_of(suite.settings), observations, expected(suite))


def checks_of(settings: Settings) -> tuple[Check, ...]:
    """The checks of a host with this role, for its users and for the suite's other hosts."""
    of_the_edge = edge.CHECKS if settings.role == "mta" else ()
    return (*(one for one in CHECKS if _is_of(one, settings)), *of_the_edge)


def _is_of(check: Check, settings: Settings) -> bool:
    roles = _ROLES_OF.get(check.observation) or _ROLES_OF[check.program]
    return settings.runs(*roles)


# Who keeps what a program, or one observation of it, looks at.
_ROLES_OF: Mapping[str, tuple[Role, ...]] = {
    "check.core": ("core",),
    "check.queues": ("core",),
    "check.web": ("web",),
    "state.schema": ("core",),
    "apply.web_identity": ("core",),
    "check.system": ("core", "web"),
    "units": ROLES,
    "index": ("web",),
}


def expected(suite: Suite) -> Expected:
    """What the declaration says, as far as checks need it."""
    return Expected(
        domains=tuple(suite.settings.domains),
        lists=tuple(one.address for one in suite.settings.lists),
        release_directory=suite.release_directory,
        static_stamp=web_settings(suite).sha256,
        secrets=tuple(secret_references(suite.settings)),
        services=suite.settings.services,
    )


def questions(suite: Suite) -> Questions:
    """Program of `mailman_suite/host/` -> its arguments; each of them only reads."""
    settings = suite.settings
    return {
        **(_core_questions() if settings.runs("core") else {}),
        **({"check.web": _web_question(suite)} if settings.runs("web") else {}),
        "check.system": _system(suite),
        **({"check.edge": edge_question(settings)} if settings.role == "mta" else {}),
        **(_database_questions(settings) if settings.runs("core") else {}),
    }


def _core_questions() -> Questions:
    return {"check.core": core_question(), "check.queues": {"var": layout.VAR}}


def _web_question(suite: Suite) -> WebQuestion:
    return {
        **proxy(suite),
        "pages": list(_PAGES),
        "links": list(_LINKED_PAGES),
        "favicon": "/favicon.ico",
        "api": f"/api/mailman/urls?mlist=verify@{suite.settings.domains[0]}",
        "api_below": ["/archives", "/hyperkitty"],
        "archiver_config": layout.ARCHIVER_CONFIG,
    }


def _database_questions(settings: Settings) -> Questions:
    found = connections(settings)
    return {
        "state.schema": {**found, "heads": f"{layout.VENV}/../heads.json"},
        "apply.web_identity": {
            "database": found["web"],
            "secrets": layout.SECRETS,
            "web_host": settings.web_host,
            "domains": settings.domains,
            "superuser": settings.superuser_name,
            "email": settings.admin_email.lower(),
        },
    }


def core_question() -> CoreQuestion:
    """The arguments of `host/check/core.py`."""
    return {
        "rest": _REST,
        "password_file": f"{layout.SECRETS}/rest_password",
        "config": layout.CORE_CONFIG,
        "venv": layout.VENV,
        "loopback": layout.LOOPBACK,
        "lmtp_port": layout.LMTP_PORT,
        "smtp_port": layout.SMTP_PORT,
    }


def proxy(suite: Suite) -> PagesQuestion:
    """How the host reaches the suite's pages as people do: its own, or those of the first web."""
    scheme = suite.web_url.partition(":")[0]
    settings = suite.settings
    elsewhere = settings.addresses("web")[0] if settings.role == "core" else ""
    return {
        "host": settings.web_host,
        "scheme": scheme,
        "port": layout.HTTPS_PORT if scheme == "https" else layout.HTTP_PORT,
        "loopback": elsewhere or layout.LOOPBACK,
    }


def _system(suite: Suite) -> SystemQuestion:
    settings = suite.settings
    return {
        "services": [*settings.services, *_system_services(settings)],
        "ours": list(settings.services),
        "servers": [name.removesuffix(".service") for name in all_services()],
        "jobs": {timer: timer.replace(".timer", ".service") for timer in timers(suite)},
        "venv": layout.VENV,
        "releases": layout.RELEASES,
        "sides": layout.SIDES,
        "stamps": {unit: f"{layout.SIDES}/{side_of(unit)}" for unit in settings.services},
        "static": layout.STATIC if settings.runs("web") else f"{layout.VENV}/../static",
        "private": _private(settings),
        "secrets": layout.SECRETS,
        "index": {"wanted": layout.INDEX_WANTED, "unit": layout.INDEX_UNIT},
    }


def _private(settings: Settings) -> list[str]:
    """Files with secrets in them, besides the secrets themselves."""
    if not settings.runs_release:
        return []
    core = [layout.CORE_CONFIG] if settings.runs("core") else []
    return [*core, layout.ARCHIVER_CONFIG, layout.WEB_SETTINGS]


def _system_services(settings: Settings) -> list[str]:
    """The distribution's services that the host's part needs."""
    database = database_of(settings)
    return [
        *([chosen.proxy(settings).unit] if settings.runs_release else []),
        *([chosen.mta(settings).unit] if settings.runs("core", "mta") else []),
        *(database.services() if database.is_local(settings) else ()),
    ]
