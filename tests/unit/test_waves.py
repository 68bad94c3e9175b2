"""Several hosts of one run: their waves, who builds for whom, and what people are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.fleet import waves
from mailman_suite.fleet.progress import Progress, where
from mailman_suite.fleet.report import told
from mailman_suite.fleet.table import table
from mailman_suite.gates.asking import findings
from mailman_suite.host.window import program as window
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.inspection.suites import suite_of
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.suite.suite import Suite
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import look
from tests.unit import surveyed
from tests.unit.kept_states import DEBIAN_12

OLD = "3.3.10-py3.11-0123456789ab"
NEW = "3.3.10+forked"


def suite(wave: int = 0, runs: str = OLD) -> Suite:
    """A suite of this wave that is to run the default release."""
    settings = declared_settings({**GOOD, "mailman_wave": wave})
    return suite_of(settings, look(DEBIAN_12, runs))


def prospect(name: str = "one", wave: int = 0, runs: str = OLD, **more: Any) -> Prospect:
    """A host that is not refused; `more` replaces parts of it."""
    its = suite(wave, runs)
    return replace(Prospect(name, its.settings, look(DEBIAN_12, runs), its), **more)


def test_waves_are_in_order_and_know_their_hosts() -> None:
    found = waves.waves({"d": suite(20), "b": suite(3), "a": suite(3), "c": suite(0)})
    assert [(wave.number, wave.hosts) for wave in found] == [
        (0, ("c",)),
        (3, ("a", "b")),
        (20, ("d",)),
    ]
    assert not any(wave.alone for wave in found)
    (only,) = waves.waves({"a": suite(7), "b": suite(7)})
    assert only.alone
    assert str(only) == "wave 7"


def test_the_first_of_the_earliest_wave_builds_for_others_of_its_kind_alone() -> None:
    suites = {"b": suite(1), "c": suite(0), "d": suite(0), "other": suite(0), "has-it": suite(0)}
    lacking = {"b": "x.tar", "d": "x.tar", "c": "x.tar", "other": "y.tar"}
    decided = waves.with_builders(suites, lacking)
    assert {name: one.building for name, one in decided.items()} == {
        "b": "elsewhere",
        "c": "for others",
        "d": "elsewhere",
        "other": "alone",
        "has-it": "alone",
    }
    identifier = suites["c"].identifier
    assert list(waves.building(decided)) == [
        f"c builds {identifier}; the other hosts of its kind get a copy"
    ]


def cells(found: Prospect) -> list[str]:
    """The cells of a host's line in the table."""
    *_, line = table([found])
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_a_host_is_a_line_with_all_that_a_run_would_do() -> None:
    survey = surveyed.survey("3.2.0", bounce_events_waiting=5)
    gates = tuple(findings(survey, suite().settings, RELEASES[NEW]))
    stops = sum(one.verdict == "stop" for one in gates)
    line = cells(prospect(findings=gates))
    assert line[:5] == ["one", "all", "0", "3.3.10", NEW]
    assert line[5].endswith(f"{sum(one.verdict == 'fine' for one in gates)} fine")
    assert (f"{stops} stop" in line[5]) is bool(stops)
    assert line[6:] == ["about 30 s", "no"]


def test_a_window_is_expected_to_take_as_long_as_the_last_one_that_finished() -> None:
    kept = [{"seconds": 20.0}, {"seconds": 31.4}, {"seconds": None}]
    seen = {**look(DEBIAN_12, OLD), "kept": {"windows": kept}}
    assert cells(prospect(look=seen))[6] == "31 s last time"


def test_a_host_that_is_as_declared_or_new_has_no_window() -> None:
    identifier = suite().identifier
    assert cells(prospect(runs=identifier))[3:] == [NEW, NEW, "none", "none", "no"]
    assert cells(prospect(runs=""))[3:] == ["nothing", NEW, "none", "none", "no"]


def test_another_build_of_the_same_release_is_told_by_its_digest() -> None:
    runs = f"{NEW}-py3.11-0123456789ab"
    digest = suite().identifier.rpartition("-")[2][:7]
    assert cells(prospect(runs=runs))[3:5] == [NEW, f"{NEW} ({digest})"]


def reason(found: str) -> Refusal:
    return Refusal(found=found, expected="better", remedy="mend it")


def test_what_could_not_be_seen_of_a_refused_host_is_no_guess() -> None:
    refused = Prospect("bad", reasons=(reason("no answer " * 9), reason("other")))
    line = cells(refused)
    assert line[:7] == ["bad", "?", "?", "?", "?", "none", "?"]
    assert line[7] == "no answer no answer no answer no answer no ... (and 1 more)"


def test_a_refusal_names_every_host_every_reason_and_how_to_leave_them_out() -> None:
    first = Prospect("a", reasons=(reason("one thing"), reason("another")))
    second = Prospect("b", reasons=(reason("a third"),))
    text = waves.refusal([first, prospect("good"), second])
    for words in ("a was not touched", "one thing", "another", "b was not touched", "a third"):
        assert words in text
    assert "good" not in text
    assert text.endswith("2 of 3 hosts were refused, so none was "
                         "touched. To continue without them: --exclude a --exclude b")  # fmt: skip


def test_where_all_hosts_are_refused_none_is_left_to_continue_with() -> None:
    text = waves.refusal([Prospect(name, reasons=(reason("full"),)) for name in "ab"])
    assert text.endswith("2 of 2 hosts were refused, so none was touched.")


def test_gates_are_shown_once_for_all_hosts_that_they_are_the_same_on() -> None:
    survey = surveyed.survey("3.2.0")
    gates = tuple(findings(survey, suite().settings, RELEASES[NEW]))
    assert {one.verdict for one in gates} > {"fine"}
    lines = list(waves.gates_of([prospect("a", findings=gates), prospect("b", findings=gates)]))
    assert [line for line in lines if line.startswith("gates of")] == [
        "gates of a, b that need attention:"
    ]
    assert not any(" fine " in line for line in lines[1:])
    assert list(waves.gates_of([prospect("a")])) == []


def words_of(outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the host's own program says last of a window that ended so."""
    order = {"id": "1", "from": OLD, "to": suite().identifier, "afterwards": ["more"]}
    window._verdict(outcome, order)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("outcome", "more", "place"),
    [
        ({"outcome": "finished", "seconds": 31.4}, {"healthy": True},
         f"runs {NEW}, was 3.3.10 (window 31.4 s), healthy"),
        ({"outcome": "finished", "seconds": 31.4}, {},
         f"runs {NEW}, was 3.3.10 (window 31.4 s), not checked yet"),
        ({"outcome": "finished", "seconds": 31.4}, {"failed": "Verify | X"},
         f"runs {NEW}, was 3.3.10 (window 31.4 s), failed at: Verify | X"),
        ({"outcome": "rolled back", "reason": "no room"}, {"failed": "Window | X"},
         "rolled back to 3.3.10: no room"),
        ({"outcome": "rolled back", "reason": "migrate failed:\nlines: of\nError: a table"}, {},
         "rolled back to 3.3.10: Error: a table"),
        ({"outcome": "stuck", "reason": "no power"}, {},
         "STUCK while rolling back to 3.3.10: no power"),
    ],
    ids=str,
)  # fmt: skip
def test_a_windows_own_words_tell_where_its_host_is(
    outcome: dict[str, Any], more: dict[str, Any], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ["[ 1.0 s] Core is stopped", *words_of(outcome, capsys)]
    assert where(prospect(), Progress(window=said, **more)) == place


@pytest.mark.parametrize(
    ("runs", "progress", "place"),
    [
        (OLD, Progress(), "not reached, still runs 3.3.10"),
        (OLD, Progress(failed="System | X"), "failed at: System | X, still runs 3.3.10"),
        (OLD, Progress(window=[]), "its window began at 3.3.10 and the connection was lost; the "
                                   "next run reports how it ended"),
        ("new", Progress(), f"not reached, runs {NEW} as before"),
        ("new", Progress(healthy=True), f"runs {NEW}, healthy"),
        ("new", Progress(failed="Verify | X"), "failed at: Verify | X"),
        ("", Progress(), "not reached, has no suite"),
        ("", Progress(healthy=True), f"new, runs {NEW}, healthy"),
    ],
    ids=str,
)  # fmt: skip
def test_a_host_without_a_word_of_a_window_is_told_too(
    runs: str, progress: Progress, place: str
) -> None:
    its = prospect(runs=suite().identifier if runs == "new" else runs)
    assert where(its, progress) == place


def test_the_end_is_told_by_wave_and_says_what_to_do_only_where_not_all_are_well() -> None:
    well, unwell = Progress(healthy=True), Progress()
    identifier = suite().identifier
    hosts = [prospect("later", 2, identifier), prospect("first", 1, identifier)]
    lines = list(told([(one, well) for one in hosts]))
    assert [line.split()[0] for line in lines[1:]] == ["first", "later"]
    assert "run the same command again" in list(told([(hosts[0], unwell)]))[-1]
