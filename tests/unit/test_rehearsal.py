"""Who may rehearse what where, which command it becomes, and what its result says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusals
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.parts.proxy import nginx
from mailman_suite.rehearsal import (
    fences as rehearsal_fences,
)
from mailman_suite.rehearsal import (
    production as rehearsal_production,
)
from mailman_suite.rehearsal import (
    result as rehearsal_result,
)
from mailman_suite.rehearsal.command import command
from mailman_suite.rehearsal.declared import Rehearsal, bare, beforehand, clearing, refusals
from mailman_suite.suite.files import configuration
from mailman_suite.suite.suite import Suite
from tests.plans import suite_on_paper
from tests.plans.paper_hosts import paper_hosts

OLD = "3.3.10-py3.11-5d55db85d475"
HOST = next(one for one in paper_hosts(supported=True) if one.name == "debian-12")
NOT_MARKED: dict[str, Any] = {"machine": "staging", "mark": None}


def suite(**more: Any) -> Suite:
    data = suite_on_paper.data(HOST, mailman_rehearses="lists1.unit.test", **more)
    return suite_of(declared_settings(data), suite_on_paper.look(HOST))


def production(**more: Any) -> dict[str, Any]:
    look = suite_on_paper.look(HOST, OLD)
    return {**look, "suite": {**look["suite"], "database": "sqlite", **more}}


def rehearsal(**more: Any) -> Rehearsal:
    told = {"machine": "production", "addresses": ["192.0.2.7", "2001:db8::7"], "bytes": 10**9}
    free = 20 * 1024**3
    found = Rehearsal("20261121T213000-rehearsal", 0.0, suite(), OLD, told, NOT_MARKED, free)
    return replace(found, **more)


BARE = suite_on_paper.look(HOST)
UNFIT: dict[str, tuple[Any, Any, Any, str]] = {
    "another distribution release": (
        suite(), {**BARE, "os_release": {"id": "debian", "version_id": "13"}},
        production(), "the system debian 13 here",
    ),
    "another processor": (
        suite(), {**BARE, "machine": "aarch64"}, production(), "the processor aarch64"
    ),
    "production was made by hand": (
        suite(), BARE, production(kind="guide"), "kind 'guide'"
    ),
    "nothing would change": (
        suite(), BARE, production(release=suite().identifier), "runs 3.3.10+forked"
    ),
    "another kind of database": (
        suite(), BARE, production(database="postgresql"), "its data in postgresql"
    ),
    "production's window is open": (
        suite(), BARE,
        {**production(), "window": {"id": "w", "kind": "release", "to": "x", "state": "open"}},
        "in progress",
    ),
    "production is being backed up": (
        suite(), BARE,
        {**production(), "backup": {"id": "b", "state": "open"}}, "backup b is being made",
    ),
}  # fmt: skip


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_rehearsed_is_refused(unfit: tuple[Any, Any, Any, str]):
    *hosts, said = unfit
    (reason,) = beforehand(*hosts)
    assert said in reason.found


def test_a_bare_machine_may_rehearse():
    assert [*beforehand(suite(), BARE, production()), *refusals(rehearsal())] == []


def test_an_earlier_copy_makes_room_for_the_next():
    here = bare(suite_on_paper.look(HOST, OLD))
    assert [*beforehand(suite(), here, production())] == []
    assert here["suite"]["kind"] == "none"


@pytest.mark.parametrize(
    ("release", "rehearses", "marked", "said"),
    [
        (OLD, "lists1.unit.test", False, "no rehearsal installed"),
        (OLD, "", True, "copy of a production host"),
    ],
)
def test_fences_and_copies_are_never_parted(release: str, rehearses: str, marked: bool, said: str):
    look = {**suite_on_paper.look(HOST, release), "rehearsal": marked}
    data = suite_on_paper.data(HOST, mailman_rehearses=rehearses)
    with pytest.raises(Refusals, match=said):
        suite_of(declared_settings(data), look)


def test_production_never_rehearses_itself():
    (reason,) = refusals(rehearsal(staging={"machine": "production", "mark": None}))
    assert "are the same machine" in reason.found


def test_a_copy_that_does_not_fit_is_refused():
    (reason,) = refusals(rehearsal(free_bytes=3 * 1024**3))
    assert "3.0 GiB free" in reason.found


def test_the_packet_filter_names_accounts_ports_and_production():
    rules = rehearsal_fences.packet_filter(["192.0.2.7", "2001:db8::7"])
    assert "ip daddr { 192.0.2.7 } counter reject" in rules
    assert "ip6 daddr { 2001:db8::7 } counter reject" in rules
    assert '"mailman", "postfix"' in rules
    assert "{ 24, 25, 465, 587, 2525 }" in rules
    assert "daddr" not in rehearsal_fences.packet_filter([])


def test_a_host_that_rehearses_is_configured_with_its_fence_at_the_end():
    fences = rehearsal_fences.appended(suite(mailman_core_config={"mta": {"smtp_host": "relay"}}))
    texts = {one.path: one.content for one in configuration(suite()).files}
    for path, fence in fences.items():
        assert texts[path].endswith(fence)
    assert "devmode" in fences[layout.CORE_CONFIG]


def test_the_copy_takes_nothing_that_would_name_production_or_come_twice():
    asked = rehearsal_production.question(suite(), OLD)
    assert nginx.ANSWER.site not in asked["patterns"]
    assert layout.POSTFIX_MAIN not in asked["patterns"]
    assert f"{layout.RELEASES}/{OLD}" in asked["patterns"]
    assert {layout.CORE_DATABASE, layout.WEB_DATABASE} <= set(asked["skips"])
    assert asked["patterns"][-1].startswith(layout.UNITS)


def test_what_is_taken_away_is_the_suites_alone():
    paths = clearing(suite())["paths"]
    assert layout.HOME in paths
    assert not [path for path in paths if layout.FENCE_UNIT in path or path.count("/") < 2]


def test_databases_on_a_server_are_taken_away_by_their_names():
    asked = clearing(suite(mailman_database="postgresql"))
    assert asked["engine"] == "postgresql"
    assert asked["databases"] == ["mailman", "mailmanweb"]
    assert asked["roles"] == ["mailman", "mailmanweb"]
    assert clearing(suite())["engine"] == "sqlite"


@pytest.mark.parametrize(
    "words",
    [
        ["-y", "inventories/staging.py", "deploys/rehearse.py"],
        ["inventories/staging.py", "--limit", "stage1", "--exclude", "x", "deploys/rehearse.py"],
        ["inventories/staging.py", "--limit=stage1", "deploys/rehearse.py", "--yes"],
    ],
)
def test_it_becomes_the_very_command_of_production(words: list[str]):
    assert command("python3", ["pyinfra", *words], "stage1") == [
        *("python3", "-m", "pyinfra", "-y", "--limit", "stage1"),
        *("inventories/staging.py", "deploys/mailman.py"),
    ]


def test_values_of_the_command_line_go_along():
    words = ["i.py", "--data", "mailman_release=3.3.10", "deploys/rehearse.py"]
    expected = ["i.py", "--data", "mailman_release=3.3.10", "deploys/mailman.py"]
    assert command("python3", ["pyinfra", *words], "s")[6:] == expected


STEPS = [
    {"step": "Core is stopped", "start": 2.0, "seconds": 1.0},
    {"step": "The web is stopped", "start": 4.0, "seconds": 0.5},
    {"step": "The web answers", "start": 10.0, "seconds": 2.0},
    {"step": "Core answers", "start": 12.0, "seconds": 8.0},
]
COUNTS = {"members": {"count": 30, "digest": "a"}, "votes": {"count": 4, "digest": "b"}}
WINDOW = {
    "id": "w",
    "outcome": {"outcome": "finished", "seconds": 21.0, "steps": STEPS},
    "before": COUNTS,
    "after": {**COUNTS, "votes": {"count": 4, "digest": "c"}},
    "bytes": 100,
}
STANDING = {"packet filter": True, "Postfix": True, "Core": True, "web": True}


def result(window: Any = WINDOW, fences: Any = STANDING, **more: Any) -> dict[str, Any]:
    return rehearsal_result.result(rehearsal(**more), "stage1", [], window, [], fences)


def test_the_result_has_outages_and_counts():
    told = result()
    assert told["outcome"] == "passed"
    assert told["window"]["core_down"] == [(2.0, 20.0)]
    assert told["window"]["web_down_seconds"] == 8.0
    assert [one["equal"] for one in told["invariants"]] == [True, False]


def test_a_rehearsal_fails_with_its_window_its_fences_and_its_command():
    back = {
        **WINDOW,
        "outcome": {**WINDOW["outcome"], "outcome": "rolled back", "reason": "no memory"},
    }
    assert "no memory" in result(window=back)["reason"]
    assert "Postfix" in result(fences={**STANDING, "Postfix": False})["reason"]
    assert "status 1" in result(failed="ended with status 1")["reason"]
    assert result(window={})["outcome"] == "failed"
