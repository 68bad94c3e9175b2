"""Which earlier states can be gone back to, and what the window is told to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.host.inspect import kept_windows
from mailman_suite.windows import rollback
from mailman_suite.windows.rollback import Rollback
from tests.unit.kept_states import ID, OLD, kept, standing

NAMED = {"mailman_rollback": ID}
LATER = "20261122T090000-3.3.11"
UNITS = {"stamps": "/stamps", "units": {name: {} for name in ("nginx.service", layout.CORE_UNIT)}}


def test_a_window_that_kept_everything_can_be_gone_back_to() -> None:
    assert rollback.refusals(standing(**NAMED), [kept()]) == []


def test_without_a_name_the_windows_are_listed() -> None:
    (refusal,) = rollback.refusals(standing(), [kept(), kept(id=LATER, data=[])])
    assert f"{ID}: data and configuration of {OLD} on 2026-11-21T14:40:06" in refusal.expected
    assert f"{LATER}: configuration of {OLD}" in refusal.expected
    assert "make rollback HOST=NAME WINDOW=ID" in refusal.remedy
    assert "--data mailman_rollback=ID" in refusal.remedy


def test_an_unknown_name_and_a_host_without_windows_are_refused() -> None:
    (refusal,) = rollback.refusals(standing(mailman_rollback="../../etc"), [])
    assert "'../../etc'" in refusal.found
    assert "there is none" in refusal.expected


IMPOSSIBLE = {
    "its release was removed": (
        {"missing": ["/opt/mailman/releases/3.3.10/stamp.json"]},
        "stamp.json is gone",
    ),
    "it was a suite of packages": (
        {"renamed": True, "missing": [f"{layout.VENV}.before-{ID}"]},
        "away from the distribution's packages",
    ),
    "its databases were others": ({"databases": {"core": {}}}, "other databases than at the time"),
    "a database's password was changed": (
        {"other_passwords": [f"{layout.SECRETS}/database_core_password"]},
        "database_core_password was changed since",
    ),
}


@pytest.mark.parametrize(("parts", "found"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_come_back_whole_is_refused(parts: dict[str, Any], found: str) -> None:
    (refusal,) = rollback.refusals(standing(**NAMED), [kept(**parts)])
    assert found in refusal.found


def test_configuration_alone_does_not_go_back_past_a_window_that_changed_data() -> None:
    windows = [kept(id=LATER), kept(data=[])]
    (refusal,) = rollback.refusals(standing(**NAMED), windows)
    assert f"roll back to {LATER} first" in refusal.remedy
    assert rollback.refusals(standing(**NAMED), [kept(id=LATER, data=[]), windows[1]]) == []


def test_the_order_puts_back_what_was_kept_and_keeps_what_is() -> None:
    to = kept(aside={layout.VENV: f"{layout.VENV}.before-{ID}"})
    suite = standing(**NAMED)
    order = rollback.order(Rollback(suite, to), UNITS)
    assert (order["kind"], order["from"], order["to"]) == ("rollback", suite.identifier, OLD)
    assert order["python"].startswith(f"{layout.RELEASES}/{suite.identifier}/")
    assert layout.POSTFIX_MAIN in order["paths"]
    assert layout.POSTFIX_MAIN not in order["past_paths"], "it is others' file too"
    assert order["web_questions"]["host"] == layout.LOOPBACK, "group data may name another now"
    assert order["by_hand"]["returned"] == to["aside"]


def test_the_worker_and_the_timers_wait_for_the_commit() -> None:
    order = rollback.order(Rollback(standing(**NAMED), kept()), UNITS)
    assert order["starts"] == [layout.CORE_UNIT, layout.WEB_UNIT]
    after = order["declared_units"]["units"]
    assert {layout.QCLUSTER_UNIT, "mailman-notify.timer", "nginx.service"} <= after.keys()
    assert "mailman-notify.service" not in after, "a job that happened to run"


@pytest.fixture
def windows(tmp_path: Path) -> Path:
    """A host's directory of windows with one in it that finished and kept data."""
    place = tmp_path / "windows" / ID
    for part in ("", "core", "web"):
        (place / "snapshot" / part).mkdir(parents=True, exist_ok=True)
        (place / "snapshot" / part / "complete").touch()
    order = {
        "id": ID, "kind": "release", "from": OLD, "to": "x", "by_hand": None, "link": "/venv",
        "databases": {
            "core": {"engine": "postgresql", "secret": "core"},
            "web": {"engine": "sqlite", "path": "/db"},
            "secrets": "/secrets",
        },
        "paths": [], "units": {},
    }  # fmt: skip
    (place / "order.json").write_text(json.dumps(order))
    (place / "manifest.json").write_text('{"made": "2026"}')
    (place / "outcome.json").write_text('{"outcome": "finished"}')
    journal = ['{"event": "opened"}', '{"event": "running", "units": ["a.service"]}', '{"torn']
    (place / "journal.jsonl").write_text("\n".join(journal))
    (tmp_path / "secrets").mkdir()
    (tmp_path / "releases" / OLD).mkdir(parents=True)
    return place


def looked(windows: Path) -> list[dict[str, Any]]:
    root = windows.parents[1]
    asked = {name: str(root / name) for name in ("windows", "releases", "secrets")}
    found: list[dict[str, Any]] = kept_windows.look(asked)["windows"]
    return found


def test_a_host_tells_what_its_windows_kept(windows: Path) -> None:
    (one,) = looked(windows)
    assert (one["id"], one["data"], one["running"]) == (ID, ["core", "web"], ["a.service"])
    assert one["missing"] == [str(windows.parents[1] / "releases" / OLD / "stamp.json")]
    assert one["other_passwords"] == []


def test_a_changed_password_and_a_missing_copy_are_told(windows: Path) -> None:
    root = windows.parents[1]
    (root / "secrets" / "core").write_text("new")
    (root / "releases" / OLD / "stamp.json").touch()
    (windows / "snapshot" / "web" / "complete").unlink()
    (one,) = looked(windows)
    assert one["other_passwords"] == [str(root / "secrets" / "core")]
    assert (one["missing"], one["data"]) == ([], [])


@pytest.mark.parametrize("name", ["outcome.json", "manifest.json", "snapshot/complete"])
def test_a_window_that_is_not_whole_is_none(windows: Path, name: str) -> None:
    (windows / name).unlink()
    assert looked(windows) == []


def test_a_window_that_went_back_is_none(windows: Path) -> None:
    (windows / "outcome.json").write_text('{"outcome": "rolled back"}')
    assert looked(windows) == []
