"""Rollback and restore on paper: what they ask first, what they refuse, what they send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.refusal import Refused
from tests.bad_settings import GOOD
from tests.plans.expectations import assert_no_leaks
from tests.plans.harness import plan_of
from tests.plans.plan import Plan
from tests.plans.suite_on_paper import converged, look
from tests.unit.kept_states import DEBIAN_12, ID, OLD, kept, standing

ROOT = Path(__file__).parents[2]
ROLLBACK, RESTORE = ROOT / "deploys" / "rollback.py", ROOT / "deploys" / "restore.py"
ARCHIVE = "/var/backups/mailman3-suite/20261121T030000-3.3.10.tar.gz"
COUNTS = {
    "then": {"members": {"count": 3, "digest": "a"}, "queue files": {"count": 1, "digest": "b"}},
    "now": {"members": {"count": 4, "digest": "c"}, "queue files": {"count": 9, "digest": "d"}},
}


def answers(**more: Any) -> dict[str, Any]:
    """The facts of a host that runs what group data declare; `more` are further ones."""
    return {"HostInspection": look(DEBIAN_12, standing().identifier), **more}


def asked(plan: Plan) -> list[str]:
    """The facts' names, in order."""
    return [fact.partition("(")[0] for fact in plan.facts_asked]


def test_a_rollback_without_a_name_only_looks() -> None:
    facts = answers(KeptWindows={"windows": [kept()]})
    with pytest.raises(Refused, match=re.escape(f"{ID}: data and configuration of {OLD}")):
        plan_of(ROLLBACK, GOOD, facts)


def test_a_rollback_says_what_it_gives_up_and_opens_one_window(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    facts = answers(KeptWindows={"windows": [kept()]}, Counts=COUNTS)
    plan = plan_of(ROLLBACK, {**GOOD, "mailman_rollback": ID}, facts)
    assert "members: 4 before, 3 after" in caplog.text
    assert "queue files" not in caplog.text, "queues do not go back"
    assert "then refuses to change it" in caplog.text
    begins, operation = plan.operations
    assert (begins.name, begins.actions) == ("Run | No other run has this host", ())
    assert operation.name.endswith(f"The suite is rolled back to before {ID}")
    assert "mailman-window.service" in operation.commands[-1]
    assert_no_leaks(plan)


def test_a_rollback_of_configuration_counts_nothing() -> None:
    facts = answers(KeptWindows={"windows": [kept(data=[])]})
    plan = plan_of(ROLLBACK, {**GOOD, "mailman_rollback": ID}, facts)
    assert asked(plan) == ["HostInspection", "KeptWindows"]


def test_a_rollback_may_follow_one_that_nobody_acknowledged() -> None:
    last = {"id": ID, "kind": "rollback", "to": OLD, "state": "finished", "reason": ""}
    seen = {**look(DEBIAN_12, standing().identifier), "window": last}
    facts = {"HostInspection": seen, "KeptWindows": {"windows": [kept()]}, "Counts": COUNTS}
    other = {**GOOD, "mailman_release": "3.3.10", "mailman_rollback": ID}
    assert plan_of(ROLLBACK, other, facts).changes


def archive(**description: Any) -> dict[str, Any]:
    usual = {
        "format": 1, "id": "20261121T030000-3.3.10", "host": "lists", "made": "2026-11-21",
        "release_name": standing().release.name, "engine": "sqlite", "bytes": 1, "sha256": "ab",
    }  # fmt: skip
    return {"description": {**usual, **description}, "sha256": "ab", "beside": "x.json"}


def test_a_restore_reads_the_archive_then_opens_one_window_and_verifies() -> None:
    facts = {**converged(DEBIAN_12), **answers(BackupArchive=archive())}
    plan = plan_of(RESTORE, {**GOOD, "mailman_backup": ARCHIVE}, facts)
    assert asked(plan)[:3] == ["HostInspection", "BackupArchive", "ReleaseState"]
    (window,) = plan.changes
    assert window.name.endswith("The suite has the data of backup 20261121T030000-3.3.10")
    assert plan.operations[-1].name.endswith("The running suite passes its checks")
    assert_no_leaks(plan)


def test_a_restore_of_another_kind_of_database_is_refused() -> None:
    facts = answers(BackupArchive=archive(engine="postgresql"))
    with pytest.raises(Refused, match="no data is moved between databases"):
        plan_of(RESTORE, {**GOOD, "mailman_backup": ARCHIVE}, facts)


def test_a_restore_where_a_rollback_left_other_settings_is_refused() -> None:
    whole = {**converged(DEBIAN_12), **answers(BackupArchive=archive())}
    facts = {**whole, "ReleaseState": {**whole["ReleaseState"], "assets": "of-other-settings"}}
    with pytest.raises(Refused, match=r"run deploys/mailman\.py first"):
        plan_of(RESTORE, {**GOOD, "mailman_backup": ARCHIVE}, facts)


def test_a_restore_without_a_path_reads_nothing() -> None:
    with pytest.raises(Refused, match="--data mailman_backup="):
        plan_of(RESTORE, GOOD, answers())
