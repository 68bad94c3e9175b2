"""The web's processes share what may be shared, and its worker stops however rarely it looks."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mailman_suite.base import layout
from mailman_suite.releases.catalogue import RELEASES
from tests.lab.suites import WEB, Suite, eventually

# Of a worker that seldom looks for tasks and for its end.
_PAUSES = 'Q_CLUSTER = {**Q_CLUSTER, "poll": 50, "guard_cycle": 25}'
AT_ONCE_SECONDS = 15
_NUMBERS = itertools.count(1)


@pytest.fixture
def patched(suite: Suite) -> Suite:
    """A suite whose release has our patches of mailman-web and Django-Q."""
    if not RELEASES[suite.combination.release].wakes_worker:
        pytest.skip(f"{suite.combination.release} has upstream's web")
    return suite


def web_processes(suite: Suite) -> list[str]:
    """The web's processes, the one that forks first."""
    main = suite.run(f"systemctl show -p MainPID --value {WEB}").strip()
    group = suite.run(f"systemctl show -p ControlGroup --value {WEB}").strip()
    all_of_them = suite.run(f"cat /sys/fs/cgroup{group}/cgroup.procs").split()
    return [main, *(one for one in all_of_them if one != main)]


def connections(suite: Suite, process: str) -> list[str]:
    """The database's file, or the sockets to its server, that a process has open."""
    files = suite.run(f"ls -l /proc/{process}/fd")
    sockets = suite.run("ss -H -tnp state established dport = :5432")
    return [line for line in files.splitlines() if line.endswith(layout.WEB_DATABASE)] + [
        line for line in sockets.splitlines() if f"pid={process}," in line
    ]


def test_what_a_first_page_needs_is_loaded_before_the_fork_and_no_connection_is_shared(
    patched: Suite,
) -> None:
    patched.run(f"systemctl restart {WEB}")
    processes = web_processes(patched)

    # HyperKitty's views bring this library; nothing else of the web does.
    loaded = [patched.run(f"grep -c /nh3/ /proc/{one}/maps || true") for one in processes]
    assert len(processes) == 1 + 2
    assert all(int(count) > 0 for count in loaded)
    assert [connections(patched, one) for one in processes] == [[], [], []]
    assert patched.visitor.get("/mailman3/lists/").status == 200
    assert connections(patched, processes[0]) == []


@dataclass(frozen=True)
class Worker:
    """A worker as a unit of its own, whose journal is of this test alone."""

    suite: Suite
    unit: str

    def said(self) -> str:
        """What it logged."""
        return self.suite.run(f"journalctl --no-pager -o cat -u {self.unit}")

    def seconds_to_stop(self) -> float:
        """How long it takes to end by itself."""
        began = time.monotonic()
        self.suite.run(f"systemctl stop {self.unit}")
        return time.monotonic() - began


@pytest.fixture
def slow_worker(patched: Suite) -> Iterator[Worker]:
    """A worker with long pauses beside the suite's own, in the middle of both."""
    slow = Worker(patched, f"slow-worker-{next(_NUMBERS)}")
    settings = f"/run/{slow.unit}/settings.py"
    patched.run(f"install -d -o mailman -m 700 /run/{slow.unit}")
    patched.run(f"(cat {layout.WEB_SETTINGS}; echo '{_PAUSES}') > {settings}")
    own = f"--uid=mailman --property=KillMode=mixed --setenv=MAILMAN_WEB_CONFIG={settings}"
    program = f"{layout.BIN}/mailman-web qcluster"
    patched.run(f"systemd-run --quiet --unit={slow.unit} --working-directory=/ {own} {program}")
    try:
        eventually(lambda: "pushing tasks" in slow.said(), "the slow worker runs")
        time.sleep(3)  # the first look for tasks is over
        yield slow
    finally:
        patched.machine.run(f"systemctl kill -s KILL {slow.unit}", check=False)
        patched.machine.run(f"systemctl reset-failed {slow.unit}", check=False)
        patched.run(f"rm -r /run/{slow.unit}")


def test_a_worker_stops_at_once_in_the_middle_of_its_pauses(slow_worker: Worker) -> None:
    assert slow_worker.seconds_to_stop() < AT_ONCE_SECONDS
    assert "has stopped" in slow_worker.said()


def test_a_worker_whose_pusher_was_killed_stops_at_once(slow_worker: Worker) -> None:
    pusher = slow_worker.said().partition("pushing tasks at ")[2].split()[0]
    slow_worker.suite.run(f"kill -KILL {pusher}")

    assert slow_worker.seconds_to_stop() < AT_ONCE_SECONDS
    assert "has stopped" in slow_worker.said()
