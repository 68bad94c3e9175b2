"""Who is at a host: real processes take it, hold it, and are gone.

A shell stands for the connection: it is told to be the "controller", as pyinfra is for @local.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import runs
from mailman_suite.runs.busy import in_the_way
from tests.unit.rules import ROOT

PROGRAM = "mailman_suite.host.apply.runs"
BOB, EVE = "20261121T210000-b0b000", "20261121T220000-e7e000"


class Connection:
    """A process below which commands run as long as it lives."""

    def __init__(self, history: Path) -> None:
        self.history = history
        self.shell = subprocess.Popen(
            ["sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        )

    def ask(self, verb: str, **asked: Any) -> dict[str, Any]:
        """What the program answers to a command of this connection."""
        whole = {"history": str(self.history), "places": [str(self.history.parent / "window")]}
        words = [sys.executable, "-m", PROGRAM, verb, json.dumps({**whole, **asked})]
        assert self.shell.stdin and self.shell.stdout
        # `:` keeps the shell above the program: it would else become the program itself.
        line = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
        self.shell.stdin.write(f"{line}; :\n".encode())
        self.shell.stdin.flush()
        return dict(json.loads(self.shell.stdout.readline()))

    def begin(self, run: str, *, seen: str = "", breaks: str = "") -> dict[str, Any]:
        return self.ask(
            "begin", record=record(run), seen=seen, breaks=breaks, controller=self.shell.pid
        )

    def end(self, run: str, outcome: str = "done", reason: str = "") -> dict[str, Any]:
        return self.ask("end", run=run, outcome=outcome, reason=reason, changed=0)

    def kill(self) -> None:
        self.shell.kill()
        self.shell.wait()
        assert self.shell.stdin and self.shell.stdout
        self.shell.stdin.close()
        self.shell.stdout.close()


def record(run: str) -> dict[str, Any]:
    known = {"run": run, "who": "bob@desk" if run == BOB else "eve@lap", "host": "lists"}
    times = {"deploy": "mailman", "began": "", "ended": "", "seconds": None}
    return {**known, **times, "from": "a", "to": "b", "window": "", "outcome": "",
            "changed": None, "reason": ""}  # fmt: skip


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[tuple[Connection, Connection]]:
    two = (
        Connection(tmp_path / "state/history.jsonl"),
        Connection(tmp_path / "state/history.jsonl"),
    )
    yield two
    for one in two:
        one.kill()


Two = tuple[Connection, Connection]


def test_a_second_run_is_told_who_is_at_it_and_nothing_is_written(connections: Two):
    bob, eve = connections
    assert bob.begin(BOB)["begun"]
    before = bob.history.read_text()
    seen = eve.ask("look")
    assert (seen["last"], seen["busy"]["who"]) == (BOB, "bob@desk")
    assert seen["busy"]["seconds"] >= 0 and "holder" not in seen["busy"]
    assert eve.begin(EVE, seen=BOB)["busy"]["run"] == BOB
    assert eve.begin(EVE)["busy"]["run"] == BOB
    assert bob.history.read_text() == before
    assert bob.ask("look")["busy"] == {}, "nobody is in one's own way"


def test_a_run_that_ended_leaves_one_whole_record_and_a_free_host(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    assert bob.end(BOB)["outcome"] == "done"
    (kept,) = runs.records(str(bob.history))
    assert kept.keys() == record(BOB).keys(), "one form of record, here and on the controller"
    assert kept["began"] <= kept["ended"] and kept["seconds"] >= 0
    assert eve.begin(EVE, seen=BOB)["begun"]
    assert bob.end(BOB) == {}, "it is not bob's any more"
    assert bob.history.stat().st_mode & 0o077 == 0 == bob.history.parent.stat().st_mode & 0o077


def test_a_killed_controller_frees_the_host_and_is_told_of(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    bob.kill()
    assert eve.ask("look") == {"last": BOB, "busy": {}}
    (lost,) = eve.ask("history")["records"]
    assert (lost["outcome"], lost["reason"]) == ("interrupted", "its control machine was lost")
    assert eve.begin(EVE, seen=BOB)["begun"]
    first, second = runs.records(str(eve.history))
    assert first == lost and second["run"] == EVE
    assert [one["outcome"] for one in eve.ask("history")["records"]] == ["interrupted", "under way"]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ({"outcome": "finished"}, "W1 finished"),
        (
            {"outcome": "rolled back", "reason": "DataError: no\nmore"},
            "W1 rolled back: DataError: no",
        ),
        (None, "W1 not ended"),
    ],
    ids=str,
)
def test_what_the_window_of_a_lost_run_came_to_is_told(
    connections: Two, outcome: dict[str, str] | None, told: str
):
    bob, eve = connections
    bob.begin(BOB)
    window(bob, BOB, outcome)
    bob.kill()
    (lost,) = eve.ask("history")["records"]
    assert (lost["window"], lost["reason"]) == ("W1", f"its control machine was lost; {told}")


def test_a_failed_run_has_its_windows_reason_and_a_good_one_has_none(connections: Two):
    bob, _ = connections
    bob.begin(BOB)
    window(bob, BOB, {"outcome": "rolled back", "reason": "no room"})
    ended = bob.end(BOB, "failed", "Window | The release that runs is b")
    assert ended["reason"] == "Window | The release that runs is b; W1 rolled back: no room"
    bob.begin(EVE, seen=BOB)
    window(bob, EVE, {"outcome": "finished", "reason": ""})
    assert bob.end(EVE)["reason"] == ""


def window(one: Connection, run: str, outcome: dict[str, str] | None) -> None:
    place = one.history.parent / "window"
    place.mkdir(exist_ok=True)
    (place / "order.json").write_text(json.dumps({"id": "W1", "run": run}))
    if outcome:
        (place / "outcome.json").write_text(json.dumps(outcome))


def test_one_that_hangs_is_ended_by_its_name_and_by_no_other(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    assert "busy" in eve.begin(EVE, seen=BOB, breaks="20261121T210000-0000ff")
    assert eve.begin(EVE, seen=BOB, breaks=BOB)["begun"]
    assert bob.shell.wait(timeout=10) == -9, "nothing more comes from that connection"
    first, _ = runs.records(str(eve.history))
    assert first["reason"] == "superseded by eve@lap"


def test_what_was_looked_at_before_another_run_is_looked_at_again(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    bob.end(BOB)
    refused = eve.begin(EVE, seen="")["busy"]
    assert (refused["run"], refused["seconds"]) == (
        BOB,
        bob.ask("history")["records"][0]["seconds"],
    )
    assert eve.begin(EVE, seen=BOB)["begun"]


def test_a_history_that_vanished_since_it_was_looked_at_is_told(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    bob.end(BOB)
    bob.history.unlink()
    refused = in_the_way(eve.begin(EVE, seen=BOB)["busy"])
    assert str(bob.history.name) in refused.found
    assert refused.remedy.startswith("run again")
    assert eve.begin(EVE, seen="")["begun"]


def test_a_second_deploy_of_one_command_goes_on_with_the_same_record(connections: Two):
    bob, _ = connections
    bob.begin(BOB)
    assert bob.begin(BOB)["begun"]
    (one,) = runs.records(str(bob.history))
    assert one["run"] == BOB


def test_another_process_with_the_same_number_is_not_taken_for_the_run(connections: Two):
    bob, eve = connections
    bob.begin(BOB)
    for changed in ({"started": 1}, {"boot": "another boot"}):
        (one,) = runs.records(str(bob.history))
        kept = {**one, "holder": {**one["holder"], **changed}}
        runs.write(str(bob.history), [kept])
        assert eve.ask("look")["busy"] == {}
        runs.write(str(bob.history), [one])
    assert eve.ask("look")["busy"]


def test_the_history_keeps_the_newest_runs(connections: Two):
    bob, _ = connections
    bob.history.parent.mkdir(mode=0o700)
    old = [{**record(f"{number}"), "ended": "then"} for number in range(1000)]
    runs.write(str(bob.history), old)
    bob.begin(BOB, seen="999")
    kept = runs.records(str(bob.history))
    assert (len(kept), kept[0]["run"], kept[-1]["run"]) == (1000, "1", BOB)


def test_a_command_that_comes_from_nowhere_known_takes_no_host(tmp_path: Path):
    above = [one["name"] for one in runs.ancestors()]
    if any(name.startswith("sshd") for name in above):
        pytest.skip("this test runs below an SSH server, which is a known place")
    with pytest.raises(SystemExit, match=r"expected an SSH server or pyinfra among them"):
        runs.connection(0)
    assert runs.connection(os.getppid())["pid"] == os.getppid()
