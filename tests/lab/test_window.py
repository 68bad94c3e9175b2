"""A change of release on real hosts with data: it finishes or goes back, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import mail_flow, older, onlooker
from tests.lab.installed import changes
from tests.lab.onlooker import Sight
from tests.lab.suites import Suite
from tests.lab.window_checks import assert_whole, invariants, web_sql
from tests.lab.window_strikes import settled, strike

NEWER = {"mailman_release": older.NEW}


# Both databases go back and forth in every test run; the rest takes one of them, or all day.
SQLITE_TOO = [pytest.param("sqlite", marks=pytest.mark.full), "postgresql"]
POSTGRESQL_TOO = ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)]


@pytest.fixture(params=["sqlite", "postgresql"])
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """An older release with data, the newer one built beside."""
    with older.clone(request.param) as suite:
        yield suite


def acknowledged(outcome: dict[str, Any]) -> dict[str, str]:
    """The settings of somebody who acknowledged the last window's rollback."""
    return {**NEWER, "mailman_acknowledged_window": outcome["id"]}


def test_a_failed_migration_goes_back_and_the_next_window_finishes(suite: Suite) -> None:
    before = invariants(suite)
    web_sql(suite, "CREATE TABLE success_index (one integer)")

    failed = suite.converge(NEWER)

    outcome = settled(suite)
    assert failed.returncode != 0
    assert f"rolled back to {older.OLD}-py3.11" in failed.stdout
    assert "success_index" in outcome["reason"], "the migration's own words"
    assert f'set mailman_acknowledged_window = "{outcome["id"]}"' in failed.stdout
    assert_whole(suite, outcome, before)
    assert_refused_until_acknowledged(suite, outcome)

    web_sql(suite, "DROP TABLE success_index")
    done = suite.converge(acknowledged(outcome))

    assert done.returncode == 0, done.stdout
    assert settled(suite)["outcome"] == "finished"
    assert_whole(suite, settled(suite), before)
    again = suite.converge(acknowledged(outcome))
    assert (again.returncode, changes(again.stdout)) == (0, []), again.stdout
    suite.delivers()


def assert_refused_until_acknowledged(suite: Suite, outcome: dict[str, Any]) -> None:
    processes = suite.processes()
    refused = suite.converge(NEWER)
    assert refused.returncode != 0
    assert f"the change of release {outcome['id']} was rolled back" in refused.stdout
    assert f'mailman_acknowledged_window = "{outcome["id"]}"' in refused.stdout
    other = suite.converge({**NEWER, "mailman_acknowledged_window": "another"})
    assert other.returncode != 0
    assert suite.processes() == processes


@pytest.mark.parametrize("suite", POSTGRESQL_TOO, indirect=True)
def test_mail_and_readers_come_through_a_window(suite: Suite) -> None:
    sender, _ = mail_flow.add_members(suite)
    suite.run("install -o mailman /dev/stdin /opt/mailman/mm/var/queue/shunt/1.0+a.pck", "old")

    with mail_flow.steady(suite, sender) as flow, onlooker.looking(suite) as seen:
        done = suite.converge(NEWER)

    assert settled(suite)["outcome"] == "finished", done.stdout
    assert flow.refused == []
    mail_flow.assert_each_once(suite, flow.accepted)
    assert suite.run("ls /opt/mailman/mm/var/queue/shunt").split() == ["1.0+a.pck"]
    assert_sights(seen.sights)


def assert_sights(sights: list[Sight]) -> None:
    """Changes wait from the first step on, archives stay readable as long as the web runs."""
    closed = [sight for sight in sights if sight.statuses["lists"] == 503]
    assert (
        sights[0].statuses == sights[-1].statuses == {"archive": 200, "lists": 200, "change": 403}
    )
    assert any(sight.statuses == {"archive": 200, "lists": 503, "change": 503} for sight in closed)
    for sight in sights:
        assert set(sight.statuses.values()) <= {200, 403, 503}, sight
        for name, status in sight.statuses.items():
            assert (sight.retry_after[name] == "60") == (status == 503), sight


@pytest.mark.parametrize("suite", SQLITE_TOO, indirect=True)
def test_windows_that_are_struck_end_by_themselves(suite: Suite) -> None:
    """One machine: power cut in the migration, program killed while it copies, no controller."""
    before = invariants(suite)

    cut = strike(suite, NEWER, "Both schemas are migrated", "power-cut")
    assert cut["outcome"] == "rolled back"
    assert_whole(suite, cut, before)

    killed = strike(suite, acknowledged(cut), "Core's snapshot is taken", "window-killed")
    assert killed["outcome"] == "rolled back"
    assert_whole(suite, killed, before)

    alone = strike(suite, acknowledged(killed), "Core is stopped", "controller-killed")
    assert alone["outcome"] == "finished"
    assert_whole(suite, alone, before)
    following = suite.converge(acknowledged(killed))
    assert following.returncode == 0, following.stdout
