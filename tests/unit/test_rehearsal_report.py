"""The report of a rehearsal says what happened, needs nothing else, and cannot be written into."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest

from mailman_suite.rehearsal.report import announced_minutes, counts, report, sentence
from mailman_suite.rehearsal.timeline import timeline
from tests.unit.rehearsed import failed_early, result

EVIL = "</svg><script src='//x.test/x.js'>\"'&<b onclick=x>"
SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """All of it, with single spaces."""
        return " ".join(" ".join(self.words).split())


def page(**more: Any) -> Page:
    return Page(report(result(**more), {}))


def test_the_first_sentence_says_how_it_went():
    said = sentence(result()).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "lists1.example.org can be upgraded: on a copy of it the window took 1 min 15 s, and 4 "
        "mailing lists, 39 members and 36 archived messages are unchanged."
    )


def test_the_first_sentence_of_a_failure_says_why():
    failed = result(outcome="failed", reason="members: 30 before, 29 after")
    said = sentence(failed)
    assert said.endswith("should not be upgraded yet: members: 30 before, 29 after.")
    assert said in Page(report(failed, {})).text


def test_a_rehearsal_that_failed_early_has_a_report_too():
    text = Page(report(failed_early(), {})).text
    assert "12 MiB free on staging, the copy needs 3 GiB" in text
    assert "The rehearsal ended before the window" in text


def test_every_step_gate_count_and_promise_is_on_the_page():
    text, shown = page().text, result()
    for name in (
        *(step["name"] for step in shown["window"]["steps"]),
        *(gate["then"] for gate in shown["gates"]),
        *(one["family"] for one in shown["invariants"]),
        *(one["check"] for one in shown["verify"]),
    ):
        assert name in text


def test_what_differs_is_shown_before_what_does_not():
    lost = {"family": "votes", "before": 4, "after": 3, "equal": False}
    text = page(invariants=[*result()["invariants"], lost]).text
    assert text.index("These differ") < text.index("votes 4 3 changed")
    assert text.index("votes 4 3 changed") < text.index("members 39")


def test_counts_by_list_stand_apart_from_what_they_are_part_of():
    found = counts(result()["invariants"])
    assert all("(" in one["family"] for one in found["list"])
    assert {"members", "mailing lists"} <= {one["family"] for one in found["kind"]}
    assert "bounce events" in found["none"]
    parts = len(found["list"]) + len(found["kind"]) + len(found["none"])
    assert (parts, found["differ"]) == (len(result()["invariants"]), [])


def test_broken_promises_come_first():
    broken = {"check": "Postfix wires lists", "kept": False, "found": "no map"}
    text = page(verify=[*result()["verify"], broken]).text
    assert text.index("✗ Postfix wires lists no map") < text.index("✓")


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0.5, 1), (30.0, 1), (30.1, 2), (39.5, 2), (600.0, 20)]
)
def test_twice_the_measured_window_is_announced(seconds: float, minutes: int):
    assert announced_minutes(seconds) == minutes


def evil(value: Any) -> Any:
    """The same document with every text of a host's or an operator's replaced."""
    if isinstance(value, dict):
        return {key: one if key in _WORDS else evil(one) for key, one in value.items()}
    if isinstance(value, list):
        return [evil(one) for one in value]
    return EVIL if isinstance(value, str) else value


_WORDS = ("verdict", "began", "outcome")


def test_no_text_of_a_host_becomes_markup():
    plain, attacked = page(), Page(report(evil(result(by_hand=["x"])), {"when": "", "digest": ""}))
    assert {tag for tag, _ in attacked.tags} <= {tag for tag, _ in plain.tags} | {"ol"}
    assert not [names for _, names in attacked.tags if "onclick" in names or "src" in names]
    assert EVIL in attacked.text


def test_the_page_needs_no_other_file_and_allows_none():
    text = report(result(), {})
    assert not re.search(r"(src=|href=|url\(|@import)", text)
    assert "script" not in {tag for tag, _ in page().tags}
    allowed = [names["content"] for tag, names in page().tags if "http-equiv" in names]
    assert allowed == ["default-src 'none'; style-src 'unsafe-inline'"]


def bars(window: dict[str, Any], kind: str) -> list[tuple[float, float]]:
    """Where each bar of a kind begins and how long it is, in percent."""
    drawn = ElementTree.fromstring(timeline(window)).iter(f"{SVG}rect")
    found = [one for one in drawn if one.get("class") == kind]
    return [(float(one.get("x", "")[:-1]), float(one.get("width", "")[:-1])) for one in found]


def test_a_step_is_drawn_where_it_was_and_as_long_as_it_took():
    steps = [
        {"name": "a", "start": 0.0, "seconds": 5.0, "ok": True},
        {"name": "b", "start": 15.0, "seconds": 5.0, "ok": True},
    ]
    window = {"steps": steps, "seconds": 20.0, "core_down": [[5.0, 15.0]]}
    assert bars(window, "step") == [(0.0, 25.0), (75.0, 25.0)]
    assert bars(window, "away") == [(25.0, 50.0)]


def test_a_step_that_does_not_say_when_follows_the_one_before():
    steps = [
        {"name": "a", "seconds": 10.0, "ok": True},
        {"name": "b", "seconds": 30.0, "ok": False},
    ]
    window = {"steps": steps, "seconds": 40.0}
    assert (bars(window, "step"), bars(window, "failed")) == ([(0.0, 25.0)], [(25.0, 75.0)])


def test_nothing_is_drawn_beyond_the_edge():
    for x, width in bars(result()["window"], "step"):
        assert 0 <= x <= x + width <= 100.01
