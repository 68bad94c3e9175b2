"""Checks are judged as observed; what was not observed, or cannot be interpreted, is broken."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.checks.model import Check, Expected, Verdict, broken, judged, summary, table
from mailman_suite.checks.posting import local_domain
from mailman_suite.checks.verification import CHECKS
from mailman_suite.facts.verify import Observations

RELEASE = f"{layout.RELEASES}/3.3.10-py3.11-abc"
EXPECTED = Expected(
    domains=("lists.unit.test",),
    lists=("news@lists.unit.test",),
    release_directory=RELEASE,
    static_stamp="f00",
    secrets=("rest_password", "superuser_password"),
    services=layout.SERVICES,
)
OBSERVED = sorted({(one.program, one.observation) for one in CHECKS})
RUNNING = {"ActiveState": "active", "SubState": "running", "UnitFileState": "enabled", "age": 100}
PAGE = {
    "status": 200,
    "type": "text/html; charset=utf-8",
    "title": "Lists",
    "whole": True,
    "files": ["/static/a.css"],
}
WELL: dict[str, dict[str, Any]] = {
    "check.core": {
        "rest": {
            "collections": {"lists": [200, 1], "domains": [200, 1], "users": [200, 0]},
            "lists": ["news@lists.unit.test"],
            "domains": ["lists.unit.test"],
        },
        "runners": {
            "configured": {"in": 1, "out": 2},
            "running": {"in": [100], "out": [100, 99]},
            "masters": [101],
        },
        "lmtp": "220 unit.test LMTP",
        "smtp": {
            "greeting": "220 unit.test ESMTP",
            "recipients": {"news@lists.unit.test": "250 2.1.5 Ok", "root@unit.test": "250 Ok"},
        },
        "postfix": {"unrouted": [], "unknown": [], "root": True},
    },
    "check.queues": {
        "queues": {"in": [1, 2], "retry": [1, 90000], "shunt": [2, 90000], "bad": [0, 0]},
        "failed": {"shunt": [0, 2], "bad": [0, 0]},
        "held": [0, 0],
        "spool": [0, 0],
    },
    "check.web": {
        "pages": {"/archives/": PAGE},
        "files": {
            "/static/a.css": [200, "text/css", 10],
            "/favicon.ico": [200, "image/x-icon", 9],
        },
        "api": {"with_key": 200, "with_wrong_key": 401, "through_proxy": [403, 403]},
    },
    "check.system": {
        "units": {unit: RUNNING for unit in layout.SERVICES},
        "timers": {
            "mailman-notify.timer": {
                "ActiveState": "active",
                "SubState": "waiting",
                "UnitFileState": "enabled",
                "NextElapseUSecRealtime": "Sun 2026-11-22 08:00:00 UTC",
                "job": {
                    "Id": "mailman-notify.service",
                    "LoadState": "loaded",
                    "Result": "success",
                    "ExecMainStatus": "0",
                },
            }
        },
        "processes": {"count": {unit: 2 for unit in layout.SERVICES}, "stale": []},
        "sockets": {layout.CORE_UNIT: ["127.0.0.1 1", "::1 1", "::ffff:127.0.0.1 1"]},
        "private": {
            f"{layout.SECRETS}/rest_password": ["root", layout.GROUP, "640", 43],
            f"{layout.SECRETS}/superuser_password": ["root", "root", "600", 43],
        },
        "release": {"current": RELEASE, "static": RELEASE, "stamp": "f00"},
        "index": {"wanted": False, "state": "inactive/dead", "said": ""},
    },
    "state.schema": {"core": False, "web": []},
    "apply.web_identity": {"missing": []},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The observations of a host that is well, but for one value."""
    observations = copy.deepcopy(WELL)
    place: Any = observations
    *above, last = path.split("|")
    for key in above:
        place = place[key]
    place[last] = value
    return observations


def sentences(observations: dict[str, Any]) -> list[str]:
    return [one.sentence for one in broken(judged(CHECKS, observations, EXPECTED))]


def test_a_host_that_is_well_keeps_every_promise():
    assert sentences(WELL) == []


@pytest.mark.parametrize(
    ("path", "value", "promise"),
    [
        ("check.core|rest|collections|lists", [500, None], "Core's REST collections answer"),
        ("check.core|rest|collections", {}, "Core's REST collections answer"),
        ("check.core|rest|lists", [], "Declared domains and lists exist"),
        ("check.core|runners|running|out", [100], "Every runner of Core is alive"),
        ("check.core|runners|running|in", [3], "Every runner of Core is alive"),
        ("check.core|runners|masters", [], "Every runner of Core is alive"),
        ("check.core|lmtp", "", "Core greets on LMTP"),
        ("check.core|smtp|greeting", "554 no", "Postfix greets on SMTP"),
        (
            "check.core|smtp|recipients|root@unit.test",
            "550 unknown",
            "Postfix accepts mail for lists and users",
        ),
        ("check.core|postfix|unrouted", ["a@b"], "Postfix's maps contain every list"),
        ("check.core|postfix|unknown", ["a@b"], "Postfix's maps contain every list"),
        ("check.core|postfix|root", False, "Postfix's maps contain every list"),
        ("check.queues|failed|shunt", [1, 0], "No message was shunted"),
        ("check.queues|failed|bad", [1, 4], "No message was shunted"),
        ("check.queues|queues|in", [1, 901], "No message is stuck in a queue"),
        ("check.queues|held", [1, 5], "No message is left from a window"),
        ("check.queues|spool", [2, 5], "The archiver's spool is empty"),
        ("check.web|pages|/archives/", {**PAGE, "status": 500}, "Every page that matters loads"),
        ("check.web|pages|/archives/", {**PAGE, "files": []}, "Every page that matters loads"),
        ("check.web|pages|/archives/", {"error": "refused"}, "Every page that matters loads"),
        ("check.web|files|/static/a.css", [404, "text/css", 9], "The pages' own files are served"),
        (
            "check.web|files|/static/a.css",
            [200, "text/html", 9],
            "The pages' own files are served",
        ),
        ("check.web|api|with_key", 401, "HyperKitty accepts only Core's key"),
        ("check.web|api|with_wrong_key", 200, "HyperKitty accepts only Core's key"),
        ("check.web|api|through_proxy", [403, 401], "The proxy blocks the archiver's interface"),
        (
            f"check.system|units|{layout.WEB_UNIT}|ActiveState",
            "failed",
            "Every service runs and starts at boot",
        ),
        (
            "check.system|timers|mailman-notify.timer|NextElapseUSecRealtime",
            "",
            "Every timer has a next time",
        ),
        (
            "check.system|timers|mailman-notify.timer|job|Result",
            "exit-code",
            "No job failed when it last ran",
        ),
        ("check.system|processes|stale", ["x"], "Every process runs the release"),
        ("check.system|processes|count", {}, "Every process runs the release"),
        ("check.system|release|current", "/elsewhere", "The expected release is current"),
        ("check.system|release|stamp", "old", "The expected release is current"),
        (
            "check.system|sockets|x.service",
            ["0.0.0.0 1"],
            "The suite's services listen on loopback only",
        ),
        (
            f"check.system|private|{layout.SECRETS}/superuser_password",
            ["root", layout.GROUP, "640", 43],
            "Secrets are private",
        ),
        ("check.system|private", {}, "Secrets are private"),
        ("state.schema|core", True, "Core's schema matches its code"),
        ("state.schema|web", ["hyperkitty.0023"], "The web's schema matches its code"),
        ("apply.web_identity|missing", ["superuser"], "Site and superuser exist"),
    ],
)
def test_one_thing_that_is_wrong_breaks_its_promise_alone(path: str, value: Any, promise: str):
    assert sentences(changed(path, value)) == [promise]


def test_an_index_that_is_being_filled_breaks_nothing_and_shows_how_far_it_is():
    said = "list 3 of 12: news@lists.unit.test"
    index = {"wanted": True, "state": "activating/start", "said": said}
    found = judged(CHECKS, changed("check.system|index", index), EXPECTED)
    assert broken(found) == []
    assert [one.detail for one in found if said in one.detail] == [
        f"being filled, search is still incomplete: {said}"
    ]


@pytest.mark.parametrize("state", ["inactive/dead", "failed/failed", "activating/auto-restart"])
def test_an_index_that_is_asked_for_and_not_filled_breaks_its_promise(state: str):
    index = {"wanted": True, "state": state, "said": "OSError: disk full"}
    (one,) = broken(judged(CHECKS, changed("check.system|index", index), EXPECTED))
    assert one.sentence == "A requested search index is being filled"
    assert state in one.detail and "disk full" in one.detail


def test_every_promise_is_broken_by_a_host_that_answers_nothing():
    assert len(sentences({})) == len(CHECKS)


@pytest.mark.parametrize("answer", [{"error": "no such file"}, {}, None, "?"])
@pytest.mark.parametrize(
    ("program", "observation"), sorted({(p.program, p.observation) for p in CHECKS})
)
def test_what_was_not_observed_is_broken(program: str, observation: str, answer: Any):
    about = [p for p in CHECKS if (p.program, p.observation) == (program, observation)]
    found = sentences(changed(f"{program}|{observation}", answer))
    assert found == [promise.sentence for promise in about]


def test_the_table_aligns_and_says_what_was_found():
    rows = table([Verdict("Short", True, "1 of 1"), Verdict("Much longer", False, "none")])
    assert rows == ["Short        ok      1 of 1", "Much longer  BROKEN  none"]


def test_the_summary_names_what_is_broken():
    assert summary([Verdict("A", True, "")]) == "all 1 checks passed"
    assert summary([Verdict("A", True, ""), Verdict("B", False, "why")]) == (
        "1 of 2 checks are broken: B: why"
    )


def test_a_judge_that_meets_nonsense_breaks_the_promise():
    def judge(found: Any, expected: Expected) -> str:
        return str(found["absent"])

    (verdict,) = judged([Check("A", "p", "o", judge)], {"p": {"o": {"a": 1}}}, EXPECTED)
    assert not verdict.kept and "cannot be interpreted" in verdict.detail


def test_a_program_that_fails_leaves_its_complaint():
    said = [
        "= check.core",
        "Traceback",
        "OSError: gone",
        "= state.schema",
        '{"core": false, "web": []}',
    ]
    assert Observations().process(said) == {
        "check.core": {"error": "OSError: gone"},
        "state.schema": {"core": False, "web": []},
    }


def test_the_probes_member_lives_in_a_local_domain():
    assert local_domain("$x, localhost, hash:/etc/a.b mail.unit.test") == "mail.unit.test"
    with pytest.raises(Refusal, match=r"add \$myhostname"):
        local_domain("localhost")
