"""A backup copies what runs, whatever is declared, and refuses where nothing of ours does."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refused
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.standing import as_running
from mailman_suite.inspection.suites import suite_of
from mailman_suite.windows import backup, upgrade
from tests.plans.harness import plan_of
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import data, look

DEPLOY = Path(__file__).parents[2] / "deploys" / "backup.py"
(HOST,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]
OLDER = "3.3.10-py3.11-0123456789ab"
OLDER_BUILD = "3.3.10+forked-py3.11-0123456789ab"


def test_what_runs_is_copied_although_another_release_is_declared() -> None:
    plan = plan_of(DEPLOY, data(HOST), {"HostInspection": look(HOST, OLDER)})

    begins, made = plan.operations
    assert (begins.name, begins.actions) == ("Run | No other run has this host", ())
    assert made.name == f"Backup | A backup of {OLDER} is made"
    (upload,) = made.uploads
    assert upload.destination == f"{layout.STAGING}/backup.tar"
    assert f"systemctl start --no-block {layout.BACKUP_UNIT}" in made.commands[-1]
    assert plan.facts_asked[0].startswith("HostInspection(")
    assert len(plan.facts_asked) == 1


def test_a_rollback_to_another_build_of_the_release_can_be_backed_up() -> None:
    last = {"id": "one", "kind": "rollback", "state": "finished", "to": OLDER_BUILD, "reason": ""}
    seen = {**look(HOST, OLDER_BUILD), "window": last}
    assert plan_of(DEPLOY, data(HOST), {"HostInspection": seen}).changes


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("none", "no suite"),
        ("guide", "a suite made by hand"),
        ("packages", "the distribution's own Mailman 3 packages"),
        ("containers", "Mailman in containers"),
    ],
)
def test_what_is_not_ours_is_refused(kind: str, found: str) -> None:
    seen = {**look(HOST), "suite": {"kind": kind, "release": ""}}
    with pytest.raises(Refused) as raised:
        plan_of(DEPLOY, data(HOST), {"HostInspection": seen})
    (reason,) = raised.value.reasons
    assert (reason.found, reason.remedy) == (found, "run deploys/mailman.py first")


def order(**more: Any) -> dict[str, Any]:
    seen = look(HOST, OLDER)
    settings = declared_settings(data(HOST, **more))
    return backup.order(suite_of(as_running(settings, seen), seen), "20261121T170000-3.3.10")


def test_an_order_says_where_to_and_how_many_stay() -> None:
    told = order(mailman_keep_backups=2)
    assert (told["archives"], told["keep"]) == (layout.BACKUPS, 2)
    assert (told["from"], told["python"]) == (OLDER, f"{layout.BIN}/python")
    assert layout.CORE_UNIT in told["units"]["core"]
    assert "@@" not in json.dumps(told), "a mark would stand for a secret"


def test_the_programs_travel_with_the_order() -> None:
    seen = look(HOST, OLDER)
    suite = suite_of(as_running(declared_settings(data(HOST)), seen), seen)
    content = upgrade.bundle(suite, backup.order(suite, "one"), backup.UNIT_FILES)
    with tarfile.open(fileobj=io.BytesIO(content.read())) as tar:
        names = tar.getnames()
    assert "order.json" in names
    assert {f"units/{Path(path).name}" for path in backup.UNIT_FILES} <= set(names)
    assert "program/mailman_suite/host/backup/program.py" in names
