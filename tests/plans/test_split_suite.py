"""One suite on four hosts in one run: who does what, in which order, and what a failure leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import split_on_paper as paper
from tests.plans.expectations import assert_budget, assert_converged, assert_no_leaks
from tests.plans.fleet_on_paper import DEPLOY, Paper, run, windows
from tests.plans.harness import plan_of
from tests.plans.split_on_paper import ROLES
from tests.plans.test_fleet import BARRIER, PROVEN, WENT_BACK, end, said

__all__ = ["said"]
SECRET = "secret-of-all-hosts"
REMOTE_COMMANDS = {"database": 8, "core": 14, "web": 8, "mta": 6}
CLOSED = "Window | The web is closed for a change of release"
PASSED = "Window | The release that runs is 3.3.10+forked"
OPENED = "Window | The web runs 3.3.10+forked"


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", SECRET)


def everybody(make: Any = paper.older, **other: Paper) -> dict[str, Paper]:
    """The suite's four hosts, made by the same function but for those that are given."""
    return {role: make(role) for role in ROLES} | other


def number_of(name: str, order: list[tuple[str, list[str]]]) -> int:
    (found,) = [number for number, (its, _) in enumerate(order) if its.startswith(name)]
    return found


def test_the_web_is_closed_before_cores_window_and_opened_after_it() -> None:
    order = run(everybody(), execute=False).order
    closed, passed, opened = (number_of(name, order) for name in (CLOSED, PASSED, OPENED))
    assert closed < passed < opened < number_of(BARRIER, order)
    assert [order[number][1] for number in (closed, passed, opened)] == [
        ["@fake/web"],
        ["@fake/core"],
        ["@fake/web"],
    ]


def test_every_host_is_in_the_barrier(said: pytest.LogCaptureFixture) -> None:
    order = run(everybody(), execute=False).order
    assert order[number_of(BARRIER, order)][1] == [f"@fake/{role}" for role in sorted(ROLES)]


def test_a_change_of_release_opens_a_window_on_core_and_web_alone(
    said: pytest.LogCaptureFixture,
) -> None:
    hosts = everybody()
    assert run(hosts).error is None
    assert windows(hosts) == ["core", "web"]
    runs = "wave 0 runs 3.3.10+forked, was 3.3.10 (window 31.4 s), healthy"
    assert end(said) == [
        f"core {runs}",
        "database wave 0 database, healthy",
        "mta wave 0 mta, healthy",
        f"web {runs}",
    ]


def followed(hosts: dict[str, Paper]) -> list[str]:
    """The verbs by which a run waited for the web's window."""
    words = [command.split("mailman_suite.host.window.program ") for command in hosts["web"].sent]
    return [one[1].split()[0] for one in words if len(one) > 1]


def test_the_web_is_waited_for_twice() -> None:
    hosts = everybody()
    assert run(hosts).error is None
    assert followed(hosts) == ["closed", "follow"]


def test_a_message_is_sent_by_cores_host_alone_and_noted_on_both() -> None:
    hosts = everybody()
    assert run(hosts).error is None
    sent = {role: "".join(one.sent) for role, one in hosts.items()}
    assert [role for role in ROLES if "host/check/post.py" in sent[role]] == ["core"]
    assert [role for role in ROLES if PROVEN in sent[role]] == ["core", "web"]


def test_a_core_that_went_back_leaves_the_webs_second_half_undone(
    said: pytest.LogCaptureFixture,
) -> None:
    core = paper.older("core")
    core.window = WENT_BACK
    hosts = everybody(core=core)
    assert run(hosts).error is not None
    assert windows(hosts) == ["core", "web"]
    assert followed(hosts) == ["closed"]
    assert end(said)[0] == "core wave 0 rolled back to 3.3.10: RuntimeError: no room"
    assert end(said)[3].startswith(
        "web wave 0 its window began at 3.3.10 and the connection was lost"
    )


def test_a_web_that_does_not_close_leaves_core_as_it_is(said: pytest.LogCaptureFixture) -> None:
    web = paper.older("web")
    web.closing = WENT_BACK
    hosts = everybody(web=web)
    assert run(hosts).error is not None
    assert windows(hosts) == ["web"]
    assert end(said)[0] == "core wave 0 not reached, still runs 3.3.10"
    assert end(said)[3] == "web wave 0 rolled back to 3.3.10: RuntimeError: no room"


def test_a_web_that_went_back_alone_ends_the_run(said: pytest.LogCaptureFixture) -> None:
    web = paper.older("web")
    web.window = WENT_BACK
    hosts = everybody(web=web)
    assert run(hosts).error is not None
    assert end(said)[3] == "web wave 0 rolled back to 3.3.10: RuntimeError: no room"
    assert end(said)[0].endswith("(window 31.4 s), not checked yet")


def test_a_web_that_stayed_behind_is_changed_by_the_next_run() -> None:
    hosts = everybody(core=paper.current("core"))
    assert run(hosts).error is None
    assert windows(hosts) == ["web"]


@pytest.mark.parametrize("missing", ["core", "web"])
def test_a_change_without_all_hosts_that_it_needs_touches_none(
    missing: str, said: pytest.LogCaptureFixture
) -> None:
    hosts = everybody()
    del hosts[missing]
    error = str(run(hosts).error)
    assert f"a change of release without {paper.HOSTS[missing][0]} of the same suite" in error
    assert not any(one.sent for one in hosts.values())


def test_a_web_alone_is_refused_with_its_reason() -> None:
    hosts = {"web": paper.older("web")}
    assert "a change of release without 10.0.0.11" in str(run(hosts).error)
    assert hosts["web"].sent == []


def test_a_suite_that_is_as_declared_gets_nothing_on_any_host() -> None:
    hosts = everybody(paper.current)
    assert run(hosts).error is None
    assert {role: one.sent for role, one in hosts.items()} == {role: [] for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
def test_a_converged_host_of_a_role_gets_nothing_for_few_questions(role: str) -> None:
    its = paper.current(role)
    plan = plan_of(DEPLOY, its.data, its.facts, secrets=[SECRET])
    assert_converged(plan)
    budget = REMOTE_COMMANDS[role]
    assert_budget(plan, facts=budget, remote_commands=budget)
    assert_no_leaks(plan)


@pytest.mark.parametrize("role", ROLES)
def test_a_new_host_of_a_role_gets_no_secret_but_by_standard_input(role: str) -> None:
    its = paper.new(role)
    plan = plan_of(DEPLOY, its.data, its.facts, secrets=[SECRET])
    assert_no_leaks(plan)
    assert ("*secret*" in plan.text()) is (role != "mta")


NEEDS = {
    "nginx": {"core", "web"},
    "postfix": {"core", "mta"},
    "postgresql": {"database"},
    "postgresql-client": {"core"},
    "gettext": {"core", "web"},
}


@pytest.mark.parametrize("package", NEEDS)
def test_a_package_comes_to_the_hosts_that_need_it(package: str) -> None:
    found = set()
    for role in ROLES:
        its = paper.new(role)
        plan = plan_of(DEPLOY, its.data, its.facts)
        tools = [line for op in plan.operations for line in op.commands if "apt-get" in line]
        if any(package in line.split() for line in tools):
            found.add(role)
    assert found == NEEDS[package]


STEPS = {
    "Database | Core and web each have a database and a role": {"database"},
    "Database | The database server admits only the suite's hosts": {"database"},
    "Database | Both schemas match the release": {"core"},
    "MTA | Outgoing mail leaves through the declared host": {"core"},
    "MTA | Postfix relays the lists' mail to Core's host, and the suite's outgoing mail": {"mta"},
    "Web | The site is lists.unit.test, its superuser admin": {"core"},
    "Lists | Declared domains and lists exist": {"core"},
    "Configuration | Configuration, units and the proxy's site are current": {"core", "web"},
    "Services | Services and timers run with their current files": {"core", "web", "mta"},
    "Configuration | Secrets are in place": {"database", "core", "web"},
}


def test_a_new_suite_has_each_step_on_the_hosts_whose_business_it_is() -> None:
    order = dict(run(everybody(paper.new), execute=False).order)
    found = {name: {one.removeprefix("@fake/") for one in order.get(name, [])} for name in STEPS}
    assert found == STEPS
