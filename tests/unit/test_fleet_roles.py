"""The hosts of one suite change together, or none of them does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.fleet import split_suites
from mailman_suite.inspection.prospect import Prospect
from tests.unit.kept_states import OLD
from tests.unit.split_suites import NEW, OTHERS, prospect, split_suite

ALL = (("database", 0), ("core", 0), ("web", 0), ("web", 1), ("mta", 0))
ALONE = "a change of release without"


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


def everybody(**more: Any) -> list[Prospect]:
    """Every host of the suite."""
    return [prospect(role, number, **more) for role, number in ALL]


def refused(prospects: Sequence[Prospect]) -> dict[str, list[str]]:
    """Host -> what was found, for those that are refused."""
    found = split_suites.checked(prospects)
    return {one.host: [reason.found for reason in one.reasons] for one in found if one.reasons}


def test_a_suite_whose_hosts_are_all_there_may_change() -> None:
    assert refused(everybody()) == {}


def test_hosts_without_a_release_may_be_left_out_of_a_change() -> None:
    assert refused([prospect("core"), prospect("web"), prospect("web", 1)]) == {}


def test_a_web_does_not_change_without_core_and_the_other_webs() -> None:
    assert refused([prospect("web")]) == {
        "web0": [f"{ALONE} 10.0.0.11, 10.0.0.13 of the same suite"]
    }


def test_core_does_not_change_without_every_web() -> None:
    found = refused([prospect("database"), prospect("core"), prospect("web")])
    lacking = [f"{ALONE} 10.0.0.13 of the same suite"]
    assert found == {"core0": lacking, "web0": lacking}


def test_a_web_that_is_refused_itself_keeps_core_from_changing() -> None:
    unseen = Prospect("web1", reasons=(Refusal(found="no room", expected="room", remedy="mend"),))
    found = refused([prospect("core"), prospect("web"), unseen])
    assert found["core0"] == [f"{ALONE} 10.0.0.13 of the same suite"]
    assert found["web1"] == ["no room"]


@pytest.mark.parametrize("runs", [NEW, ""], ids=["as declared", "new"])
def test_a_host_that_changes_nothing_needs_no_others(runs: str) -> None:
    assert refused([prospect("web", runs=runs)]) == {}
    assert refused([prospect("core", runs=runs)]) == {}


@pytest.mark.parametrize("role", ["database", "mta"])
def test_a_host_without_a_release_needs_no_others(role: str) -> None:
    assert refused([prospect(role)]) == {}


def test_a_web_that_alone_is_behind_changes_beside_a_core_that_is_not() -> None:
    assert refused([prospect("core", runs=NEW), prospect("web"), prospect("web", 1)]) == {}


def test_core_and_web_have_one_release() -> None:
    older = prospect("web", 1, mailman_release="3.3.10")
    found = refused([prospect("core"), prospect("web"), older])
    names = ["hosts of one suite with the releases 3.3.10, 3.3.10+forked"]
    assert found == {"core0": names, "web0": names, "web1": names}


def test_core_and_web_that_change_are_in_one_wave() -> None:
    found = refused([prospect("core"), prospect("web"), prospect("web", 1, mailman_wave=2)])
    waves = ["hosts of one suite in the waves 0, 2"]
    assert found == {"core0": waves, "web0": waves, "web1": waves}


def test_waves_do_not_matter_where_nothing_changes() -> None:
    hosts = [prospect("core", runs=NEW), prospect("web", runs=NEW, mailman_wave=2)]
    assert refused(hosts) == {}


def test_a_host_of_another_suite_is_no_host_of_this_one() -> None:
    theirs = [
        prospect(role, number, mailman_hosts=OTHERS, mailman_release="3.3.10", mailman_wave=3)
        for role, number in ALL
    ]
    assert refused([*everybody(), *theirs]) == {}
    found = refused([prospect("core"), prospect("web"), *theirs])
    assert found["core0"] == [f"{ALONE} 10.0.0.13 of the same suite"]


def test_whole_suites_in_one_run_have_releases_and_waves_of_their_own() -> None:
    hosts = [prospect("all"), prospect("all", 1, mailman_release="3.3.10", mailman_wave=1)]
    assert refused(hosts) == {}


def test_a_reason_of_before_stays() -> None:
    full = Refusal(found="no room", expected="room", remedy="make some")
    (found,) = split_suites.checked([replace(prospect("web"), reasons=(full,))])
    assert found.reasons[0] == full
    assert len(found.reasons) == 2


@pytest.mark.parametrize(
    ("core", "web", "awaits"),
    [(OLD, OLD, True), (NEW, OLD, False), ("", OLD, False), (OLD, NEW, False), (OLD, "", False)],
)
def test_a_web_waits_for_core_only_where_both_change(core: str, web: str, awaits: bool) -> None:
    suites = {"c": split_suite("core", runs=core), "w": split_suite("web", runs=web)}
    decided = split_suites.with_awaiting(suites)
    assert {name: one.awaits for name, one in decided.items()} == {"c": False, "w": awaits}


def test_a_web_does_not_wait_for_the_core_of_another_suite() -> None:
    suites = {
        "theirs": split_suite("core", runs=OLD, mailman_hosts=OTHERS),
        "ours": split_suite("core", runs=NEW),
        "web": split_suite("web", runs=OLD),
        "whole": split_suite("all", runs=OLD),
    }
    decided = split_suites.with_awaiting(suites)
    assert not any(one.awaits for one in decided.values())
