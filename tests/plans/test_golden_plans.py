"""The whole deploy, command by command, on bare hosts; and nothing at all on converged ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.plans.expectations import assert_budget, assert_converged, assert_golden, assert_no_leaks
from tests.plans.harness import plan_of
from tests.plans.outline import outline
from tests.plans.paper_hosts import PaperHost, paper_hosts
from tests.plans.suite_on_paper import LISTS, POSTGRESQL, TLS, bare, converged, data

DEPLOY = Path(__file__).parents[2] / "deploys" / "mailman.py"
GOLDEN = Path(__file__).parent / "golden"
SECRET = "s3cret-of-the-operator"
GIVEN = {"mailman_rest_password": "env:SUITE_TEST_SECRET"}
ELSEWHERE = {
    "mailman_database_host": "db.unit.test",
    "mailman_database_core_password": "env:SUITE_TEST_SECRET",
    "mailman_database_web_password": "env:SUITE_TEST_SECRET",
}


def named(name: str) -> PaperHost:
    return next(host for host in paper_hosts(supported=True) if host.name == name)


# What Postfix answers once its package is installed, a few operations into the run.
FRESH_POSTFIX = {
    "recipient_delimiter": "+",
    "owner_request_special": "yes",
    "unknown_local_recipient_reject_code": "550",
    "transport_maps": "",
    "local_recipient_maps": "proxy:unix:passwd.byname $alias_maps",
    "relay_domains": "${{$compatibility_level} <level {2} ? {$mydestination} :}",
    "relay_recipient_maps": "",
    "maps": "missing",
}
DECLARED: dict[str, dict[str, Any]] = {
    "SQLite": {},
    "PostgreSQL": POSTGRESQL,
    "PostgreSQL on another host": {**POSTGRESQL, **ELSEWHERE},
    "TLS": TLS,
    "lists": LISTS,
    "a given secret": GIVEN,
}
EVERYTHING = {**POSTGRESQL, **TLS, **LISTS, **GIVEN}
every_declaration = pytest.mark.parametrize("more", DECLARED.values(), ids=DECLARED)


@pytest.fixture(autouse=True)
def an_operators_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without releases of earlier runs, and with a secret in its environment."""
    monkeypatch.setattr("mailman_suite.suite.release_archives.CACHE", tmp_path)
    monkeypatch.setenv("SUITE_TEST_SECRET", SECRET)


@pytest.mark.parametrize(
    ("name", "more", "file"),
    [
        ("debian-12", {}, "debian-12-sqlite.txt"),
        ("debian-13", {**POSTGRESQL, **TLS, **LISTS}, "debian-13-postgresql.txt"),
        ("rocky-9", POSTGRESQL, "rocky-9-postgresql.txt"),
    ],
)
def test_a_bare_host_is_converged_as_written_down(name: str, more: dict[str, Any], file: str):
    host = named(name)
    plan = plan_of(DEPLOY, data(host, **more), {**bare(host), "PostfixMain": FRESH_POSTFIX})
    assert_golden(outline(plan), GOLDEN / file)


@pytest.mark.parametrize(
    ("host", "more"),
    [
        *(pytest.param(named("debian-12"), more, id=name) for name, more in DECLARED.items()),
        *(pytest.param(host, EVERYTHING, id=host.name) for host in paper_hosts(supported=True)),
    ],
)
def test_a_converged_host_gets_nothing(host: PaperHost, more: dict[str, Any]):
    plan = plan_of(DEPLOY, data(host, **more), converged(host, **more), secrets=[SECRET])
    assert_converged(plan)
    assert_budget(plan, facts=15)
    assert_no_leaks(plan)


@every_declaration
def test_a_bare_host_gets_no_secret_but_by_standard_input(more: dict[str, Any]):
    host = named("debian-12")
    plan = plan_of(DEPLOY, data(host, **more), bare(host), secrets=[SECRET])
    assert_no_leaks(plan)
    is_given = any("SUITE_TEST_SECRET" in str(value) for value in more.values())
    assert ("*secret*" in plan.text()) is is_given


def test_a_changed_secret_is_sent_to_a_converged_host(monkeypatch: pytest.MonkeyPatch):
    host = named("debian-12")
    before = converged(host, **GIVEN)
    monkeypatch.setenv("SUITE_TEST_SECRET", "another-secret-of-the-operator")
    (change,) = plan_of(DEPLOY, data(host, **GIVEN), before).changes
    assert change.name.endswith("Secrets are in place")


@every_declaration
def test_only_a_database_server_of_its_own_is_installed(more: dict[str, Any]):
    host = named("debian-12")
    first = plan_of(DEPLOY, data(host, **more), bare(host)).changes[0]
    assert ("postgresql" in first.commands[0].split()) is (more == POSTGRESQL)
