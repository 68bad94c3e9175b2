"""Hosts as `host/survey_*.py` would describe them, and settings to bring them to."""

from __future__ import annotations

from typing import Any

from mailman_suite.base import layout
from mailman_suite.gates import versions as gates_versions
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.releases.catalogue import RELEASES, Release
from mailman_suite.settings import Settings
from tests.bad_settings import GOOD

RELEASE = RELEASES["3.3.10+forked"]
PACKAGES = (
    *("mailman", "postorius", "hyperkitty", "django-mailman3", "mailman-web"),
    *("mailman-hyperkitty", "mailmanclient", "django", "django-allauth"),
)
# Version sets that ran, by Core's version; "3.1.0" is the time before the web side had Python 3.
SETS = {
    "3.1.0": "3.1.0 1.1.0 1.1.0 1.1.0 0.0.1 1.1.0 3.1.0 1.8 0.31.0",
    "3.2.0": "3.2.0 1.2.1 1.2.0 1.2.0 0.0.1 1.1.0 3.2.0 1.11 0.35.0",
    "3.3.0": "3.3.0 1.3.2 1.3.2 1.3.2 0.0.2 1.1.0 3.3.0 2.2.28 0.41.0",
    "3.3.4": "3.3.4 1.3.4 1.3.4 1.3.5 0.0.5 1.1.0 3.3.2 3.0.14 0.44.0",
    "3.3.8": "3.3.8 1.3.8 1.3.7 1.3.9 0.0.6 1.2.1 3.3.5 4.1.13 0.55.2",
    "3.3.9": "3.3.9 1.3.10 1.3.8 1.3.11 0.0.8 1.2.1 3.3.5 4.1.13 0.63.6",
}
HEADS = {
    "3.1.0": "b2e694dfde35",
    "3.2.0": "b2e694dfde35",
    "3.3.0": "83339e4039da",
    "3.3.4": "2b73fbcc97c9",
    "3.3.8": "98224512c9c2",
    "3.3.9": "2156fc3f6f7d",
}
WHOOSH = "haystack.backends.whoosh_backend.WhooshEngine"


def survey(core: str = "3.2.0", **more: Any) -> dict[str, Any]:
    """A host with that set, on SQLite, on which nothing is wrong; `more` replaces answers."""
    versions = dict(zip(PACKAGES, SETS[core].split(), strict=True))
    return {**_quiet(), "versions": versions, "core_head": HEADS[core], **more}


def converged(release: Release, **more: Any) -> dict[str, Any]:
    """A host that runs the release, with its migrations."""
    versions = {name: gates_versions.after(name, release) for name in PACKAGES}
    head = {core: head for head, core in gates_versions.CORE_REVISIONS.items()}[release.core]
    migrations = {app: [name] for app, name, _ in gates_versions.WEB_MIGRATIONS.values()}
    ran = {"core_head": head, "web_migrations": migrations}
    return {**_quiet(), "versions": versions, **ran, **more}


def settings(**more: Any) -> Settings:
    """The least that has to be declared, and more group data without its prefix."""
    return declared_settings({**GOOD, **{f"mailman_{name}": one for name, one in more.items()}})


def job(command: str, user: str = "mailman", file: str = "/etc/cron.d/mailman") -> dict[str, str]:
    """A cron job that runs daily."""
    return {"file": file, "line": f"@daily {user} {command}", "user": user, "command": command}


def _quiet() -> dict[str, Any]:
    return {
        "python": [3, 9],
        "core_config": {},
        "web_settings": {},
        "core_database": "sqlite",
        "database_server": None,
        "var_dir": layout.VAR,
        "web_migrations": {"hyperkitty": ["0001_initial"]},
        "bounce_events_waiting": 0,
        "lists": 3,
        "usenet_lists": 0,
        "emails": 1200,
        "case_duplicates": [],
        "queues": {},
        "spool": 0,
        "crontabs": [],
        "templates_not_utf8": [],
        "search_index": {
            "engine": WHOOSH,
            "path": layout.FULLTEXT_INDEX,
            "exists": True,
            "readable": True,
        },
        "unreadable": [],
    }
