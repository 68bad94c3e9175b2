"""Which hosts of a suite change their Postfix, and for what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.plans.harness import plan_of
from tests.plans.suite_on_paper import SPLIT, bare, data
from tests.plans.test_golden_plans import FRESH_POSTFIX, named
from tests.unit.test_postfix_edge import DIRECT, FRESH

STEP = """
from types import SimpleNamespace
from pyinfra import host
from deploys.steps import mta
from mailman_suite.inspection.group_data import declared_settings
mta.delivers_to_core(SimpleNamespace(settings=declared_settings(host.data.dict())))
"""
WIRED = "MTA | Postfix's parameters name Core's maps"
LEAVES = "MTA | Outgoing mail leaves through the declared host"
EDGE = "MTA | Postfix relays the lists' mail to Core's host, and the suite's outgoing mail"
WHOLE: dict[str, Any] = {}
WITHOUT_MTA = {
    **SPLIT,
    "mailman_hosts": {k: v for k, v in SPLIT["mailman_hosts"].items() if k != "mta"},
}


@pytest.mark.parametrize(
    ("more", "address", "names", "said"),
    [
        pytest.param(WHOLE, "", [WIRED], "", id="a whole suite"),
        pytest.param(SPLIT, "10.0.0.10", [], "", id="database"),
        pytest.param(SPLIT, "10.0.0.11", [WIRED, LEAVES], "relayhost = [10.0.0.14]", id="core"),
        pytest.param(SPLIT, "10.0.0.12", [], "", id="web"),
        pytest.param(SPLIT, "10.0.0.14", [EDGE], "{10.0.0.12 = ours} {10.0.0.13 = ours}", id="mta"),
        pytest.param(
            WITHOUT_MTA,
            "10.0.0.11",
            [WIRED, LEAVES],
            "{10.0.0.12 = ours} {10.0.0.13 = ours}",
            id="core without an mta",
        ),
    ],
)
def test_a_role_changes_what_is_its_own(
    more: dict[str, Any], address: str, names: list[str], said: str, tmp_path: Path
):
    (tmp_path / "step.py").write_text(STEP)
    host = named("debian-12")
    parameters = {**FRESH, **DIRECT, "way out written": ""}
    facts = {**bare(host), "PostfixMain": FRESH_POSTFIX, "PostfixParameters": parameters}
    declared = data(host, **{**more, "mailman_address": address})
    changes = plan_of(tmp_path / "step.py", declared, facts).changes
    assert [one.name for one in changes] == names
    assert said in "".join(command for one in changes for command in one.commands)
