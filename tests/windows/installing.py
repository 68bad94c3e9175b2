"""Puts suites of either release onto a host that is a directory."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.unit.kept_states import OLD
from tests.windows import data, pretended_core
from tests.windows.hosts import Host, write_program
from tests.windows.product import (
    Suite,
    declaration,
    layout,
    managed_files,
    release_link,
    secret_references,
    suite_files,
)

_PYTHON = '#!/bin/sh\nexec {python} "$@"\n'
_RUNNERS = "[runner.in]\nstart: yes\n[runner.nntp]\nstart: no\n"


def make_release(host: Host, prefix: str, name: str, has: str, same: str = "") -> None:
    """A release's programs and what its code expects, in a virtual environment.

    The side `same` of the suite is as it always was.
    """
    venv = host.path(prefix)
    for program in ("mailman", "mailman-web"):
        write_program(venv / "bin" / program, host.root)
    write_program(venv / "bin/python", host.root, _PYTHON)
    config = venv / "lib/python3.11/site-packages/mailman/config/mailman.cfg"
    config.parent.mkdir(parents=True)
    config.write_text(_RUNNERS)
    expected = {"core": has, "web": has, **({same: pretended_core.OLD_SCHEMA} if same else {})}
    (venv / "release.json").write_text(json.dumps({"name": name, **expected}))
    applied = [pretended_core.OLD_SCHEMA, expected["web"]]
    heads = {"core": expected["core"], "web": {"web": applied}}
    (venv.parent / "heads.json").write_text(json.dumps(heads))
    (venv.parent / "stamp.json").write_text(json.dumps({"identifier": name}))


def make_secrets(host: Host, suite: Suite, when: str = "then") -> None:
    place = host.path(layout.SECRETS)
    place.mkdir(parents=True, exist_ok=True)
    for name in secret_references(suite.settings):
        (place / name).write_text(f"{name}-of-{when}\n")


def make_suite(host: Host, suite: Suite, release: str, has: str, same: str = "") -> None:
    """A suite of ours that runs a release; of an older one its files are others, too.

    Those of the side `same` are not.
    """
    make_release(host, f"{layout.RELEASES}/{release}/venv", release, has)
    host.path(layout.VENV).symlink_to(host.path(f"{layout.RELEASES}/{release}/venv"))
    make_secrets(host, suite)
    its = host.here(declared(suite))
    for path, wanted in its["directories"].items():
        managed_files.make_directory(path, wanted)
    write_files(host, its, pretended_core.OLD_MARK if release == OLD else "")
    if same:
        write_files(host, files_of(host, suite, same), "")
    for path, target in its["links"].items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, path)


def write_files(host: Host, declared: dict[str, Any], mark: str) -> None:
    """Declared files, with the host's secrets in them."""
    secrets = managed_files.secrets_in(str(host.path(layout.SECRETS)))
    for path, file in declared["files"].items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(mark + managed_files.revealed(file["content"], secrets))
        Path(path).chmod(int(file["attributes"][2], 8))


def files_of(host: Host, suite: Suite, side: str) -> dict[str, Any]:
    """The declared files that the services of one side read."""
    services = pretended_core.SERVICES[side]
    units = host.here(declaration(suite))["units"]
    read = {path for name in services for path in units[name]["inputs"]}
    files = host.here(declared(suite))["files"]
    return {"files": {path: file for path, file in files.items() if path in read}}


def stamp_sides(host: Host, suite: Suite, same: str) -> None:
    """The host was converged: stamps tell of what runs; that of `same` is as in the new release."""
    sides, place = host.here(release_link(suite)["sides"]), host.path(layout.SIDES)
    place.mkdir(parents=True)
    texts = {**dict.fromkeys(sides["stamps"], "of the old release"), same: sides["stamps"][same]}
    for name, text in {**texts, "release": os.readlink(host.path(layout.VENV))}.items():
        (place / name).write_text(text)


def declared(suite: Suite) -> dict[str, Any]:
    """Every file and directory of a suite, as the host's programs get them."""
    return (suite_files.directories(suite.settings) + suite_files.installed(suite)).with_content()


def make_data(host: Host, when: str, var: str = layout.VAR, web: str = layout.WEB_DATABASE) -> None:
    data.make_files(host.path(var), when)
    data.make_database(host.path(var) / "data/mailman.db", "core", when)
    data.make_database(host.path(web), "web", when)


def queue_messages(host: Host, when: str, var: str = layout.VAR) -> None:
    """Core has something to do, and is at it."""
    data.queue_messages(host.path(var), when)
    (host.root / "pretended/busy").write_text(host.unit(layout.CORE_UNIT)["pid"])
