"""What programs of commit 65f18f6 wrote on a host is read as what the present ones write.

`older_checkout/` is what those wrote, but for the content of declared files: two windows that
finished, and a backup that was interrupted. That commit's modules had no folders, and its orders
name neither the proxy nor the mail server.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.host.apply import runs
from mailman_suite.host.inspect import kept_windows, windows
from mailman_suite.host.state import manifest
from mailman_suite.host.window import rollback as host_rollback
from mailman_suite.host.window.journal import Journal
from mailman_suite.preflight.window import unfinished, unfinished_backup
from mailman_suite.windows import restore, rollback
from mailman_suite.windows.restore import Restore
from mailman_suite.windows.rollback import Rollback
from tests.unit.kept_states import ID, OLD, standing

LEFT = Path(__file__).with_name("older_checkout")
RUN = "20261121T144006-anna-0a1b"
UNITS: dict[str, Any] = {"stamps": "/stamps", "units": {}}
DATABASES = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


def left(tmp_path: Path, what: str, *without: str) -> Path:
    """A window's or a backup's directory, with its seals and without some of its files."""
    place = tmp_path / "windows" / ID
    shutil.copytree(LEFT / what, place, ignore=shutil.ignore_patterns(*without))
    for part in ("", "core", "web"):
        (place / "snapshot" / part).mkdir(parents=True)
        (place / "snapshot" / part / "complete").touch()
    release = tmp_path / "releases" / OLD
    release.mkdir(parents=True)
    (release / "stamp.json").touch()
    return place


def kept(tmp_path: Path) -> list[dict[str, Any]]:
    """The windows that can be rolled back, as a run is told of them."""
    asked = {name: str(tmp_path / name) for name in ("windows", "releases", "secrets")}
    found: list[dict[str, Any]] = kept_windows.look(asked)["windows"]
    return found


@DATABASES
def test_its_window_can_be_rolled_back(database: str, tmp_path: Path) -> None:
    place = left(tmp_path, database)
    suite = standing(mailman_database=database, mailman_rollback=ID)
    (to,) = windows = kept(tmp_path)
    assert rollback.refusals(suite, windows) == []
    order = rollback.order(Rollback(suite, to), UNITS)
    assert (order["to"], order["past"]) == (OLD, str(place))
    assert "The snapshot's data is in place" in [step for step, _ in host_rollback.steps(order)]
    assert order["starts"] == [layout.CORE_UNIT, layout.WEB_UNIT]


def test_its_units_do_not_replace_those_that_call_the_new_programs(tmp_path: Path) -> None:
    """They name modules that a window of the new checkout does not bring."""
    place, units = left(tmp_path, "sqlite"), tmp_path / "units"
    kept_units = place / "snapshot/files" / str(units).lstrip("/")
    names = (layout.WINDOW_UNIT, layout.RECOVERY_UNIT, layout.BACKUP_UNIT)
    for folder, text in ((kept_units, "older"), (units, "newer")):
        folder.mkdir(parents=True)
        for name in (*names, layout.CORE_UNIT):
            (folder / name).write_text(text)
    (units / layout.BACKUP_RECOVERY_UNIT).write_text("newer")

    order = rollback.order(Rollback(standing(mailman_rollback=ID), kept(tmp_path)[0]), UNITS)
    assert f"{layout.UNITS}/mailman*" in order["past_paths"], "that of Core's unit, for one"
    here = [one.replace(layout.UNITS, str(units)) for one in order["past_paths"]]
    own = {**order, "past_paths": [one for one in here if one.startswith(str(units))]}
    host_rollback.put_files(own, Journal(tmp_path))

    assert (units / layout.CORE_UNIT).read_text() == "older"
    for name in (*names, layout.BACKUP_RECOVERY_UNIT):
        assert (units / name).read_text() == "newer"


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No unit is at work."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/systemctl").write_text("#!/bin/sh\necho inactive\n")
    (tmp_path / "bin/systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")


@pytest.mark.usefixtures("systemctl")
def test_its_interrupted_window_and_backup_stop_every_run(tmp_path: Path) -> None:
    places = {"window": str(left(tmp_path, "sqlite", "outcome.json")), "window_unit": "w"}
    (refusal,) = unfinished({"window": windows.window(places)})
    assert f"{ID} was interrupted" in refusal.found
    assert refusal.remedy.endswith(f"systemctl restart {layout.RECOVERY_UNIT}")

    asked = {"backup": str(LEFT / "backup"), "backup_unit": "b"}
    (refusal,) = unfinished_backup({"backup": windows.backup(asked)})
    assert "20261121T030000-3.3.10 was interrupted" in refusal.found


def test_its_backup_can_be_restored() -> None:
    suite = standing(mailman_backup="/archive.tar.gz")
    told = {**manifest.read(LEFT / "backup/manifest.json"), "release_name": suite.release.name}
    archive = {"description": {**told, "sha256": "ab"}, "sha256": "ab", "beside": "/archive.json"}
    assert restore.refusals(suite, archive) == []
    order = restore.order(Restore(suite, told), UNITS)
    assert order["backup_id"] == "20261121T030000-3.3.10"


def test_the_history_knows_what_became_of_its_window() -> None:
    record = {"run": RUN, "outcome": "done", "reason": ""}
    assert runs.with_window(record, [str(LEFT / "sqlite")])["window"] == ID
