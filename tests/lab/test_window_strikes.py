"""Windows that fail or are struck at every step end whole: in the old release, or in the new."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest

from tests.lab import older
from tests.lab.choices import latin
from tests.lab.suites import CORE, Suite
from tests.lab.test_window import NEWER, acknowledged
from tests.lab.window_breakages import BREAKAGES, Breakage
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import STEPS, Strike, settled, strike, upgrading, when_begun

pytestmark = pytest.mark.full
STRIKES: tuple[Strike, ...] = ("power-cut", "window-killed", "shut-down")
# Each step is struck in each way, and on both databases; each database in each way.
CHAINS = [("sqlite", 0), ("postgresql", 1), ("sqlite", 2)]
LOSSES: tuple[tuple[Strike, str], ...] = (
    ("controller-killed", "sqlite"),
    ("network-cut", "postgresql"),
    ("controller-killed", "postgresql"),
    ("network-cut", "sqlite"),
)
ALONE = [(step, *lost) for step, lost in zip(STEPS[::3], cycle(LOSSES))]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_whatever_fails_the_old_release_serves_again(database: str) -> None:
    """One machine: everything that can make a window fail in turn, and then one that finishes."""
    with older.clone(database, "-fails") as suite:
        before, settings = invariants(suite), dict(NEWER)
        for name, breakage in BREAKAGES.items():
            if "web's disk" in name and database != "sqlite":
                continue  # PostgreSQL has its data elsewhere
            outcome = failed(suite, settings, breakage)
            assert breakage.words in outcome["reason"], (name, outcome)
            suite.run(breakage.mend)
            assert_whole(suite, outcome, before)
            settings = acknowledged(outcome)

        done = suite.converge(settings)
        assert done.returncode == 0, done.stdout
        assert_whole(suite, settled(suite), before)


def failed(suite: Suite, settings: dict[str, Any], breakage: Breakage) -> dict[str, Any]:
    """The outcome of a window that met the breakage; the run said it and ended with an error."""
    suite.run(breakage.before)
    core = suite.processes()[CORE]
    with upgrading(suite, {**settings, **breakage.settings}) as run:
        when_begun(suite.machine, breakage.step, breakage.then)
        said, _ = run.communicate(timeout=600)
    outcome = settled(suite)
    assert run.returncode != 0
    assert f"error: rolled back to {older.OLD}" in said, said
    assert breakage.words in said, said
    assert f'set mailman_acknowledged_window = "{outcome["id"]}"' in said
    assert (suite.processes()[CORE] == core) == breakage.core_goes_on
    return outcome


@pytest.mark.parametrize(("database", "number"), CHAINS)
def test_a_window_struck_at_every_step_goes_back_by_itself(database: str, number: int) -> None:
    """One machine, struck at each step in turn; the last step comes after the commit."""
    chain = latin(STEPS, STRIKES)[number]
    with older.clone(database, f"-struck-{number}") as suite:
        before, settings = invariants(suite), dict(NEWER)
        for step, how in chain[:-1]:
            outcome = strike(suite, settings, step, how)
            assert outcome["outcome"] == "rolled back", (step, outcome)
            assert_whole(suite, outcome, before)
            settings = acknowledged(outcome)

        outcome = strike(suite, settings, *chain[-1])
        assert outcome["outcome"] == "finished"
        assert_whole(suite, outcome, before)
        following = suite.converge(settings)
        assert following.returncode == 0, following.stdout


@pytest.mark.parametrize(("step", "how", "database"), ALONE)
def test_a_window_goes_on_without_its_controller(step: str, how: Strike, database: str) -> None:
    with older.clone(database, "-alone") as suite:
        before = invariants(suite)
        outcome = strike(suite, NEWER, step, how)
        assert outcome["outcome"] == "finished"
        assert_whole(suite, outcome, before)
        following = suite.converge(NEWER)
        assert following.returncode == 0, following.stdout
