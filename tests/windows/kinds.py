"""Every kind of window, each about to open on a host in a directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import look
from tests.unit.kept_states import DEBIAN_12, OLD
from tests.windows import (
    hosts,
    in_process,
    installing,
    kinds_roles,
    kinds_taken_over,
    outcomes,
    pretending,
)
from tests.windows.hosts import Host
from tests.windows.loopback import heard
from tests.windows.pretended_core import NEW_SCHEMA, OLD_SCHEMA
from tests.windows.product import (
    Suite,
    backup,
    declaration,
    declared_settings,
    kept_windows,
    layout,
    restore,
    rollback,
    sides,
    suite_of,
    window,
)

ID = "20261128T120000-window"


def suite_on(runs: str = OLD, **more: Any) -> Suite:
    """What group data declare, where a release runs already."""
    return suite_of(declared_settings({**GOOD, **more}), look(DEBIAN_12, runs))


NEW = suite_on().identifier


def running(suite: Suite) -> list[str]:
    """The units of a suite of ours."""
    return [name for name in declaration(suite)["units"] if name not in hosts.SYSTEM]


def standing(
    root: Path, kind: str, release: str = OLD, has: str = OLD_SCHEMA, same: str = ""
) -> Host:
    """A suite of ours that runs a release; its side `same` is as in the newest."""
    host = hosts.bare(root)
    host.kind, host.old = kind, release
    installing.make_suite(host, suite_on(), release, has, same)
    installing.make_data(host, "then")
    hosts.enable_and_start(host, running(suite_on()))
    installing.queue_messages(host, "then")
    return host


def opened(host: Host, suite: Suite, order: dict[str, Any], units: Any = window.UNIT_FILES) -> Host:
    """The host with its window's directory in place."""
    host.open(suite, heard(host.here(order)), units)
    return outcomes.remember(host)


def release(root: Path) -> Host:
    """Another release, with newer schemas."""
    host, suite = standing(root, "release"), suite_on()
    installing.make_release(host, f"{suite.release_directory}/venv", NEW, NEW_SCHEMA)
    return opened(host, suite, window.order(suite, ID, declaration(suite)))


def release_of_web(root: Path) -> Host:
    """Another release whose Core is the same."""
    return _release_beside(root, "release of the web", "core")


def release_of_core(root: Path) -> Host:
    """Another release whose web is the same."""
    return _release_beside(root, "release of Core", "web")


def _release_beside(root: Path, kind: str, left: sides.Side) -> Host:
    host, suite = standing(root, kind, same=left), suite_on()
    (root / "pretended/left").write_text(left)
    prefix = f"{suite.release_directory}/venv"
    installing.make_release(host, prefix, NEW, NEW_SCHEMA, same=left)
    installing.stamp_sides(host, suite, left)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sides, "unconcerned", lambda *_: (left,))
        return opened(host, suite, window.order(suite, ID, declaration(suite)))


def restart(root: Path) -> Host:
    """Another release with the same schemas, so that no data are touched."""
    host, suite = standing(root, "restart"), suite_on()
    installing.make_release(host, f"{suite.release_directory}/venv", NEW, OLD_SCHEMA)
    return opened(host, suite, window.order(suite, ID, declaration(suite)))


def of_backup(root: Path) -> Host:
    """The pause of a backup."""
    host, suite = standing(root, "backup"), suite_on()
    return opened(host, suite, backup.order(suite, ID), backup.UNIT_FILES)


def of_restore(root: Path) -> Host:
    """The data of a backup, on the same host some time later."""
    suite = suite_on(NEW)
    host = standing(root, "backup", NEW, NEW_SCHEMA)
    opened(host, suite, backup.order(suite, ID), backup.UNIT_FILES)
    in_process.done(host)
    then, archives = host.before, host.path(layout.BACKUPS)
    pretending.stop(root, layout.CORE_UNIT)
    installing.make_secrets(host, suite, "now")
    installing.write_files(host, host.here(installing.declared(suite)), "")
    installing.make_data(host, "now")
    hosts.enable_and_start(host, [layout.CORE_UNIT])
    installing.queue_messages(host, "now")
    (about,) = archives.glob("*.json")
    told = replace(suite_on(NEW, mailman_backup=f"{layout.BACKUPS}/{ID}.tar.gz"))
    order = restore.order(restore.Restore(told, json.loads(about.read_text())), declaration(suite))
    later = Host(root, "restore", old=NEW)
    later.then = then
    return opened(later, told, order)


def of_rollback(root: Path) -> Host:
    """The state before a window of an older version of ours, after work in the new release."""
    earlier = release(root)
    in_process.done(earlier)
    hosts.make_older(earlier)
    return _rolling_back(earlier, "rollback")


def of_rollback_of_web(root: Path) -> Host:
    """The state before a window that left Core alone."""
    earlier = release_of_web(root)
    hosts.start_what_is_left_alone(earlier)
    in_process.done(earlier)
    (root / "pretended/left").unlink()
    return _rolling_back(earlier, "rollback of the web")


def of_rollback_without_data(root: Path) -> Host:
    """The configuration before a window that changed no data; those of now stay."""
    earlier = restart(root)
    in_process.done(earlier)
    host = _rolling_back(earlier, "rollback without data")
    host.then |= {name: host.before[name] for name in ("files", "databases")}
    return host


def of_rollback_by_hand(root: Path) -> Host:
    """The suite that was made by hand, before ours took it over."""
    earlier = by_hand(root)
    in_process.done(earlier)
    Path(earlier.order["index"]).unlink()  # the new index has been filled since
    return _rolling_back(earlier, "rollback by hand")


def _rolling_back(earlier: Host, kind: str) -> Host:
    """The state before this window that finished."""
    root, then = earlier.root, {**earlier.before, "release": earlier.old}
    host = Host(root, kind, old=NEW, then=then, past=earlier.order)
    suite = suite_on(NEW, mailman_rollback=ID)
    asked = {
        name: str(host.path(getattr(layout, name.upper())))
        for name in ("windows", "releases", "secrets")
    }
    (to,) = kept_windows.look(asked)["windows"]
    order = rollback.order(rollback.Rollback(suite, to), declaration(suite))
    return opened(host, suite, order)


def by_hand(root: Path) -> Host:
    """A suite that was made by hand becomes ours."""
    return _taken_over(*kinds_taken_over.made_by_hand(root, suite_on("")))


def of_packages(root: Path) -> Host:
    """The distribution's packages become a suite of ours; their data are renamed."""
    suite = suite_on("", mailman_moves_packages=True)
    return _taken_over(*kinds_taken_over.of_packages(root, suite))


def _taken_over(host: Host, suite: Suite) -> Host:
    kinds_taken_over.new_release(host, suite)
    suite = replace(suite, by_hand=True, running=f"Core 3.3.8, {suite.places.made}")
    return opened(host, suite, window.order(suite, ID, declaration(suite)))


def of_core(root: Path) -> Host:
    """Core's host of a suite on several."""
    return opened(*kinds_roles.of_core(root))


def of_web(root: Path) -> Host:
    """A web's host, whose Core's host finished."""
    host = opened(*kinds_roles.of_web(root))
    kinds_roles.core_says(host, "finished")
    return host


def of_web_back(root: Path) -> Host:
    """A web's host, whose Core's host went back."""
    host = of_web(root)
    host.kind = "web back"
    kinds_roles.core_says(host, "rolled back")
    return host


KINDS: dict[str, Callable[[Path], Host]] = {
    "release": release,
    "release of the web": release_of_web,
    "release of Core": release_of_core,
    "restart": restart,
    "backup": of_backup,
    "restore": of_restore,
    "rollback": of_rollback,
    "rollback of the web": of_rollback_of_web,
    "rollback without data": of_rollback_without_data,
    "rollback by hand": of_rollback_by_hand,
    "by hand": by_hand,
    "packages": of_packages,
    "core": of_core,
    "web": of_web,
    "web back": of_web_back,
}
