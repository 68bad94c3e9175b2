"""A run through the real command: it takes its host, and its end is told however it comes.

What pyinfra logs before it disconnects is the last moment with connections and with the exception
that ended the run; `mailman_suite/runs/end.py` lives from that. The host is this computer, its
history a file of the test's.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import runs
from mailman_suite.runs import record
from tests.contract.repository import Repository, Run
from tests.unit.rules import ROOT

CONFIG = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from pyinfra import config
    config.FAIL_PERCENT = 0
    from mailman_suite.runs.end import keep_records
    keep_records()
"""
DEPLOY = """
    from types import SimpleNamespace
    from pyinfra import host
    from mailman_suite.base.refusal import Refusal, Refused
    from mailman_suite.facts.history import QUESTION, History
    from mailman_suite.host.apply import runs
    from mailman_suite.operations import run
    from pyinfra.operations import server

    QUESTION["history"] = "state/history.jsonl"
    last = host.get_fact(History, arguments=QUESTION)["records"][-1:]
    suite = SimpleNamespace(
        running="3.3.9",
        last_run=last[0]["run"] if last else "",
        breaks=host.data.get("mailman_break_run", ""),
    )

    def begins():
        run.begun(name="No other run has this host", suite=suite, to="3.3.10")

    def does(command):
        server.shell(name=f"It is done by {command}", commands=[command])

    begins()
"""


class Host:
    """This computer as a host, and the records on both sides."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository

    def run(self, then: str, *options: str) -> Run:
        """One run of a deploy that begins and then does this."""
        self.repository.write("mailman.py", DEPLOY + f"    {then}\n")
        return self.repository.pyinfra("@local", "mailman.py", *(options or ("-y",)))

    @property
    def there(self) -> list[dict[str, Any]]:
        return runs.records(str(self.repository.path / "state/history.jsonl"))

    @property
    def here(self) -> list[dict[str, Any]]:
        return record.history()


@pytest.fixture
def host(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Host:
    records = repository.path / "records"
    monkeypatch.setenv("MAILMAN_RECORDS", str(records))
    repository.write(
        "config.py",
        f"    import os\n    os.environ['MAILMAN_RECORDS'] = {str(records)!r}\n" + CONFIG,
    )
    return Host(repository)


def summary(found: list[dict[str, Any]]) -> list[tuple[str, int | None, str]]:
    return [(one["outcome"], one["changed"], one["reason"]) for one in found]


def test_a_run_that_is_done_leaves_the_same_record_on_both_sides(host: Host):
    run = host.run('does("true")')
    assert run.returncode == 0, run.stderr
    assert summary(host.there) == summary(host.here) == [("done", 1, "")]
    (there,), (here,) = host.there, host.here
    same = ("run", "who", "host", "deploy", "from", "to", "window")
    assert {key: there[key] for key in same} == {key: here[key] for key in same}
    assert (here["deploy"], here["from"], here["to"]) == ("mailman", "3.3.9", "3.3.10")


def test_beginning_is_no_change_and_a_plan_writes_nothing(host: Host):
    assert host.run("", "--dry").returncode == 0
    assert (host.there, host.here) == ([], [])
    run = host.run("", "-y", "--json")
    (begun,) = run.operations.values()
    assert not begun["success"], "a second run would have to be called changed"
    assert summary(host.there) == [("done", 0, "")]


def test_a_failed_run_names_what_failed_and_not_what_it_said(host: Host):
    run = host.run('does("echo s3cret >&2; false")')
    assert run.returncode == 1
    (told,) = summary(host.there)
    assert told[:2] == ("failed", 0)
    assert told[2].startswith("It is done by")
    assert summary(host.here) == [told]


FAILING = {
    "a program that had printed what it did": 'does("echo created a list; false")',
    "a second command": 'server.shell(name="It is done", commands=["true", "false"])',
}


@pytest.mark.parametrize("then", FAILING.values(), ids=FAILING)
def test_what_a_failed_operation_had_done_counts_as_a_change(host: Host, then: str):
    host.run(then)
    assert [one[:2] for one in summary(host.there)] == [("failed", 1)]


def test_an_error_in_the_middle_is_a_failed_run(host: Host):
    host.run('does("true"); server.files.missing', "-y")
    assert host.there == [], "an error of the preparation begins nothing"


def test_a_refused_run_is_known_here_alone(host: Host):
    refusal = 'Refusal(found="port 25 is taken", expected="-", remedy="-")'
    host.run(f"raise Refused(host.name, [{refusal}])")
    assert host.there == []
    assert summary(host.here) == [("refused", None, "port 25 is taken")]
    for plan in ("--dry", "--json"):
        host.run(f"raise Refused(host.name, [{refusal}])", plan)
    assert len(host.here) == 1, "a plan writes nothing"


def test_a_killed_run_frees_the_host_and_the_next_one_says_that_it_was_lost(host: Host):
    with at_it(host) as run:
        run.kill()
    assert [one["outcome"] for one in host.here] == ["interrupted"]
    assert host.run('does("true")').returncode == 0
    assert [one["outcome"] for one in host.there] == ["interrupted", "done"]
    assert [one["outcome"] for one in host.here] == ["interrupted", "done"]


@contextmanager
def at_it(host: Host) -> Iterator[subprocess.Popen[bytes]]:
    """A run whose command is under way and waits for the file `go`; gone at the end."""
    waits = "touch waits; until test -e go; do sleep 0.1; done; touch over"
    host.repository.write("mailman.py", DEPLOY + f'    does("{waits}")\n')
    command = [sys.executable, "-m", "pyinfra", "-y", "@local", "mailman.py"]
    process = subprocess.Popen(
        command,
        cwd=host.repository.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: (host.repository.path / "waits").exists(), process)
        yield process
    finally:
        process.kill()
        process.wait()
        host.repository.write("go", "")  # the command outlives its run


def _until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Returns once it is so; fails where the process ends before, or after three minutes."""
    deadline = time.monotonic() + 180
    while not is_so():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_second_run_is_refused_at_its_beginning_and_the_first_goes_on(host: Host):
    with at_it(host) as first:
        second = host.run('does("touch changed")')
        assert second.returncode == 1
        assert "has been running deploys/" in second.stderr
        assert f"--data mailman_break_run={host.there[0]['run']}" in " ".join(second.stderr.split())
        assert not (host.repository.path / "changed").exists()
        assert [one["outcome"] for one in host.here] == ["refused", "under way"]

        third = host.run(
            'does("true")', "-y", "--data", f"mailman_break_run={host.there[0]['run']}"
        )
        assert third.returncode == 0, third.stderr
        assert first.wait(60) == -signal.SIGKILL
    assert [one["outcome"] for one in host.there] == ["interrupted", "done"]
    assert "superseded by" in host.there[0]["reason"]


STOPPED = ("interrupted", 0, "the operator stopped the run")


def test_ctrl_c_is_told_as_the_operators_wish(host: Host):
    with at_it(host) as process:
        process.send_signal(signal.SIGINT)
        _until(lambda: bool(host.there[-1]["ended"]), process)
        host.repository.write("go", "")  # pyinfra itself waits for what is under way
        process.wait(90)
    assert summary(host.there) == summary(host.here) == [STOPPED]


def test_an_operation_that_ends_while_the_host_is_told_is_in_neither_record(host: Host):
    with at_it(host) as process:
        with runs.locked(str(host.repository.path / "state")):
            process.send_signal(signal.SIGINT)
            _until(lambda: _waits_for_the_history(host), process)
            host.repository.write("go", "")
            _until((host.repository.path / "over").exists, process)
            time.sleep(0.5)  # pyinfra hears of it
        process.wait(90)
    assert summary(host.there) == summary(host.here) == [STOPPED]


def _waits_for_the_history(host: Host) -> bool:
    """Whether the program that ends a run on its host wants the lock that this process holds."""
    inode = (host.repository.path / "state").stat().st_ino
    blocked = [line for line in Path("/proc/locks").read_text().splitlines() if "->" in line]
    return any(f":{inode} " in line for line in blocked)


BUSY = {
    "run": "r",
    "who": "eve@lap",
    "deploy": "mailman",
    "began": "then",
    "ended": "",
    "seconds": 7,
}
ENDINGS = {
    "one fails": ('{"begun": "then"}', "exit 9", "failed", 1),
    "somebody is at one": (json.dumps({"busy": BUSY}), "true", "refused", 0),
}


@pytest.mark.parametrize(("begins", "does", "outcome", "changed"), ENDINGS.values(), ids=ENDINGS)
def test_a_host_that_did_nothing_wrong_is_not_called_failed(
    host: Host, begins: str, does: str, outcome: str, changed: int
):
    """Two hosts: what ends the run for one ends it for both."""
    answers: dict[str, Any] = {
        **{words: {"success": False} for words in ("exit 9", "exit 1")},
        " history ": '{"records": []}',
        " begin ": begins,
        " end ": "{}",
    }
    two = ["@local", ("@fake/b", {"fake_responses": answers})]
    host.repository.write("hosts.py", f"hosts = {two!r}\n")
    then = f'does("true" if host.name == "@local" else "{does}"); does("true")'
    host.repository.write("mailman.py", DEPLOY + f"    {then}\n")
    run = host.repository.pyinfra("hosts.py", "mailman.py", "-y")
    assert run.returncode == 1, run.stderr
    here = {one["host"]: one for one in host.here}
    assert here["@fake/b"]["outcome"] == outcome
    ended = ("interrupted", changed, "the run ended when @fake/b failed")
    assert summary([here["@local"]]) == summary(host.there) == [ended]
