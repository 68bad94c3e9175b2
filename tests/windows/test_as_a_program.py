"""The window as a host starts it: a program of its own, from the bundle that a run sends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.windows import kinds, outcomes, pretending
from tests.windows.answering import answering
from tests.windows.hosts import Host
from tests.windows.loopback import loopback
from tests.windows.product import layout

_PROGRAMS = {"backup": "mailman_suite.host.backup.program"}
_WINDOW = "mailman_suite.host.window.program"


@pytest.fixture
def started(kind: str, place: Path) -> Iterator[Host]:
    """A host whose Core has processes, since the program looks for these itself."""
    host = kinds.KINDS[kind](Path(tempfile.mkdtemp(dir=place)))
    (host.root / "pretended/with-processes").touch()
    pretending.stop(host.root, layout.CORE_UNIT)
    for message in (host.var / "queue/shunt").glob("at-work-*.pck"):
        message.unlink()  # which this stop shunted, and no window
    pretending.start(host.root, layout.CORE_UNIT)
    loopback().host = outcomes.remember(host)
    with answering(host.root):
        yield host
    pretending.stop(host.root, layout.CORE_UNIT)


def program(host: Host, verb: str) -> subprocess.Popen[str]:
    """One verb, called as the window's unit calls it."""
    path = f"{host.root}/bin:{os.environ['PATH']}"
    words = [sys.executable, "-s", "-m", _PROGRAMS.get(host.kind, _WINDOW), verb, str(host.place)]
    environment = {"PATH": path, "PYTHONPATH": f"{host.place}/program"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        words, env=environment, cwd="/", stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def ended(host: Host, verb: str) -> str:
    """What the verb printed; it succeeded."""
    with program(host, verb) as process:
        said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    return said


@pytest.mark.parametrize("kind", ["release", "backup"])
def test_it_runs_to_its_end_and_tells_who_follows(kind: str, started: Host) -> None:
    ended(started, "run")
    started.at_work(False)
    assert started.outcome["outcome"] == "finished", started.outcome
    outcomes.assert_ended(started)
    said = ended(started, "follow")
    assert "done: Mail flows again" in said
    assert ("runs; the window took" if kind == "release" else "Core's pause took") in said


@pytest.mark.parametrize("kind", ["release"])
@pytest.mark.parametrize(
    ("step", "outcome"),
    [("Both schemas are migrated", "rolled back"), ("Mail flows again", "finished")],
)
def test_it_is_killed_and_settled(step: str, outcome: str, kind: str, started: Host) -> None:
    with program(started, "run") as process:
        while not started.journal.has_begun(step):
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    ended(started, "settle")
    assert started.outcome["outcome"] == outcome
    outcomes.assert_ended(started)
