"""The deploy itself refuses a change of release that nobody rehearsed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.refusal import Refused
from mailman_suite.inspection import prospect
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.preflight import rehearsal
from mailman_suite.receipts.kept import kept
from mailman_suite.receipts.receipt import combined
from mailman_suite.rehearsal.records import keep
from mailman_suite.releases.catalogue import RELEASES
from tests.bad_settings import GOOD
from tests.plans.harness import NotOnPaper, plan_of
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import converged, data, look
from tests.unit import surveyed
from tests.unit.rehearsed import result

DEPLOY = Path(__file__).parents[2] / "deploys" / "mailman.py"
(DEBIAN_12,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]
OLDER, MACHINE = "3.3.10-py3.11-0123456789ab", "5" * 64
INSISTS = {"mailman_require_rehearsal": True}


@pytest.fixture(autouse=True)
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Records of rehearsals that are the test's own."""
    monkeypatch.setattr(prospect, "kept", lambda: kept(tmp_path))
    yield tmp_path


def facts() -> dict[str, Any]:
    """The answers of a host that runs an older release, up to the end of all refusals."""
    survey = surveyed.converged(RELEASES["3.3.10"])
    return {"HostInspection": look(DEBIAN_12, OLDER), "Survey": survey, "MachineIdentity": MACHINE}


def test_a_change_of_release_without_a_rehearsal_is_refused():
    with pytest.raises(Refused, match="this host has no rehearsal") as raised:
        plan_of(DEPLOY, {**GOOD, **INSISTS}, facts())
    assert len(raised.value.reasons) == 1


def test_a_rehearsed_change_of_release_goes_on(records: Path):
    suite = suite_of(declared_settings({**GOOD, **INSISTS}), look(DEBIAN_12, OLDER))
    wanted = rehearsal.wanted(suite, MACHINE)
    fitting = {
        "production": {"host": "lists1.example.org", "machine_id_digest": MACHINE},
        "from": OLDER,
        "to": wanted.identifier,
        "lock_sha256": wanted.lock_sha256,
        "settings": dict(wanted.settings),
        "settings_sha256": combined(wanted.settings),
    }
    keep(result(**fitting), datetime.now(timezone.utc) - timedelta(days=1), None, records)
    with pytest.raises(NotOnPaper, match="was asked"):
        plan_of(DEPLOY, {**GOOD, **INSISTS}, facts())


def test_where_nobody_insists_the_host_is_not_asked_who_it_is():
    answers = {name: answer for name, answer in facts().items() if name != "MachineIdentity"}
    with pytest.raises(NotOnPaper, match="fact ReleaseState"):
        plan_of(DEPLOY, GOOD, answers)


def test_a_run_that_changes_no_release_needs_no_rehearsal():
    plan = plan_of(DEPLOY, {**data(DEBIAN_12), **INSISTS}, converged(DEBIAN_12))
    assert not plan.changes
    assert not any("MachineIdentity" in asked for asked in plan.facts_asked)
