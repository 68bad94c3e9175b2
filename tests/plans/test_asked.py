"""The running suite can be asked, whichever release group data declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import deploy

from deploys.steps import verify
from mailman_suite.base.refusal import Refused
from mailman_suite.releases.catalogue import RELEASES
from tests.plans.harness import plan_of
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import data, look

DEPLOYS = Path(__file__).parents[2] / "deploys"
(HOST,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]
DECLARED, OLDER = (RELEASES[name].identifier((3, 11)) for name in ("3.3.10+forked", "3.3.10"))
OLDER_BUILD = "3.3.10+forked-py3.11-0123456789ab"
ROLLBACK = {"id": "20261121T030000-rollback", "kind": "rollback", "state": "finished"}
ACKNOWLEDGED = {"mailman_acknowledged_window": ROLLBACK["id"]}


def facts(runs: str, window: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answers of a host; there are none about gates, so that asking for one fails."""
    seen = {**look(HOST, runs), "window": window or {}}
    return {"HostInspection": seen, "LocalDomains": "lists.unit.test"}


@pytest.mark.parametrize("name", ["verify", "probe"])
@pytest.mark.parametrize("runs", [OLDER, OLDER_BUILD])
def test_after_a_rollback_the_suite_can_be_asked(name: str, runs: str):
    seen = facts(runs, {**ROLLBACK, "to": runs})
    with pytest.raises(Refused, match="on purpose"):
        plan_of(DEPLOYS / "mailman.py", data(HOST), seen)
    plan_of(DEPLOYS / f"{name}.py", data(HOST), seen)


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The release that `make verify` expects."""
    found: list[str] = []

    @deploy("Verify")
    def answers(suite: Any) -> None:
        found.append(suite.identifier)

    monkeypatch.setattr(verify, "answers", answers)
    yield found


@pytest.mark.parametrize(
    ("runs", "window", "more", "is_expected"),
    [
        (OLDER, {**ROLLBACK, "to": OLDER}, {}, OLDER),
        (OLDER_BUILD, {**ROLLBACK, "to": OLDER_BUILD}, {}, OLDER_BUILD),
        (OLDER, {**ROLLBACK, "to": OLDER}, ACKNOWLEDGED, DECLARED),
        (OLDER_BUILD, {**ROLLBACK, "to": OLDER}, {}, OLDER),
        (OLDER, {}, {}, DECLARED),
        (DECLARED, {}, {}, DECLARED),
    ],
)
def test_another_release_than_the_declared_one_is_only_expected_after_a_rollback(
    runs: str,
    window: dict[str, Any],
    more: dict[str, Any],
    is_expected: str,
    expected: list[str],
):
    plan_of(DEPLOYS / "verify.py", {**data(HOST), **more}, facts(runs, window))
    assert expected == [is_expected]


def test_the_release_that_runs_is_named_where_another_is_declared(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level("INFO")
    plan_of(DEPLOYS / "verify.py", data(HOST), facts(OLDER))
    assert "release 3.3.10 runs, and group data declares 3.3.10+forked" in caplog.text


def test_where_no_suite_runs_there_is_nothing_to_ask():
    with pytest.raises(Refused, match=r"found: +no suite"):
        plan_of(DEPLOYS / "verify.py", data(HOST), facts(""))
