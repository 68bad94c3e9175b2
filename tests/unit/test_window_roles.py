"""What the order of a window says on each host of a suite, and on the host of a whole one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.gates import asking
from mailman_suite.host.window import program
from mailman_suite.host.window import upgrade as window_steps
from mailman_suite.host.window import web as window_web
from mailman_suite.parts.proxy import nginx
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.windows import differences
from mailman_suite.windows import upgrade as window
from tests.unit import surveyed
from tests.unit.kept_states import ID, OLD
from tests.unit.split_suites import split_settings, split_suite


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


def order(role: str, *, awaits: bool = False) -> dict[str, Any]:
    return window.order(replace(split_suite(role, runs=OLD), awaits=awaits), ID, {})


def test_the_order_of_a_whole_suite_knows_nothing_of_other_hosts() -> None:
    its = order("all")
    assert differences.of_role(split_suite("all", runs=OLD)) == {}
    assert not {"tells", "awaits"} & set(its)
    assert (its["kind"], its["transport"]) == ("release", "lmtp")
    assert its["starts"] == [layout.CORE_UNIT, layout.WEB_UNIT]
    assert its["archives_page"] and its["lists_page"] and its["core_questions"]


def test_cores_host_tells_of_its_window_and_changes_everything_but_the_web() -> None:
    its, whole = order("core"), order("all")
    assert its["tells"] is True
    assert its["starts"] == [layout.CORE_UNIT]
    assert (its["archives_page"], its["lists_page"]) == ("", "")
    for key in ("kind", "transport", "core_questions", "patience", "user", "window_unit"):
        assert its[key] == whole[key], key
    assert its["databases"]["web"]["host"] == its["databases"]["core"]["host"] == "10.0.0.10"


@pytest.mark.parametrize("awaits", [True, False])
def test_a_webs_host_has_no_core_and_no_mail_and_may_have_to_wait(awaits: bool) -> None:
    its = order("web", awaits=awaits)
    assert (its["kind"], its["awaits"]) == ("web", awaits)
    assert its["starts"] == [layout.WEB_UNIT]
    assert its["transport"] == ""
    assert its["core_questions"] is None
    assert its["archives_page"] and its["lists_page"]
    assert "tells" not in its


def test_the_way_back_of_a_web_does_not_wait_for_pages_that_need_core() -> None:
    assert order("web")["health_before"] == {"lists_page": ""}


def test_each_role_keeps_the_way_between_the_hosts_and_a_whole_suite_has_none() -> None:
    assert nginx.ANSWER.peers_site in order("core")["paths"]
    assert nginx.ANSWER.peers_site in order("web")["paths"]
    assert nginx.ANSWER.peers_site not in order("all")["paths"]


def test_every_kind_of_order_has_its_steps() -> None:
    for role in ("all", "core", "web"):
        assert order(role)["kind"] in program._STEPS


@pytest.mark.parametrize(("role", "asked"), [("core", []), ("all", ["rebuild_index"])])
def test_a_host_without_an_index_is_not_asked_for_a_new_one(role: str, asked: list[str]) -> None:
    index = {"engine": surveyed.WHOOSH, "path": layout.FULLTEXT_INDEX, "exists": False}
    survey = surveyed.survey("3.3.9", emails=7, search_index={**index, "readable": False})
    found = asking.findings(survey, split_settings(role), RELEASES["3.3.10+forked"])
    assert [one for one in asking.changes(found) if one == "rebuild_index"] == asked


def test_a_core_that_tells_does_so_before_anything_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(window_steps.window_data, "changes_data", lambda order: True)
    told = ["The web's hosts know that a window is open", "No host of the web is connected"]
    names = [name for name, _ in window_steps.steps(order("core"))]
    assert names[:4] == [
        "There is space for the snapshot and a rollback",
        "Configuration is copied",
        *told,
    ]
    whole = [name for name, _ in window_steps.steps(order("all"))]
    assert whole == [name for name in names if name not in told]


@pytest.mark.parametrize("awaits", [True, False])
def test_a_web_stops_before_it_waits_and_changes_only_then(awaits: bool) -> None:
    names = [name for name, _ in window_web.steps(order("web", awaits=awaits))]
    assert ("Core's host has finished" in names) is awaits
    after = names[names.index(window_web.CLOSED) + 1 :]
    assert after[0] == (
        "Core's host has finished" if awaits else "The new configuration is in place"
    )
    assert not any("schema" in name or "queue" in name for name in names)
