"""A backup of a suite at work: whoever posts or reads loses nothing, and no strike stops it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mailman_suite.host.state.invariants import differences
from tests.lab import backups, mail_flow, older, onlooker
from tests.lab.suites import Suite
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import when_begun

pytestmark = pytest.mark.full

# Every step while something is stopped, and those around them.
STEPS = (
    "There is space for the backup",
    "Configuration is copied",
    "Postfix holds mail back, pages are read-only",
    "Jobs have ended",
    "Core has emptied its queues",
    "Core is stopped",
    "Data is copied and counted",
    "Core is started again",
    "Core answers",
    "Mail flows again",
    "The backup is packed",
)
KILL = "systemctl kill --kill-whom=main --signal=KILL mailman-backup.service"
# `assert_whole` judges a window; to a backup the older release is what runs all the time.
RUNS_ON = {"outcome": "rolled back"}


@pytest.fixture(params=["sqlite", "postgresql"])
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """A suite with data."""
    with older.clone(request.param, "-backup") as suite:
        yield suite


def test_a_backup_holds_what_the_suite_does_and_the_newest_stay(suite: Suite) -> None:
    before = invariants(suite)
    for _ in range(3):
        done = backups.make(suite, {"mailman_keep_backups": 2})
        assert done.returncode == 0, done.stdout

    described = backups.described(suite)
    assert differences(before, described["invariants"]) == []
    assert len(backups.archives(suite)) == 4, "two archives, each with its description"
    path = backups.newest(suite)
    assert suite.run(f"sha256sum {path}").split()[0] == described["sha256"]
    assert suite.run(f"stat -c '%a %U' {path} {backups.ARCHIVES}").split() == [
        *("600", "root"),
        *("700", "root"),
    ]
    assert path in done.stdout
    assert_whole(suite, RUNS_ON, before)


def test_mail_and_readers_come_through_a_backup(suite: Suite) -> None:
    sender, _ = mail_flow.add_members(suite)
    with mail_flow.steady(suite, sender) as flow, onlooker.looking(suite) as seen:
        done = backups.make(suite)
    assert done.returncode == 0, done.stdout
    assert flow.refused == []
    mail_flow.assert_each_once(suite, flow.accepted)
    statuses = [sight.statuses for sight in seen.sights]
    assert {one["archive"] for one in statuses} == {200}, "archives can be read all the time"
    assert {one["lists"] for one in statuses} == {200, 503}


@pytest.mark.parametrize(
    ("suite", "how"),
    [("sqlite", "power-cut"), ("postgresql", "killed"), ("sqlite", "shut-down")],
    indirect=["suite"],
)
def test_a_backup_struck_at_every_step_leaves_a_suite_that_goes_on(suite: Suite, how: str) -> None:
    before = invariants(suite)
    for step in STEPS:
        outcome = strike(suite, step, how)
        assert outcome["outcome"] == "failed", (step, outcome)
        assert backups.archives(suite) == [], step
        assert_whole(suite, RUNS_ON, before)
    done = backups.make(suite)
    assert done.returncode == 0, done.stdout


def strike(suite: Suite, step: str, how: str) -> dict[str, Any]:
    """The outcome of a backup that was struck when it began a step."""
    run = backups.begin(suite)
    then = KILL if how == "killed" else "true"
    when_begun(suite.machine, step, then, backups.PLACE)
    if how == "power-cut":
        suite.machine.power_cut()
        suite.machine.boot()
    elif how == "shut-down":
        suite.machine.shut_down()
        suite.machine.boot()
    assert run.wait(timeout=120) != 0
    return backups.settled(suite)


@pytest.mark.parametrize("suite", ["sqlite"], indirect=True)
def test_without_room_nothing_is_stopped(suite: Suite) -> None:
    processes = suite.processes()
    suite.run(f"install -d {backups.ARCHIVES} && mount -t tmpfs -o size=4M full {backups.ARCHIVES}")
    done = backups.make(suite)
    suite.run(f"umount {backups.ARCHIVES}")
    assert done.returncode != 0
    assert f"{backups.ARCHIVES} has " in done.stdout
    assert "MiB free; the copy and its archive need" in done.stdout
    assert "nothing was stopped" in done.stdout
    assert suite.processes() == processes
