"""Each gate judges a host that it is about and one that it is not; acknowledgements count."""

from __future__ import annotations

import ast
import re

import pytest

from mailman_suite.base.layout import HOME
from mailman_suite.gates import asking
from mailman_suite.gates import page as gates_page
from mailman_suite.gates.model import REBUILD_INDEX, Finding
from mailman_suite.gates.table import gates_table
from mailman_suite.releases.catalogue import RELEASES, Release
from tests.unit import gate_cases_core, gate_cases_suite, gate_cases_web
from tests.unit.gate_cases import Case
from tests.unit.rules import ROOT
from tests.unit.surveyed import RELEASE, SETS, converged, job, settings, survey

CASES = {**gate_cases_suite.CASES, **gate_cases_core.CASES, **gate_cases_web.CASES}
# These say the same to every host that crosses them, or only tell what will be different.
ALIKE = ("archiver_key", "max_recipients")
every_release = pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
TROUBLED = {"usenet_lists": 2, "crontabs": [job("mailman lists", "root")]}
QUIET_WORDS = ("nntp_runner", "cron_jobs")


def finding(gate: str, found: list[Finding]) -> Finding:
    (one,) = [one for one in found if one.gate.name == gate]
    return one


def names(found: list[Finding]) -> set[str]:
    return {one.gate.name for one in found}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_gate_answers(case: Case):
    host = survey(case.core, **case.host)
    one = finding(case.gate, asking.findings(host, settings(**case.data), RELEASES[case.release]))
    assert (one.verdict, one.changes) == (case.verdict, case.changes)
    assert case.found in one.found
    assert case.then in one.then


@pytest.mark.parametrize("gate", asking.NAMES)
def test_every_gate_has_a_host_that_trips_it_and_one_that_passes(gate: str):
    verdicts = {case.verdict for case in CASES.values() if case.gate == gate}
    assert len(verdicts) > 1 or (verdicts and gate in ALIKE)


def test_every_gate_that_refuses_says_what_it_expects():
    refusing = {case.gate for case in CASES.values() if case.verdict in ("acknowledge", "stop")}
    assert not [gate.name for gate in asking.GATES if gate.name in refusing and not gate.expects]


@every_release
def test_a_host_that_is_at_the_release_crosses_nothing(release: Release):
    host = converged(release, **TROUBLED, unreadable=["everything"])
    assert asking.findings(host, settings(), release) == []


@every_release
@pytest.mark.parametrize("core", [core for core in SETS if core != "3.1.0"])
def test_a_quiet_host_of_any_age_may_begin(core: str, release: Release):
    given = settings(acknowledged={"3.3.9": ["replaced_release"]})
    found = asking.findings(survey(core), given, release)
    assert found
    assert asking.refusals(found, given, release) == []


def test_a_release_that_newer_ones_have_replaced_needs_an_acknowledgement():
    release = RELEASES["3.3.9"]
    found = asking.findings(survey("3.3.8"), settings(), release)
    (reason,) = asking.refusals(found, settings(), release)
    assert "release 3.3.9 of Core 3.3.9 on Django 4.1, which newer ones" in reason.found
    assert reason.remedy.startswith('set mailman_release = "3.3.10" or mailman_release = ')
    assert reason.remedy.endswith('mailman_acknowledged = {"3.3.9": ["replaced_release"]}')


def test_only_what_lies_between_is_asked():
    found = names(asking.findings(survey("3.3.8"), settings(), RELEASE))
    assert {"nntp_runner", "max_recipients", "humanize"} <= found
    assert not {"stale_bounces", "database_scheme", "paintstore", "archiver_key"} & found


def test_another_django_alone_crosses_nothing_of_core():
    found = asking.findings(converged(RELEASES["3.3.10"]), settings(), RELEASE)
    assert names(found) >= {"postgresql_server", "session_serializer"}
    assert {one.gate.component for one in found} <= {"suite", "django"}
    assert asking.refusals(found, settings(), RELEASE) == []


def test_from_our_patches_back_to_upstreams_packages_is_no_downgrade():
    release = RELEASES["3.3.10"]
    found = asking.findings(converged(RELEASE), settings(), release)
    assert finding("no_downgrade", found).verdict == "fine"


def test_a_core_without_an_archive_has_no_index_to_rebuild():
    host = survey("3.3.8", emails=0)
    del host["versions"]["hyperkitty"]
    assert REBUILD_INDEX not in asking.changes(asking.findings(host, settings(), RELEASE))


def test_one_package_that_was_upgraded_alone_crosses_nothing_more():
    host = survey("3.3.0")
    host["versions"]["hyperkitty"] = "1.3.12"
    found = names(asking.findings(host, settings(), RELEASE))
    assert "archiver_key" not in found
    assert {"stale_bounces", "humanize"} <= found


def test_a_new_core_that_has_never_run_still_crosses_the_old_ones_gates():
    host = survey("3.3.0", bounce_events_waiting=3)
    host["versions"]["mailman"] = RELEASE.core
    found = asking.findings(host, settings(), RELEASE)
    assert finding("stale_bounces", found).found == "3 unprocessed bounce events"


def test_new_web_packages_that_were_never_migrated_still_cross_the_old_ones_gates():
    host = survey("3.3.8", case_duplicates=["A@x.test/a@x.test"])
    host["versions"].update({"django-allauth": "0.63.6", "django-mailman3": "1.3.15"})
    found = asking.findings(host, settings(), RELEASE)
    assert finding("email_case", found).verdict == "stop"
    assert finding("session_wipe", found).verdict == "window"


def test_a_migration_that_was_cut_off_counts_as_not_begun():
    host = survey("3.3.4", core_head="bc0c49c6dda2", bounce_events_waiting=3)
    host["versions"]["mailman"] = "3.3.5"
    assert "uncommitted_bounces" in names(asking.findings(host, settings(), RELEASE))


def test_the_two_gates_about_bounces_never_ask_at_once():
    for core in SETS:
        found = names(asking.findings(survey(core), settings(), RELEASE))
        assert len({"stale_bounces", "uncommitted_bounces"} & found) <= 1


def test_an_acknowledgement_lets_the_gate_pass():
    host = survey("3.3.8", **TROUBLED)
    before = asking.findings(host, settings(), RELEASE)
    assert [one.gate.name for one in before if one.verdict == "acknowledge"] == [
        "cron_jobs",
        "nntp_runner",
    ]
    given = settings(acknowledged={RELEASE.name: ["nntp_runner"]})
    found = asking.findings(host, given, RELEASE)
    assert finding("nntp_runner", found).acknowledged
    (reason,) = asking.refusals(found, given, RELEASE)
    assert "gate cron_jobs" in reason.found


def test_the_refusal_prints_the_line_that_lets_the_run_go_on():
    host = survey("3.3.8", **TROUBLED)
    declared = settings(acknowledged={"3.3.10": ["humanize"]})
    reasons = asking.refusals(asking.findings(host, declared, RELEASE), declared, RELEASE)
    line = reasons[0].remedy.partition("acknowledge it in group_data: mailman_acknowledged = ")[2]
    given = settings(acknowledged=ast.literal_eval(line))
    assert given.acknowledged["3.3.10"] == ["humanize"]
    assert asking.refusals(asking.findings(host, given, RELEASE), given, RELEASE) == []


def test_an_acknowledgement_of_another_release_counts_for_nothing():
    given = settings(acknowledged={"3.3.10": [*QUIET_WORDS]})
    found = asking.findings(survey("3.3.8", **TROUBLED), given, RELEASE)
    assert len(asking.refusals(found, given, RELEASE)) == 2


def test_no_acknowledgement_helps_against_a_stop():
    host = survey("3.3.8", core_database="mysql")
    given = settings(acknowledged={RELEASE.name: [*asking.NAMES]})
    (reason,) = asking.refusals(asking.findings(host, given, RELEASE), given, RELEASE)
    assert "mailman_acknowledged" not in reason.remedy
    assert reason.expected == "SQLite or PostgreSQL"


def test_a_job_that_was_acknowledged_does_not_keep_the_others_from_going():
    jobs = {"crontabs": [job("mailman lists", "root"), job("mailman notify")]}
    given = settings(acknowledged={RELEASE.name: ["cron_jobs"]})
    found = asking.findings(survey("3.3.8", **jobs), given, RELEASE)
    assert asking.changes(found) == ("remove_cron_jobs",)


def test_the_table_shows_every_crossing_and_fits_a_terminal():
    host = survey("3.2.0", **TROUBLED, bounce_events_waiting=12)
    found = asking.findings(host, settings(), RELEASE)
    lines = gates_table(found)
    assert max(map(len, lines)) <= 117
    assert lines[0].split()[:3] == ["gate", "crossing", "verdict"]
    assert [line.split()[0] for line in lines[2:-1] if line[0] != " "] == [
        one.gate.name for one in found
    ]
    row = next(line for line in lines if line.startswith("stale_bounces"))
    assert "mailman 3.3.1" in row and "window" in row and "12 unprocessed" in row
    assert lines[-1].startswith(f"{len(found)} gates crossed: ")
    assert lines[-1].endswith("2 waiting for your acknowledgement, 0 stopping the run")


def test_without_findings_there_is_no_table():
    assert gates_table([]) == []


def test_the_committed_page_is_the_data():
    committed = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
    assert committed == gates_page.page(), "make gates-page"
    assert HOME not in committed


def test_names_are_plain_and_stand_once():
    all_names = [one.name for one in (*asking.GATES, *asking.NOT_GATES)]
    assert len(all_names) == len(set(all_names))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{2,22}", name) for name in all_names)
