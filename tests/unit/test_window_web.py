"""A web's own window beside Core's: it waits, goes on or goes back, and never touches the data."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base import layout
from mailman_suite.host.window import peers, progress
from mailman_suite.host.window import program as window
from mailman_suite.host.window import web as window_web
from tests.unit.window_on_a_directory import (
    ID,
    NEW_FILE,
    OLD_FILE,
    RUN,
    WebHost,
    pages,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to root, as root does")
STATUS: dict[str, int] = {}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebHost]:
    """A web that runs the old release; nothing was said of Core's window yet."""
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")
    monkeypatch.setenv("HOST", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(peers, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(progress, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(progress, "_ALIVE_SECONDS", 0.05)
    STATUS.clear()
    with pages(STATUS) as port:
        yield WebHost(tmp_path, port)


def word(state: str, run: str = RUN) -> str:
    return json.dumps({"run": run, "state": state})


def test_a_web_is_in_the_new_release_once_core_has_finished(host: WebHost) -> None:
    host.said(word("finished"))
    window.run(host.order(), host.journal)
    outcome = host.journal.outcome() or {}
    assert (outcome["outcome"], host.release) == ("finished", "new")
    assert (host.configuration, host.is_closed) == (NEW_FILE, False)
    assert host.runs(layout.WEB_UNIT) and host.runs(layout.QCLUSTER_UNIT)
    assert host.steps == [
        "Configuration is copied",
        "Pages are closed",
        "Jobs have ended",
        window_web.CLOSED,
        "Core's host has finished",
        "The new configuration is in place",
        "The link leads to the new release",
        "The new release is started",
        "The web answers",
        "Core answers the web",
        "Mail flows again",
    ]


def test_a_web_asks_for_the_end_of_cores_window_and_says_nothing_itself(host: WebHost) -> None:
    host.said(word("finished"))
    window.run(host.order(), host.journal)
    asked = [one for one in host.commands if one.startswith("python")]
    assert len(asked) == 1
    assert asked[0] == "python window.peers hear"


def test_a_web_whose_core_has_the_release_already_waits_for_nobody(host: WebHost) -> None:
    window.run(host.order(awaits=False), host.journal)
    assert (host.journal.outcome() or {})["outcome"] == "finished"
    assert not any(one.startswith("python") for one in host.commands)
    assert "Core's host has finished" not in host.steps


def assert_went_back(host: WebHost, reason: str) -> None:
    """The old release runs with its files; the outcome says why it does."""
    outcome = host.journal.outcome() or {}
    assert outcome["outcome"] == "rolled back"
    assert reason in outcome["reason"]
    assert outcome["health"] == "not asked: Core is on another host"
    assert (host.release, host.configuration, host.is_closed) == ("old", OLD_FILE, False)
    assert host.runs(layout.WEB_UNIT) and host.runs(layout.QCLUSTER_UNIT)


def test_a_web_goes_back_with_core(host: WebHost) -> None:
    host.said(word("rolled back"))
    window.run(host.order(), host.journal)
    assert_went_back(host, "PeersError: Core's host rolled back to the old release")
    assert "The new configuration is in place" not in host.steps


@pytest.mark.parametrize("said", ["{}", word("finished", "20261120T120000-000000")], ids=str)
def test_a_web_goes_back_where_core_never_began(
    said: str, host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_BEGIN_SECONDS", 0.1)
    host.said(said)
    window.run(host.order(), host.journal)
    assert_went_back(host, "Core's host did not begin its window in 0.1 s")


@pytest.mark.parametrize("path", ["/archives/", "/mailman3/lists/"])
def test_a_web_whose_new_release_does_not_serve_goes_back(path: str, host: WebHost) -> None:
    STATUS[path] = 500
    host.said(word("finished"))
    window.run(host.order(), host.journal)
    assert_went_back(host, f"{path} answers 500")


def interrupted(host: WebHost) -> dict[str, Any]:
    """The order of a window whose program was killed when the web had stopped."""
    order, journal = host.order(), host.journal
    steps = dict(window_web.steps(order))
    journal.note("opened")
    for name in ("Configuration is copied", "Pages are closed", window_web.CLOSED):
        window.take([(name, steps[name])], order, journal)
    assert host.is_closed and not host.runs(layout.WEB_UNIT)
    return order


def test_a_web_that_was_interrupted_goes_back(host: WebHost) -> None:
    order = interrupted(host)
    window.settle(order, host.journal)
    assert_went_back(host, "the window was interrupted")


@pytest.mark.parametrize("settle", [window.settle, window.settle_at_boot])
@pytest.mark.parametrize(
    ("core", "outcome", "release"),
    [("finished", "finished", "new"), ("rolled back", "rolled back", "old")],
)
def test_a_web_that_was_interrupted_ends_as_cores_window_does_and_not_before(
    core: str, outcome: str, release: str, settle: Callable[..., None], host: WebHost
) -> None:
    order = interrupted(host)
    host.said(word("open"))
    end = threading.Timer(0.5, host.said, [word(core)])
    end.start()
    settle(order, host.journal)
    assert not end.is_alive()
    assert ((host.journal.outcome() or {})["outcome"], host.release) == (outcome, release)
    assert not host.is_closed
    heard, started = (
        [number for number, one in enumerate(host.commands) if one.startswith(words)]
        for words in ("python", "systemctl start")
    )
    assert len(heard) > 1
    assert heard[-1] < started[0]


@pytest.mark.parametrize("settle", [window.settle, window.settle_at_boot])
def test_a_web_that_cannot_go_forward_goes_back(
    settle: Callable[..., None], host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = interrupted(host)
    host.said(word("finished"))

    def full(order: Any, journal: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(window.upgrade, "configure", full)
    settle(order, host.journal)
    outcome = host.journal.outcome() or {}
    assert (outcome["outcome"], outcome["reason"], host.release) == (
        "rolled back", "OSError: No space left on device", "old",
    )  # fmt: skip


def test_a_web_on_its_way_back_does_not_turn_round(host: WebHost) -> None:
    order = interrupted(host)
    host.journal.note("going back", reason="/archives/ answers 500")
    host.said(word("finished"))
    window.settle_at_boot(order, host.journal)
    outcome = host.journal.outcome() or {}
    assert (outcome["reason"], host.release) == ("/archives/ answers 500", "old")


def closed(host: WebHost) -> int:
    """The exit status of the verb `closed`."""
    order = host.order()
    (host.place / "order.json").write_text(json.dumps(order))
    return window.main(["closed", str(host.place)])


def test_a_web_counts_as_closed_when_it_has_stopped(
    host: WebHost, capsys: pytest.CaptureFixture[str]
) -> None:
    host.journal.note("opened")
    host.journal.note("begun", step=window_web.CLOSED)
    host.journal.note("done", step=window_web.CLOSED)
    assert closed(host) == 0
    assert f"done: {window_web.CLOSED}" in capsys.readouterr().out
    assert host.journal.outcome() is None


def test_who_waits_for_a_step_goes_on_at_its_end_while_the_window_is_at_work(
    host: WebHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_at_work() -> bool:
        raise AssertionError("nobody has to be asked any more")

    monkeypatch.setattr(progress, "_ALIVE_SECONDS", -1)
    host.journal.note("opened")
    host.journal.note("done", step=window_web.CLOSED)
    assert progress.follow(host.journal, is_at_work, until=window_web.CLOSED) is None
    with pytest.raises(AssertionError, match="nobody has to be asked"):
        progress.follow(host.journal, is_at_work, until="Core's host has finished")


def test_a_web_that_is_only_about_to_stop_is_not_closed(
    host: WebHost, capsys: pytest.CaptureFixture[str]
) -> None:
    host.journal.note("opened")
    host.journal.note("begun", step=window_web.CLOSED)
    assert closed(host) == 1
    assert "ended without an outcome" in capsys.readouterr().out


def test_a_web_whose_window_ended_before_is_not_closed(
    host: WebHost, capsys: pytest.CaptureFixture[str]
) -> None:
    host.journal.note("opened")
    host.journal.end("rolled back", reason="no room")
    assert closed(host) == 1
    said = capsys.readouterr().out
    assert "error: rolled back to 3.3.10-py3.11-0123456789ab: no room" in said
    assert f'mailman_acknowledged_window = "{ID}"' in said


def test_a_web_without_postfix_gives_it_no_command(host: WebHost) -> None:
    host.said(word("finished"))
    window.run(host.order(), host.journal)
    assert {one.split()[0] for one in host.commands} == {"systemctl", "python"}
