"""What each host of a suite owes, and that only this is asked of it."""

from __future__ import annotations

import pytest

from mailman_suite.base import layout
from mailman_suite.checks import verification
from mailman_suite.checks.model import broken
from mailman_suite.checks.verification import CHECKS, checks_of, questions, verdicts
from tests.unit.split_suites import every_role, split_settings, split_suite

EDGE = verification.edge.CHECKS
ASKED = {
    "all": {*(one.program for one in CHECKS)},
    "database": {"check.system"},
    "core": {"check.core", "check.queues", "check.system", "state.schema", "apply.web_identity"},
    "web": {"check.web", "check.system"},
    "mta": {"check.edge", "check.system"},
}


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


@pytest.mark.parametrize("role", every_role)
def test_every_host_owes_something_and_is_asked_for_all_of_it(role: str) -> None:
    owed = checks_of(split_settings(role))
    assert owed
    assert {one.program for one in owed} == set(questions(split_suite(role))) == ASKED[role]


def test_every_promise_of_a_whole_suite_is_kept_by_some_host_of_several() -> None:
    assert checks_of(split_settings("all")) == CHECKS
    spread = {one for role in every_role[1:] for one in checks_of(split_settings(role))}
    assert spread == {*CHECKS, *EDGE}


@pytest.mark.parametrize("role", every_role)
def test_a_host_that_answers_nothing_breaks_every_promise_of_its_role(role: str) -> None:
    found = verdicts(split_suite(role), {})
    assert len(broken(found)) == len(checks_of(split_settings(role)))


def test_what_is_owed_once_for_the_suite_is_owed_by_one_host() -> None:
    owners: dict[str, list[str]] = {}
    for role in every_role[1:]:
        for promise in checks_of(split_settings(role)):
            owners.setdefault(promise.sentence, []).append(role)
    assert owners["Every service runs and starts at boot"] == list(every_role[1:])
    assert owners["Core greets on LMTP"] == ["core"]
    assert owners["Every page that matters loads"] == ["web"]
    assert owners["The web's schema matches its code"] == ["core"]
    assert owners["A requested search index is being filled"] == ["web"]


OURS = (layout.CORE_UNIT, layout.WEB_UNIT, layout.QCLUSTER_UNIT)


@pytest.mark.parametrize(
    ("role", "services"),
    [
        ("database", ["postgresql.service"]),
        ("core", [layout.CORE_UNIT, "nginx.service", "postfix.service"]),
        ("web", [layout.WEB_UNIT, layout.QCLUSTER_UNIT, "nginx.service"]),
        ("mta", ["postfix.service"]),
        ("all", [*OURS, "nginx.service", "postfix.service"]),
    ],
)
def test_a_host_is_asked_for_the_services_of_its_role_alone(role: str, services: list[str]) -> None:
    asked = questions(split_suite(role))["check.system"]
    assert sorted(asked["services"]) == sorted(services)
    assert list(asked["ours"]) == [one for one in OURS if one in services]
    assert verification.expected(split_suite(role)).services == tuple(asked["ours"])


@pytest.mark.parametrize("role", ["database", "mta"])
def test_a_host_without_a_release_is_asked_for_no_job_and_no_file(role: str) -> None:
    asked = questions(split_suite(role))["check.system"]
    assert (asked["jobs"], asked["private"]) == ({}, [])


@pytest.mark.parametrize(
    ("role", "files"),
    [
        ("core", [layout.CORE_CONFIG, layout.ARCHIVER_CONFIG, layout.WEB_SETTINGS]),
        ("web", [layout.ARCHIVER_CONFIG, layout.WEB_SETTINGS]),
    ],
)
def test_a_host_is_asked_for_the_files_with_secrets_that_it_has(
    role: str, files: list[str]
) -> None:
    assert questions(split_suite(role))["check.system"]["private"] == files


def test_cores_host_reaches_the_pages_at_the_first_web_and_a_web_at_its_own() -> None:
    assert verification.proxy(split_suite("core"))["loopback"] == "10.0.0.12"
    for role in ("web", "all"):
        assert verification.proxy(split_suite(role))["loopback"] == layout.LOOPBACK
    assert verification.proxy(split_suite("web", 1))["loopback"] == layout.LOOPBACK
