"""Killed and concurrent uses of the lab, in a second lab so that nobody else's machines end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PREFIX = f"mmt{os.getpid()}"
pytestmark = pytest.mark.xdist_group("second-lab")  # one network, so one worker at a time
ENVIRONMENT = {"MAILMAN_LAB_PREFIX": PREFIX, "MAILMAN_LAB_NETWORK": "10.78.0.0/24"}


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    yield
    _lab("down", "--all")
    shutil.rmtree(Path("/var/lib/mailman-lab", PREFIX), ignore_errors=True)


@pytest.mark.parametrize("seconds", [0.15, 0.25, 0.4, 0.7, 1.0])
def test_a_killed_up_does_not_block_the_next(seconds: float) -> None:
    killed = _start("up", "one")
    time.sleep(seconds)
    killed.send_signal(signal.SIGKILL)
    killed.wait()

    done = _lab("up", "one")

    assert done.returncode == 0, done.stderr
    assert _lab("shell", "one", "hostname").stdout == "one\n"


def test_a_half_made_machine_is_made_anew() -> None:
    _lab("up", "one")
    _lab("shell", "one", "touch /srv/old /run/old")
    Path("/var/lib/mailman-lab", PREFIX, "machines/one/machine.json").unlink()

    done = _lab("up", "one")

    assert done.returncode == 0, done.stderr
    assert _lab("shell", "one", "ls -d /srv/old /run/old").stdout == ""


def test_two_processes_make_two_machines_and_one_machine_once() -> None:
    started = [_start("up", name) for name in ("one", "two", "two")]

    assert [process.wait() for process in started] == [0, 0, 0]
    lines = [line.split() for line in _lab("list").stdout.splitlines()]
    assert [line[0] for line in lines] == ["one", "two"]
    assert len({line[1] for line in lines}) == 2


def test_down_all_leaves_nothing() -> None:
    _lab("up", "one")
    assert [line for line in _traces() if "bridge" in line], "the search finds a running lab"
    assert [line for line in _traces() if "process" in line], "the search finds a running lab"

    assert _lab("down", "--all").returncode == 0

    assert _traces() == []


def test_down_all_is_content_with_a_lab_that_was_never_used() -> None:
    assert _lab("down", "--all").returncode == 0


def test_a_killed_image_build_leaves_no_process_and_no_mount(tmp_path: Path) -> None:
    building = _start("up", "one", MAILMAN_LAB_CACHE=str(tmp_path))
    _wait_for(lambda: any(tmp_path.glob("images/.bookworm-*/root/debootstrap")))
    building.send_signal(signal.SIGKILL)
    building.wait()

    _wait_for(lambda: not _processes_naming(str(tmp_path)), seconds=5)
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_the_lab_says_in_one_sentence_why_it_cannot_run() -> None:
    weak = ["setpriv", "--bounding-set=-sys_admin", sys.executable, "-m", "lab", "up", "one"]
    done = subprocess.run(weak, cwd=REPOSITORY, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr.strip() == (
        "lab: root lacks CAP_SYS_ADMIN here, probably inside an unprivileged container"
    )


def _traces() -> list[str]:
    """Whatever on this box still carries the second lab's prefix, one line each."""
    links = json.loads(_output("ip", "-json", "link", "show"))
    tables = _output("nft", "list", "tables").splitlines()
    mounts = Path("/proc/mounts").read_text().splitlines()
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{PREFIX}")]
    return [
        *(f"bridge {link['ifname']}" for link in links if PREFIX in link["ifname"]),
        *(f"table {line}" for line in tables if PREFIX in line),
        *(f"mount {line}" for line in mounts if PREFIX in line),
        *(f"group {line}" for line in groups),
        *(f"process {pid}" for pid in _processes_naming(PREFIX)),
    ]


def _processes_naming(word: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _wait_for(condition: object, seconds: float = 20.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def _start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "lab", *arguments]
    return subprocess.Popen(
        argv, cwd=REPOSITORY, env=os.environ | ENVIRONMENT | environment, stdout=subprocess.DEVNULL
    )


def _lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "lab", *arguments]
    environment = os.environ | ENVIRONMENT
    return subprocess.run(argv, cwd=REPOSITORY, env=environment, capture_output=True, text=True)


def _output(*argv: str) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout
