"""What systemd is told of windows and backups: how each ends, and what waits for that at a boot."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailman_suite.base import layout
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.rendering import rendered
from mailman_suite.windows import backup, upgrade
from tests.unit.kept_states import standing

# Debian's Postfix is an instance of a template behind a unit that does nothing.
SYSTEM = {"nginx.service", "postfix.service", "postfix@-.service"}


def unit(path: str) -> dict[str, list[str]]:
    """Each setting of a unit of ours, with all of its words."""
    found: dict[str, list[str]] = {}
    for line in rendered(path, standing()).splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found.setdefault(name, []).extend(value.split())
    return found


WINDOW, RECOVERY = (unit(path) for path in upgrade.UNIT_FILES)
BACKUP, BACKUP_RECOVERY = (unit(path) for path in backup.UNIT_FILES)


def services() -> set[str]:
    """The suite's own services, jobs among them."""
    paths = (Path(file.path) for file in suite_files.units(standing()).files)
    return {path.name for path in paths if path.suffix == ".service"}


def test_nothing_of_the_suite_starts_before_an_interrupted_window_has_ended() -> None:
    templates = {name for name in services() if "@" in name}  # their instances have other names
    assert services() - templates <= set(RECOVERY["Before"])
    assert services() <= set(RECOVERY["RequiredBy"]), "nor where that fails"


def test_no_mail_and_no_visitor_comes_before_an_interrupted_window_has_ended() -> None:
    assert set(RECOVERY["Before"]) >= SYSTEM


def test_a_window_that_waits_for_its_databases_finds_them() -> None:
    for one in (WINDOW, RECOVERY, BACKUP):
        assert "postgresql.service" in one["After"]
    assert "network-online.target" in RECOVERY["After"]
    assert RECOVERY["Restart"] == ["on-failure"]


def test_a_boot_ends_a_window_that_has_begun_and_has_not_ended() -> None:
    place = layout.WINDOW
    assert RECOVERY["ConditionPathExists"] == [f"{place}/journal.jsonl", f"!{place}/outcome.json"]
    assert RECOVERY["ExecStart"][-2:] == ["boot", place]
    assert "multi-user.target" in RECOVERY["WantedBy"]


def test_a_boot_ends_a_backup_once_the_suite_serves() -> None:
    place = layout.BACKUP
    conditions = [f"{place}/journal.jsonl", f"!{place}/outcome.json"]
    assert BACKUP_RECOVERY["ConditionPathExists"] == conditions
    assert BACKUP_RECOVERY["ExecStart"][-2:] == ["settle", place]
    assert {layout.CORE_UNIT, "nginx.service", "postfix.service"} <= set(BACKUP_RECOVERY["After"])


@pytest.mark.parametrize(("one", "place"), [(WINDOW, layout.WINDOW), (BACKUP, layout.BACKUP)])
def test_a_program_that_ends_in_the_middle_is_followed_by_one_that_settles(
    one: dict[str, list[str]], place: str
) -> None:
    assert one["ExecStart"][-2:] == ["run", place]
    assert one["ExecStopPost"][-2:] == ["settle", place]
    assert one["TimeoutStopSec"] == ["6h"], "a way back takes as long as the data are large"


def test_a_window_and_a_backup_do_not_run_at_a_time() -> None:
    assert layout.BACKUP_UNIT in WINDOW["After"]
