"""Every host that cannot take the suite is refused with what was found, expected and to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.preflight.window import unread
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.runs import busy as preflight_run
from mailman_suite.runs import record
from tests.bad_hosts import AT_IT, TLS, TROUBLES, Trouble
from tests.bad_settings import GOOD
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import look

(DEBIAN_12,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_trouble_is_named_once_with_a_remedy(trouble: Trouble):
    seen = None if trouble.look is None else {**look(DEBIAN_12), **trouble.look}
    with pytest.raises((Refusal, Refusals)) as raised:
        suite_of(declared_settings(trouble.declared), seen)
    (reason,) = raised.value.reasons
    assert trouble.found in reason.found
    assert trouble.expected in reason.expected
    assert trouble.remedy in reason.remedy


def test_all_troubles_are_told_together():
    seen = {**look(DEBIAN_12), "systemd": False, "free_bytes": 0, "memory_bytes": 0}
    with pytest.raises(Refusals) as raised:
        suite_of(declared_settings(GOOD), seen)
    assert len(raised.value.reasons) == 3


def test_a_server_sold_with_a_gibibyte_is_enough():
    """Its kernel keeps some 40 MiB, and counts the rest as the memory that there is."""
    suite_of(declared_settings(GOOD), {**look(DEBIAN_12), "memory_bytes": 980 * 1024**2})


@pytest.mark.parametrize(
    ("reason", "asks"),
    [
        ("PeersError: Core's host rolled back to the old release", False),
        ("PeersError: Core's host did not begin its window in 120 s", False),
        ("UnhealthyError: after 90 s still: /archives/ answers 500", True),
    ],
)
def test_a_web_that_only_followed_its_core_asks_for_no_word(reason: str, asks: bool):
    last = {"id": "x", "kind": "web", "state": "rolled back", "reason": reason, "to": "3.3.9"}
    assert bool([*unread(declared_settings(GOOD), {"window": last})]) is asks


@pytest.mark.parametrize(
    "listeners",
    [
        {25: ("master", "postfix@-.service"), 80: ("nginx", "nginx.service")},
        {8001: ("python3", "mailman3.service"), 8024: ("python3", "mailman3.service")},
        {8000: ("uwsgi", "mailmanweb.service"), 5432: ("postgres", "postgresql@15-main.service")},
        {443: ("haproxy", "haproxy.service"), 22: ("sshd", "ssh.service")},
        {80: ("nginx", "")},
    ],
    ids=str,
)
def test_what_belongs_to_the_suite_or_is_no_business_of_it_may_listen(
    listeners: dict[int, tuple[str, str]],
):
    answered = {
        str(port): {"command": command, "unit": unit, "pid": "1"}
        for port, (command, unit) in listeners.items()
    }
    data = {**GOOD, "mailman_database": "postgresql"}
    seen = look(DEBIAN_12, release="3.3.10-py3.11-0123456789ab")
    suite_of(declared_settings(data), {**seen, "listeners": answered})


def test_core_runs_on_where_the_link_to_its_release_is_gone():
    listeners = {"8001": {"command": "python3", "unit": "mailman3.service", "pid": "812"}}
    master = f"{layout.RELEASES}/3.3.10-py3.11-0123456789ab/venv/bin/master"
    trace = {"what": "process", "name": "812", "place": master, "below": layout.RELEASES}
    seen = {**look(DEBIAN_12), "listeners": listeners}
    suite_of(declared_settings(GOOD), {**seen, "traces": [trace]})
    with pytest.raises(Refusals, match="port 8001 is in use"):
        suite_of(declared_settings(GOOD), seen)


def test_a_port_of_another_mailman_is_told_with_it_and_not_once_more():
    listeners = {"8001": {"command": "python3", "unit": "lists.service", "pid": "812"}}
    trace = {"what": "process", "name": "812", "place": "/srv/m/bin/runner", "below": ""}
    with pytest.raises(Refusals) as raised:
        seen = {**look(DEBIAN_12), "listeners": listeners, "traces": [trace]}
        suite_of(declared_settings(GOOD), seen)
    (reason,) = raised.value.reasons
    assert "process 812 (/srv/m/bin/runner)" in reason.found


@pytest.mark.parametrize("kind", ["release", "rollback", "restore"])
def test_how_the_last_window_ended_does_not_stop_a_run_that_changes_no_release(kind: str):
    running = suite_of(declared_settings(GOOD), look(DEBIAN_12)).identifier
    for state in ("finished", "rolled back"):
        last = {"id": "20261121T030000-x", "kind": kind, "to": "x", "state": state, "reason": ""}
        last["proven"] = True
        suite_of(declared_settings(GOOD), {**look(DEBIAN_12, running), "window": last})


def test_a_rollback_that_was_read_lets_the_release_change_again():
    older = "3.3.10-py3.11-0123456789ab"
    last = {"id": "20261121T030000-rollback", "kind": "rollback", "to": older, "state": "finished"}
    seen = {**look(DEBIAN_12, older), "window": last}
    data = {**GOOD, "mailman_acknowledged_window": last["id"]}
    assert suite_of(declared_settings(data), seen).changes_release
    with pytest.raises(Refusals, match="on purpose"):
        suite_of(declared_settings(GOOD), seen)


def test_an_interpreter_of_the_operators_own_is_taken():
    own = "/opt/python/bin/python3"
    seen: dict[str, Any] = look(DEBIAN_12)
    seen["interpreters"][own] = [3, 12, 1]
    suite = suite_of(declared_settings({**GOOD, "mailman_python": own}), seen)
    assert (suite.python, suite.python_version) == (own, (3, 12))
    assert "-py3.12-" in suite.release_directory


def test_the_host_is_asked_for_what_the_settings_name():
    asked = question(declared_settings({**GOOD, **TLS, "mailman_python": "/opt/p"}))
    assert asked["interpreters"] == ["/opt/p"]
    assert asked["files"] == list(TLS.values())


def test_a_release_of_the_same_core_may_run():
    seen = {**look(DEBIAN_12, release="3.3.10-py3.11-0123456789ab")}
    assert suite_of(declared_settings(GOOD), seen).release.name == "3.3.10+forked"


def test_a_release_that_newer_ones_have_replaced_is_begun_with_on_the_operators_word():
    word = {"3.3.9": ["replaced_release"]}
    data = {**GOOD, "mailman_release": "3.3.9", "mailman_acknowledged": word}
    assert suite_of(declared_settings(data), look(DEBIAN_12)).release.name == "3.3.9"


def test_a_release_that_newer_ones_have_replaced_stays_where_it_runs():
    declared = declared_settings({**GOOD, "mailman_release": "3.3.9"})
    running = RELEASES["3.3.9"].identifier((3, 11))
    assert not suite_of(declared, {**look(DEBIAN_12, release=running)}).changes_release


@pytest.mark.parametrize(
    ("named", "goes_on"), [(AT_IT["run"], True), ("20261121T210355-000000", False)]
)
def test_a_run_that_hangs_is_put_aside_by_its_own_name_alone(named: str, goes_on: bool):
    seen = {**look(DEBIAN_12), "run": {"last": AT_IT["run"], "busy": AT_IT}}
    settings = declared_settings({**GOOD, "mailman_break_run": named})
    if goes_on:
        assert suite_of(settings, seen).last_run == AT_IT["run"]
    else:
        with pytest.raises(Refusals, match="724 s"):
            suite_of(settings, seen)


def test_what_another_run_changed_since_is_looked_at_again():
    ended = {**AT_IT, "ended": "2026-11-21T21:16:00Z"}
    assert preflight_run.in_the_way(ended).remedy == "run again; it inspects the host again"


def test_a_run_of_this_computer_that_is_over_is_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAILMAN_RECORDS", str(tmp_path))
    seen = {**look(DEBIAN_12), "run": {"last": AT_IT["run"], "busy": AT_IT}}
    with pytest.raises(Refusals):
        suite_of(declared_settings(GOOD), seen)
    record.note_ended([{**AT_IT, "outcome": "failed"}])
    assert suite_of(declared_settings(GOOD), seen).breaks == AT_IT["run"]
