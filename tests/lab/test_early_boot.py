"""A host that went down in a window and boots before its database comes right by itself."""

from __future__ import annotations

import pytest

from tests.lab import older
from tests.lab.suites import CORE, Suite, eventually
from tests.lab.test_window import NEWER
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import settled, upgrading, when_begun

pytestmark = pytest.mark.full

RECOVERY = "mailman-window-recovery.service"
MIGRATES = "Both schemas are migrated"


def test_recovery_waits_for_a_database_that_is_away_at_boot() -> None:
    """A server on another host that is down looks the same: nobody listens, nothing is ordered."""
    with older.clone("postgresql", "-early") as suite:
        before = invariants(suite)
        suite.run("systemctl disable postgresql 2>&1")
        with upgrading(suite, NEWER):
            when_begun(suite.machine, MIGRATES, "sync")
            suite.machine.power_cut()
        suite.machine.boot()

        eventually(lambda: shown(suite, RECOVERY, "SubState") == "auto-restart", "it tries again")
        assert shown(suite, CORE, "ActiveState") == "inactive", "nothing half changed starts"
        suite.run("systemctl enable --now postgresql 2>&1")

        outcome = settled(suite)
        assert outcome["outcome"] == "rolled back"
        assert_whole(suite, outcome, before)


def shown(suite: Suite, unit: str, name: str) -> str:
    """A property of a unit."""
    return suite.run(f"systemctl show --property={name} --value {unit}").strip()
