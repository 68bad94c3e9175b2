"""Core's runners are forked from one initialised master, and nothing else is different.

The reasons for the patch stand in releases/3.3.10+forked/patches/mailman.patch.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.machines import Machine
from tests.lab import mail_flow
from tests.lab.installed import Combination
from tests.lab.suites import CORE, Suite, clone, eventually

HERE = Path(__file__).parent
CONFIG = "/etc/mailman3/mailman.cfg"
GREETING = "bash -c 'read -r line </dev/tcp/127.0.0.1/8024 && echo $line'"
FORK, EXEC = ({"extra": f"[mailman]\nrunner_start: {way}\n"} for way in ("fork", "exec"))
# What waits for a signal that was lost waits 30 s for gunicorn, or for ever.
LOST_SECONDS = 20
RUNNERS = "archive bounces command digest in lmtp out pipeline rest retry task virgin"
# `mailman restart` does not restart REST; a runner that is told to end ends for good, but gunicorn
# calls that a success, and the master starts REST again.
DOES = {
    "SIGHUP to in": "new -, gone -",
    "SIGHUP to rest": "new -, gone -",
    "SIGHUP to master": "new -, gone -",
    "SIGINT to in": "new in, gone -",
    "SIGINT to rest": "new rest, gone -",
    "SIGINT to master": "ends with 0",
    "SIGTERM to in": "new -, gone in",
    "SIGTERM to rest": "new rest, gone -",
    "SIGTERM to master": "ends with 0",
    "SIGUSR1 to in": "new in, gone -",
    "SIGUSR1 to rest": "new -, gone -",
    "SIGUSR1 to master": f"new {RUNNERS.replace('rest ', '')}, gone -",
    "SIGUSR2 to in": "new in, gone -",
    "SIGUSR2 to rest": "new -, gone -",
    "SIGUSR2 to master": "ends with -12",
    "SIGKILL to in": "new in, gone -",
    "SIGKILL to rest": "new rest, gone -",
    "SIGKILL to master": "ends with -9",
}


SQLITE = Combination("bookworm", "sqlite", "3.3.10+forked")
POSTGRESQL = Combination("trixie", "postgresql", "3.3.10+forked")


def on(*combinations: Combination, full: Combination | None = None) -> pytest.MarkDecorator:
    """Asks a suite of each of these, and one in `make test-full` alone."""
    asked = [*((one, ()) for one in combinations), *([(full, (pytest.mark.full,))] if full else ())]
    rows = [
        pytest.param(one, id=str(one), marks=[pytest.mark.xdist_group(f"core start {one}"), *marks])
        for one, marks in asked
    ]
    return pytest.mark.parametrize("suite", rows, indirect=True, scope="module")


on_each_database = on(SQLITE, POSTGRESQL)
every_day_on_one = on(SQLITE, full=POSTGRESQL)


@pytest.fixture(scope="module")
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """An installed suite, with modules that tests give Core to run."""
    with clone(request.param) as suite:
        suite.wait_until_serving()
        source = (HERE / "witness.py").read_text(encoding="utf-8")
        suite.run("install -D -m 644 /dev/stdin /run/witness/witness/__init__.py", stdin=source)
        yield suite


@pytest.fixture
def stopped(suite: Suite) -> Iterator[Machine]:
    """The machine while its Core is stopped, for masters that are started by hand."""
    suite.run(f"systemctl stop {CORE}")
    yield suite.machine
    suite.run(f"systemctl start {CORE}")
    suite.wait_until_serving()


def by_hand(machine: Machine, verb: str, **given: Any) -> Any:
    """What a verb of `masters.py` answers on the machine."""
    source = (HERE / "masters.py").read_text(encoding="utf-8")
    words = shlex.join(["python3", "-", verb, json.dumps(given)])
    return json.loads(machine.run(words, stdin=source, timeout=3600).stdout)


def assert_ended(rows: list[dict[str, Any]]) -> None:
    """Each stop ended the master and all that it had started, and left no file."""
    wrong = [
        one
        for one in rows
        if one["left"] or one["status"] == "hung" or one["seconds"] > LOST_SECONDS
    ]
    assert wrong == []
    assert len({one["stage"] for one in rows}) >= 6, "stops came at many stages of the start"


@on_each_database
@pytest.mark.parametrize(("times", "busy"), [(32, 0), (12, 6)])
def test_a_stop_at_any_stage_of_the_start_leaves_nothing(
    stopped: Machine, times: int, busy: int
) -> None:
    assert_ended(by_hand(stopped, "storm", times=times, busy=busy, **FORK))


@on_each_database
@pytest.mark.full
@pytest.mark.parametrize(("way", "times", "busy"), [(FORK, 200, 0), (FORK, 200, 8), (EXEC, 48, 0)])
def test_two_hundred_stops_leave_nothing(
    stopped: Machine, way: dict[str, str], times: int, busy: int
) -> None:
    assert_ended(by_hand(stopped, "storm", times=times, busy=busy, **way))


@every_day_on_one
def test_signals_do_what_they_do(stopped: Machine) -> None:
    assert by_hand(stopped, "signalled", **FORK) == [f"{one}: {does}" for one, does in DOES.items()]


@on_each_database
@pytest.mark.full
def test_signals_do_the_same_to_interpreters_of_their_own(stopped: Machine) -> None:
    assert by_hand(stopped, "signalled", **EXEC) == [f"{one}: {does}" for one, does in DOES.items()]


@every_day_on_one
def test_a_runner_sees_what_an_interpreter_of_its_own_would(stopped: Machine) -> None:
    forked = by_hand(stopped, "witnessed", **FORK)
    assert forked == by_hand(stopped, "witnessed", **EXEC)
    assert forked["environment"]["MAILMAN_UNDER_MASTER_CONTROL"] == "1"


@on_each_database
def test_no_process_shares_a_connection(stopped: Machine) -> None:
    """REST's workers share the socket that they accept from, and nothing else is shared."""
    found = by_hand(stopped, "held", **FORK)
    assert [one for one in found["master"] if one.startswith("socket:") or ".db" in one] == []
    assert [one for one in found["shared"] if set(one) != {"runner:rest"}] == []


@every_day_on_one
def test_runners_are_forked_unless_a_fork_would_be_different(stopped: Machine) -> None:
    def ways(extra: str) -> set[str]:
        return {how for _, how in by_hand(stopped, "way", extra=extra).values()}

    assert ways("") == {"fork"}
    assert ways(EXEC["extra"]) == {"exec"}
    for name in ("Plugin", "Threaded"):
        section = f"[plugin.witness]\nclass: witness.{name}\nenabled: yes\n"
        assert ways(section) == {"exec"}, name


@every_day_on_one
def test_a_runner_may_have_several_processes(stopped: Machine) -> None:
    found = by_hand(stopped, "way", extra="[runner.in]\ninstances: 2\n")
    assert found["in"] == [2, "fork"]
    assert found["out"] == [1, "fork"]


def children(suite: Suite) -> dict[str, str]:
    """The name of each child of the master -> its pid; those that start by exec by their words."""
    master = suite.run(f"systemctl show -P MainPID {CORE}").strip()
    rows = suite.run(f"ps --ppid {master} -o pid=,comm=,args=").splitlines()
    found = {}
    for pid, name, words in (row.split(None, 2) for row in rows):
        told = re.search(r"--runner=(\w+)", words)
        found[told[1] if told else name.partition(":")[2]] = pid
    return found


def wait_for_another(suite: Suite, name: str, pid: str) -> None:
    """Returns when another process is the runner."""
    eventually(lambda: children(suite).get(name, pid) != pid, f"{name} is replaced")


@on_each_database
def test_runners_that_are_killed_are_replaced_and_no_mail_is_lost(suite: Suite) -> None:
    sender, *_ = mail_flow.add_members(suite)
    with mail_flow.steady(suite, sender) as flow:
        for name, pid in sorted(children(suite).items()):
            workers = suite.run(f"pgrep -P {pid} || true").split() if name == "rest" else []
            for one in (*workers, pid):
                suite.run(f"kill -KILL {one}")
            wait_for_another(suite, name, pid)
    assert set(children(suite)) == set(RUNNERS.split())
    suite.run("postqueue -f")  # what met no LMTP server would wait for minutes
    mail_flow.assert_each_once(suite, flow.accepted)


@every_day_on_one
def test_a_runner_that_ends_again_and_again_is_given_up(suite: Suite) -> None:
    """After ten restarts, as [runner.master] max_restarts says."""
    suite.run(f"systemctl restart {CORE}")
    for _ in range(10):
        pid = children(suite)["retry"]
        suite.run(f"kill -KILL {pid}")
        wait_for_another(suite, "retry", pid)
    suite.run(f"kill -KILL {children(suite)['retry']}")
    log = "tail -5 /opt/mailman/mm/var/logs/mailman.log"
    eventually(lambda: "retry reached maximum restart" in suite.run(log), "it is given up")
    assert "retry" not in children(suite)
    suite.run(f"systemctl restart {CORE}")
    assert "retry" in children(suite)


@on_each_database
def test_a_killed_master_leaves_no_orphan_and_no_lock(suite: Suite) -> None:
    master = suite.run(f"systemctl show -P MainPID {CORE}").strip()
    before = {master, *children(suite).values()}
    suite.run(f"kill -KILL {master}")
    eventually(
        lambda: suite.run(f"systemctl show -P MainPID {CORE}").strip() not in ("0", master),
        "systemd starts Core again",
    )
    eventually(lambda: set(children(suite)) == set(RUNNERS.split()), "all runners are there")
    running = set(suite.run("ps -u mailman -o pid=").split())
    assert before & running == set()
    suite.delivers()


@on(POSTGRESQL)
def test_a_database_that_was_restarted_is_used_again(suite: Suite) -> None:
    """No runner has a connection of the master's, so each opens another one of its own."""
    suite.delivers()
    before = children(suite)
    suite.run("systemctl restart postgresql && pg_isready --timeout=30")
    suite.delivers()
    assert children(suite) == before
    assert suite.run("ls /opt/mailman/mm/var/queue/shunt").split() == []


@every_day_on_one
def test_mailman_restart_reads_the_configuration_anew(suite: Suite) -> None:
    changed = "\n[logging.smtp]\npath: changed.log\n"
    suite.run(f"cp -p {CONFIG} {CONFIG}.kept && cat >> {CONFIG}", stdin=changed)
    try:
        old = children(suite)
        suite.run("cd / && runuser -u mailman -- /opt/mailman/venv/bin/mailman restart")
        for name in ("out", "lmtp"):
            wait_for_another(suite, name, old[name])
        eventually(lambda: suite.run(GREETING).startswith("220"), "LMTP answers")
        suite.delivers()
        assert suite.run("cat /opt/mailman/mm/var/logs/changed.log").strip()
        assert "--runner=out" in suite.run(f"ps -o args= {children(suite)['out']}")
    finally:
        suite.run(f"mv {CONFIG}.kept {CONFIG} && rm -f /opt/mailman/mm/var/logs/changed.log")
        suite.run(f"systemctl restart {CORE}")
    assert "--runner=out" not in suite.run(f"ps -o args= {children(suite)['out']}")
