"""What pyinfra, `inspect` and paramiko would do again for every host, and do not for ours."""

from __future__ import annotations

import inspect
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import paramiko
import pytest

from mailman_suite.base.ssh import nodelay_transport
from mailman_suite.runs.call_stacks import deploys_are_no_modules

ROOT = Path(__file__).parents[2]
DEPLOY = "deploys/mailman.py"
# pyinfra itself, which says each time that it checks the required packages.
COUNTING = """
from pyinfra.api import config
from pyinfra_cli.main import main
check = config.config_checkers["REQUIRE_PACKAGES"]
def told(packages):
    if packages:
        print("checked", packages)
    check(packages)
config.config_checkers["REQUIRE_PACKAGES"] = told
main()
"""


@pytest.fixture
def said(tmp_path: Path) -> str:
    """What a plan for three hosts says, with our configuration."""
    deploy = tmp_path / "deploy.py"
    deploy.write_text("from pyinfra import state\nprint('at a time:', state.pool.size)\n")
    run = subprocess.run(
        [sys.executable, "-c", COUNTING, "--dry", "@fake/a,@fake/b,@fake/c", str(deploy)],
        cwd=ROOT,
        env={**os.environ, "MAILMAN_RECORDS": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_required_packages_are_checked_once_for_any_number_of_hosts(said: str):
    assert said.count("checked requirements.txt") == 1


def test_the_number_of_processors_here_does_not_say_how_many_hosts_run_at_a_time(said: str):
    assert said.count("at a time: 100\n") == 3


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> Iterator[FrameType]:
    """One of a deploy file, executed as pyinfra does, before anything is known of it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(inspect, "modulesbyfile", {})
    monkeypatch.setattr(inspect, "_filesbymodname", {})
    names = {"inspect": inspect}
    exec(compile("frame = inspect.currentframe()", DEPLOY, "exec"), names)
    yield names["frame"]


def modules_looked_at(frame: FrameType, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many `inspect` goes through to tell where a frame is."""
    seen = []
    with monkeypatch.context() as patched:
        original = inspect.ismodule
        patched.setattr(inspect, "ismodule", lambda one: seen.append(one) or original(one))
        inspect.getframeinfo(frame)
    return len(seen)


def test_inspect_looks_through_no_modules_for_a_deploy_file(
    frame: FrameType, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(2):
        assert modules_looked_at(frame, monkeypatch) > 100
    deploys_are_no_modules()
    assert modules_looked_at(frame, monkeypatch) < 5


def test_inspect_says_of_a_deploy_file_what_it_said(frame: FrameType):
    before = inspect.getframeinfo(frame), inspect.getmodule(frame)
    deploys_are_no_modules()
    assert (inspect.getframeinfo(frame), inspect.getmodule(frame)) == before
    assert before[1] is None


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as ours,
        server.accept()[0],
    ):
        yield ours


def test_a_quiet_connection_is_looked_at_once_a_second(connection: socket.socket):
    paramiko.Transport(connection)
    assert connection.gettimeout() == 0.1
    nodelay_transport(connection)
    assert connection.gettimeout() == 1.0
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
