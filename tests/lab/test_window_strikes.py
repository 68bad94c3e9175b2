"""Windows that fail or are struck at every step end whole: in the old release, or in the new."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab import older
from tests.lab.suites import CORE, Suite
from tests.lab.test_window import NEWER, acknowledged
from tests.lab.window_breakages import BREAKAGES, Breakage
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import STEPS, Strike, settled, strike, upgrading, when_begun

pytestmark = pytest.mark.full


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


@pytest.mark.parametrize("how", ["power-cut", "window-killed", "shut-down"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_window_struck_at_every_step_goes_back_by_itself(database: str, how: Strike) -> None:
    """One machine, struck at each step in turn; the last step comes after the commit."""
    with older.clone(database, f"-{how}") as suite:
        before, settings = invariants(suite), dict(NEWER)
        for step in STEPS[:-1]:
            outcome = strike(suite, settings, step, how)
            assert outcome["outcome"] == "rolled back", (step, outcome)
            assert_whole(suite, outcome, before)
            settings = acknowledged(outcome)

        outcome = strike(suite, settings, STEPS[-1], how)
        assert outcome["outcome"] == "finished"
        assert_whole(suite, outcome, before)
        following = suite.converge(settings)
        assert following.returncode == 0, following.stdout


@pytest.mark.parametrize("how", ["controller-killed", "network-cut"])
@pytest.mark.parametrize("step", STEPS[::3])
def test_a_window_goes_on_without_its_controller(step: str, how: Strike) -> None:
    with older.clone("sqlite", "-alone") as suite:
        before = invariants(suite)
        outcome = strike(suite, NEWER, step, how)
        assert outcome["outcome"] == "finished"
        assert_whole(suite, outcome, before)
        following = suite.converge(NEWER)
        assert following.returncode == 0, following.stdout
