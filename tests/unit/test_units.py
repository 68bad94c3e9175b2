"""What `host/apply/units.py` decides for one unit, from its state and the age of its files."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import units

RUNNING = {"ActiveState": "active", "NeedDaemonReload": "no", "MainPID": str(os.getpid())}


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that changed before the process started."""
    path = tmp_path / "older"
    path.touch()
    monkeypatch.setattr(units, "started", lambda pid: time.time() + 1 if pid != "0" else 0.0)
    return path


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A file that changed after this process started."""
    path = tmp_path / "newer"
    path.touch()
    return path


def wanted(*inputs: Path, reload: bool = False, waits: bool = False, pid_file: str = "") -> Any:
    state = "waiting" if waits else "running"
    paths = list(map(str, inputs))
    return {"state": state, "inputs": paths, "reload": reload, "pid_file": pid_file}


def action(declared: Any, stamps: Path, **state: str) -> str | None:
    return units.action_for("x.service", declared, {**RUNNING, **state}, str(stamps))


def test_a_unit_that_read_its_files_is_left_alone(older: Path, tmp_path: Path):
    assert action(wanted(older), tmp_path) is None
    assert action(wanted(older, reload=True), tmp_path) is None
    assert action(wanted(), tmp_path) is None


def test_a_unit_older_than_a_file_is_restarted_or_reloaded(newer: Path, tmp_path: Path):
    assert action(wanted(newer), tmp_path) == "restart"
    assert action(wanted(newer, reload=True), tmp_path) == "reload"


def test_a_file_cannot_hide_its_change_by_an_old_timestamp(newer: Path, tmp_path: Path):
    os.utime(newer, (0, 0))
    assert action(wanted(newer), tmp_path) == "restart"


def test_a_link_counts_itself_and_not_what_it_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    link, target = tmp_path / "current", tmp_path / "target"
    link.symlink_to(target)
    between = time.time() + 0.06
    monkeypatch.setattr(units, "started", lambda pid: between)
    time.sleep(0.15)
    target.touch()
    assert action(wanted(link), tmp_path) is None
    assert action(wanted(target), tmp_path) == "restart"


def test_a_reload_that_was_seen_to_succeed_counts(newer: Path, tmp_path: Path):
    stamps = tmp_path / "stamps"
    time.sleep(0.06)  # longer than a tick of the clock that process starts are told in
    units.stamp(str(stamps / "x.service"))
    assert action(wanted(newer, reload=True), stamps) is None
    time.sleep(0.06)
    newer.write_text("again")
    assert action(wanted(newer, reload=True), stamps) == "reload"


@pytest.mark.parametrize("state", ["inactive", "failed", "activating", "deactivating", ""])
def test_a_unit_that_does_not_run_is_started(older: Path, tmp_path: Path, state: str):
    assert action(wanted(older), tmp_path, ActiveState=state) == "start"
    assert action(wanted(waits=True), tmp_path, ActiveState=state) == "start"


def test_a_unit_in_the_middle_of_a_reload_runs(older: Path, tmp_path: Path):
    assert action(wanted(older), tmp_path, ActiveState="reloading") is None


def test_a_timer_is_restarted_only_for_a_new_unit_file(newer: Path, tmp_path: Path):
    assert action(wanted(newer, waits=True), tmp_path) is None
    assert action(wanted(waits=True), tmp_path, NeedDaemonReload="yes") == "restart"


def test_a_unit_without_a_known_process_is_restarted(newer: Path, tmp_path: Path):
    assert action(wanted(newer), tmp_path, MainPID="0") == "restart"


def test_a_process_that_systemd_does_not_know_is_found_by_its_file(older: Path, tmp_path: Path):
    pid_file = tmp_path / "master.pid"
    pid_file.write_text(f"   {os.getpid()}\n")
    declared = wanted(older, reload=True, pid_file=str(pid_file))
    assert action(declared, tmp_path, MainPID="0") is None
    pid_file.unlink()
    assert action(declared, tmp_path, MainPID="0") == "reload"


def test_a_missing_input_asks_for_nothing(older: Path, tmp_path: Path):
    assert action(wanted(older, tmp_path / "missing"), tmp_path) is None


def test_the_start_of_a_process_is_known():
    assert 0 < time.time() - units.started(str(os.getpid())) < 3600
    assert units.started("0") == units.started("none") == 0.0
