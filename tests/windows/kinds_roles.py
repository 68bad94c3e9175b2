"""Windows of one host of a suite on several: Core's, and a web's that follows it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.kept_states import OLD
from tests.unit.split_suites import split_suite
from tests.windows import hosts, installing
from tests.windows.hosts import Host
from tests.windows.pretended_core import NEW_SCHEMA, OLD_SCHEMA
from tests.windows.product import Suite, declaration, layout, window

Made = tuple[Host, Suite, dict[str, Any]]


def _standing(root: Path, role: str, system: tuple[str, ...]) -> Made:
    """A host of this role that runs the older release, and the order of its window."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SHARED_SECRET", "shared-by-all-hosts-of-the-suite")
        suite = replace(split_suite(role, runs=OLD), awaits=role == "web")
    host = hosts.bare(root, system)
    host.kind, units = role, declaration(suite)
    installing.make_suite(host, suite, OLD, OLD_SCHEMA)
    prefix = f"{suite.release_directory}/venv"
    installing.make_release(host, prefix, suite.identifier, NEW_SCHEMA)
    if role == "core":
        installing.make_data(host, "then")
    hosts.enable_and_start(host, [name for name in units["units"] if name not in system])
    return host, suite, window.order(suite, "20261128T120000-window", units)


def of_core(root: Path) -> Made:
    """Core's host has both databases in its hands; they are files here, and no server's."""
    host, suite, order = _standing(root, "core", hosts.SYSTEM)
    installing.queue_messages(host, "then")
    databases = {
        "core": {"engine": "sqlite", "path": layout.CORE_DATABASE},
        "web": {"engine": "sqlite", "path": layout.WEB_DATABASE},
        "secrets": layout.SECRETS,
    }
    held = {"databases": databases, "var": layout.VAR}
    places = {"databases": databases, "databases_before": databases}
    return host, suite, {**order, **places, "invariants": held, "invariants_before": held}


def of_web(root: Path) -> Made:
    """A web's host has neither data nor Postfix."""
    host, suite, order = _standing(root, "web", ("nginx.service",))
    for program in ("postconf", "postfix", "postqueue"):
        (root / "bin" / program).unlink()
    return host, suite, order


def core_says(host: Host, state: str) -> None:
    """What the web's hosts hear of Core's window of this run."""
    run = json.loads((host.place / "order.json").read_text())["run"]
    (host.root / "pretended/word").write_text(json.dumps({"run": run, "state": state}))
