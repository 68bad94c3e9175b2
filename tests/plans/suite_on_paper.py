"""What a host answers to the suite's facts when it is bare, and when it is as declared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mailman_suite.base import layout
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.database.postgresql import ANSWER as DATABASE
from mailman_suite.parts.mta.postfix import PARAMETERS, changes
from mailman_suite.releases.platforms import platform_of
from mailman_suite.settings.secret_references import SHARED
from mailman_suite.suite.files import web_settings
from mailman_suite.suite.release_link import release_link
from tests.plans.paper_hosts import PaperHost

POSTGRESQL = {"mailman_database": "postgresql"}
TLS = {
    "mailman_tls_certificate": "/etc/ssl/lists.unit.test/fullchain.pem",
    "mailman_tls_key": "/etc/ssl/lists.unit.test/key.pem",
}
SPLIT: dict[str, Any] = {
    **POSTGRESQL,
    "mailman_hosts": {
        "database": ["10.0.0.10"],
        "core": ["10.0.0.11"],
        "web": ["10.0.0.12", "10.0.0.13"],
        "mta": ["10.0.0.14"],
    },
    "mailman_address": "10.0.0.10",
    **dict.fromkeys(map("mailman_{}".format, SHARED), "env:SHARED_SECRET"),
}
LISTS = {
    "mailman_lists": [
        {
            "address": "staff@lists.unit.test",
            "display_name": "Staff",
            "owners": ["head@lists.unit.test"],
            "settings": {"advertised": False},
        }
    ]
}
NOTHING_TO_DO = {"enable": [], "start": [], "restart": [], "reload": [], "daemon_reload": False}


def data(host: PaperHost, **more: Any) -> dict[str, Any]:
    """The least that an operator declares; an older release where the host's Python is old.

    `more` is further group data, such as `**POSTGRESQL`.
    """
    old = {"mailman_release": "3.3.10"} if host.name == "debian-11" else {}
    return {
        "mailman_web_host": "lists.unit.test",
        "mailman_domains": ["lists.unit.test"],
        "mailman_site_owner": "postmaster@lists.unit.test",
        **old,
        **more,
    }


def look(host: PaperHost, release: str = "") -> dict[str, Any]:
    """`host/inspect/host.py`'s answer on a bare machine, or on one that runs our `release`."""
    own = [int(part) for part in host.python3.split(".")]
    return {
        "os_release": host.os_release,
        "machine": "x86_64",
        "root": True,
        "systemd": True,
        "interpreters": {"/usr/bin/python3": [*own, 0]},
        "free_bytes": 20 * 1024**3,
        "memory_bytes": 4 * 1024**3,
        "listeners": {},
        "missing_files": [],
        "lost_configurations": [],
        "traces": [],
        "suite": {"kind": "ours" if release else "none", "release": release},
        "window": {},
        "backup": {},
        "run": {"last": "", "busy": {}},
        "kept": {"windows": [], "releases": [release] if release else []},
        "rehearsal": False,
    }


RELEASE_STATE = ("built", "assets", "current", "core", "web", "stamped", "sent")


def bare(host: PaperHost) -> dict[str, Any]:
    """The answers of a machine that has nothing yet."""
    return {
        "HostInspection": look(host),
        "DebPackages": {"installed": set(), "broken": False},
        "RpmPackages": {"installed": set(), "broken": False},
        "Account": {},
        "ManagedFiles": lambda arguments: {"different": _all_missing(arguments)},
        "Secrets": _no_secrets,
        "ReleaseState": dict.fromkeys(RELEASE_STATE, ""),
        "SuiteDatabases": lambda arguments: {"roles": ["core"], "databases": ["core"]},
        "DatabaseAccess": _no_access,
        "Schema": {"new": True, "core": True, "web": ["all"]},
        "Units": lambda arguments: {**NOTHING_TO_DO, "start": list(arguments["units"])},
        "PostfixMain": {},
        "WebIdentity": {"missing": ["the release"]},
        "MailingLists": _no_lists,
    }


def _no_secrets(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"missing": list(arguments["names"]), "attributes": [], "digests": {}}


def _no_access(arguments: Mapping[str, Any]) -> dict[str, Any]:
    missing = [peer["address"] for peer in arguments["peers"]]
    return {"listens": False, "missing": missing, "surplus": [], "loaded": False}


def _all_missing(arguments: Mapping[str, Any]) -> dict[str, Any]:
    paths = [*arguments["files"], *arguments["directories"], *arguments["links"]]
    return {path: {"why": "missing"} for path in paths}


def _no_lists(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "missing_domains": list(arguments["domains"]),
        "missing_lists": [one["address"] for one in arguments["lists"]],
        "missing_owners": {},
        "settings": {},
        "stale_map": True,
    }


def converged(host: PaperHost, **more: Any) -> dict[str, Any]:
    """The answers of a machine that is as `data` declares."""
    suite = suite_of(declared_settings(data(host, **more)), look(host))
    values = {name: value.unmask() for name, value in suite.given_secrets.items()}
    platform = platform_of(host.os_release)
    packages = {*suite.packages, *DATABASE.packaging[platform.package_tool].server}
    return {
        "HostInspection": look(host, suite.identifier),
        "DebPackages": {"installed": packages, "broken": False},
        "RpmPackages": {"installed": packages, "broken": False},
        "Account": {"home": layout.HOME, "group": layout.GROUP, "shell": "/bin/bash"},
        "ManagedFiles": {"different": {}},
        "Secrets": lambda arguments: _all_secrets(arguments["salt"], values),
        "ReleaseState": {
            "built": "complete",
            "assets": web_settings(suite).sha256,
            "current": f"{suite.release_directory}/venv",
            **release_link(suite)["sides"]["stamps"],
            "stamped": f"{suite.release_directory}/venv",
            "sent": "",
        },
        "SuiteDatabases": {"roles": [], "databases": []},
        "DatabaseAccess": {"listens": True, "missing": [], "surplus": [], "loaded": True},
        "Schema": {"new": False, "core": False, "web": []},
        "Units": NOTHING_TO_DO,
        "PostfixMain": _wired_postfix(),
        "WebIdentity": {"missing": []},
        "MailingLists": {
            "missing_domains": [],
            "missing_lists": [],
            "missing_owners": {},
            "settings": {},
            "stale_map": False,
        },
    }


def _all_secrets(salt: str, values: Mapping[str, str]) -> dict[str, Any]:
    digests = {
        name: hashlib.scrypt(value.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
        for name, value in values.items()
    }
    return {"missing": [], "attributes": [], "digests": digests}


def _wired_postfix() -> dict[str, str]:
    unset = dict.fromkeys(PARAMETERS, "")
    return {**unset, **changes(unset), "maps": "yes", "aliases": "yes"}
