"""This computer's records of runs, and the table that people read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.runs import history
from mailman_suite.runs import record as run_record

# A run of its own in a process of its own: begins on a host and then waits, or ends.
BEGINS = """
import sys
from mailman_suite.runs import record as run_record
one = run_record.record("lists1", "3.3.9-py3.11-00", "3.3.10-py3.11-00")
run_record.note_begun(one)
print(one["run"], flush=True)
sys.stdin.readline()
run_record.note_ended([{**one, "outcome": "done", "seconds": 41.2, "changed": 3}])
"""


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAILMAN_RECORDS", str(tmp_path / "records"))
    return tmp_path / "records"


def begun() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    run = subprocess.Popen([sys.executable, "-c", BEGINS], stdin=pipe, stdout=pipe, text=True)
    assert run.stdout
    run.stdout.readline()
    return run


def test_a_run_is_under_way_until_it_ends(records: Path):
    run = begun()
    assert [one["outcome"] for one in run_record.history()] == ["under way"]
    assert not run_record.has_ended(run_record.history()[0]["run"])
    run.communicate("go on\n")
    (ended,) = run_record.history()
    assert (ended["outcome"], ended["seconds"]) == ("done", 41.2)
    assert run_record.has_ended(ended["run"])
    assert json.loads((records / "history.jsonl").read_text()) == ended
    assert list((records / "begun").iterdir()) == []


def test_a_killed_run_is_interrupted_and_the_next_one_notes_it(records: Path):
    lost = begun()
    lost.send_signal(signal.SIGKILL)
    lost.communicate()
    (told,) = run_record.history()
    assert told["outcome"] == "interrupted"
    assert run_record.has_ended(told["run"])
    begun().communicate("go on\n")
    assert [one["outcome"] for one in run_record.history()] == ["interrupted", "done"]
    assert len((records / "history.jsonl").read_text().splitlines()) == 2


def test_two_runs_at_once_keep_both_records(records: Path):
    first, second = begun(), begun()
    first.communicate("go on\n")
    assert [one["outcome"] for one in run_record.history()] == ["done", "under way"]
    second.communicate("go on\n")
    assert [one["outcome"] for one in run_record.history()] == ["done", "done"]


def test_records_are_for_nobody_else(records: Path):
    begun().communicate("go on\n")
    assert (records / "history.jsonl").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "plain"),
    [("anna", "anna"), ("anna smith", "anna?smith"), ("a\x1b[31m$(id)'", "a??31m??id??")],
)
def test_names_are_taken_as_data(name: str, plain: str, monkeypatch: pytest.MonkeyPatch):
    assert run_record.plain(name) == plain
    monkeypatch.setenv("SUDO_USER", name)
    run_record.this_run.cache_clear()
    assert run_record.this_run().who.startswith(f"{plain}@")
    run_record.this_run.cache_clear()


BEGAN = "2026-11-21 21:03:55"


def record(**changed: Any) -> dict[str, Any]:
    names = {"run": "r", "who": "anna@laptop", "host": "lists1", "deploy": "mailman"}
    times = {"began": "2026-11-21T21:03:55Z", "ended": "", "seconds": 41.2, "window": ""}
    aims = {"from": "3.3.10-py3.11-0123456789ab", "to": "3.3.10+forked-py3.11-0123456789ab"}
    return {**names, **times, **aims, "outcome": "done", "changed": 3, "reason": "", **changed}


def test_the_table_is_for_people():
    interrupted = {"outcome": "interrupted", "seconds": None, "changed": None, "reason": "gone"}
    refused = {"outcome": "refused", "seconds": None, "changed": None, "from": "", "to": ""}
    lines = history.table(
        [
            record(),
            record(changed=0, seconds=2.4, host="a"),
            record(**interrupted),
            record(outcome="failed", changed=0, seconds=2.0, reason="Lists exist"),
            record(**refused, reason="port 25 is taken"),
            record(**{"from": "Core 3.3.8, made by hand"}, seconds=4000.0, changed=1),
        ]
    )
    assert [" ".join(line.split()) for line in lines] == [
        "began (UTC) host deploy who from to took outcome",
        f"{BEGAN} lists1 mailman anna@laptop 3.3.10 3.3.10+forked 41 s done, 3 changes",
        f"{BEGAN} a mailman anna@laptop 3.3.10 3.3.10+forked 2 s done, nothing changed",
        f"{BEGAN} lists1 mailman anna@laptop 3.3.10 3.3.10+forked ? interrupted: gone",
        f"{BEGAN} lists1 mailman anna@laptop 3.3.10 3.3.10+forked 2 s failed: Lists exist",
        f"{BEGAN} lists1 mailman anna@laptop - - - refused: port 25 is taken",
        f"{BEGAN} lists1 mailman anna@laptop Core 3.3.8, made by hand 3.3.10+forked"
        " 67 min done, 1 change",
    ]


def test_one_host_can_be_asked_for(records: Path, capsys: pytest.CaptureFixture[str]):
    begun().communicate("go on\n")
    history.main(["lists1"])
    assert "lists1" in capsys.readouterr().out
    history.main(["lists2"])
    assert capsys.readouterr().out.startswith("this computer has no runs on record")


def test_the_records_of_tests_are_not_those_of_people():
    assert os.environ["MAILMAN_RECORDS"]
