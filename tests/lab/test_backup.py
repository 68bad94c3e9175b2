"""The drill: the release changes, all data are lost and restored, the change is taken back."""

from __future__ import annotations

from mailman_suite.host.state.invariants import differences
from tests.lab import backups, installed, older, returns
from tests.lab.suites import Suite
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import settled


def test_what_was_is_there_again_after_a_restore_and_after_a_rollback() -> None:
    with older.clone("sqlite", "-drill") as suite:
        before = invariants(suite)
        assert suite.converge(returns.NEWER).returncode == 0
        change = returns.last_window(suite)
        suite.delivers()
        restored(suite)
        taken_back(suite, change)
        assert_whole(suite, {**settled(suite), "outcome": "rolled back"}, before)


def restored(suite: Suite) -> None:
    """A backup is made, nothing is left, and everything is there again."""
    made = backups.make(suite, returns.NEWER)
    assert made.returncode == 0, made.stdout
    counts, secrets = invariants(suite), suite.secrets()
    returns.destroy(suite)

    data = {**returns.NEWER, "mailman_backup": backups.newest(suite)}
    done = returns.run(suite, "restore", data)

    assert done.returncode == 0, done.stdout
    assert differences(counts, invariants(suite)) == []
    assert suite.secrets() == secrets
    again = suite.converge(returns.NEWER)
    assert (again.returncode, installed.changes(again.stdout)) == (0, []), again.stdout


def taken_back(suite: Suite, change: str) -> None:
    """The older release runs again; the newer one does not come back by the next run."""
    done = returns.run(suite, "rollback", {**returns.NEWER, "mailman_rollback": change})
    assert done.returncode == 0, done.stdout
    assert "archived messages: 37 before, 36 after" in done.stdout, "what is given up"
    refused = suite.converge(returns.NEWER)
    assert refused.returncode != 0
    assert "on purpose" in refused.stdout
