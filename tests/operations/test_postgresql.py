"""The database server of a split suite is opened in one command, and asked in one question."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploys.steps import database
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.operations import postgresql
from tests.plans.expectations import assert_converged
from tests.plans.harness import plan_of
from tests.plans.paper_hosts import paper_hosts
from tests.plans.plan import Plan
from tests.plans.suite_on_paper import POSTGRESQL, SPLIT, bare, converged, data, look

PEERS = [{"address": "10.0.0.11", "database": "mailman", "role": "mailman"}]
OPEN = {"listens": True, "missing": [], "surplus": [], "loaded": True}
(HOST,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]


@pytest.fixture(autouse=True)
def a_secret_of_all_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


def plan(found: dict[str, Any]) -> Plan:
    def deploy() -> None:
        postgresql.open_to(name="The server is open", peers=PEERS, address="10.0.0.10", port=5432)

    return plan_of(deploy, {}, {"DatabaseAccess": found})


def step(facts: dict[str, Any], **more: Any) -> Plan:
    def deploy() -> None:
        database.reachable(suite_of(declared_settings(data(HOST, **more)), look(HOST)))

    return plan_of(deploy, {}, facts)


def test_an_open_server_costs_one_question_and_no_command():
    found = plan(OPEN)
    assert_converged(found)
    assert found.remote_commands == 1
    assert found.operations[0].noop


@pytest.mark.parametrize(
    "lacking",
    [{"listens": False}, {"missing": ["a line"]}, {"surplus": ["a line"]}, {"loaded": False}],
    ids=str,
)
def test_whatever_is_not_as_declared_is_made_so_in_one_command(lacking: dict[str, Any]):
    (operation,) = plan({**OPEN, **lacking}).operations
    (command,) = operation.commands
    assert "postgresql_access.py" in command
    assert " apply " in command
    assert json.dumps(PEERS[0], sort_keys=True) in command


def test_the_database_host_of_a_split_suite_is_opened_after_its_databases_exist():
    *_, databases, drop_in, opened = step(bare(HOST), **SPLIT).changes
    assert "postgresql.py" in databases.commands[-1]
    assert "apply/files.py" in drop_in.commands[0]
    assert "10.0.0.13" in opened.commands[0]
    assert "10.0.0.14" not in opened.commands[0]


def test_an_open_database_host_gets_nothing():
    assert_converged(step(converged(HOST, **SPLIT), **SPLIT))


def test_the_server_of_a_whole_suite_is_not_even_asked_who_comes():
    asked = step({"SuiteDatabases": {"roles": [], "databases": []}}, **POSTGRESQL).facts_asked
    assert len(asked) == 1


def test_a_web_host_has_no_server_to_open():
    assert step({}, **{**SPLIT, "mailman_address": "10.0.0.12"}).operations == []
