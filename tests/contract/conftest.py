"""A toy repository per test and the pyinfra command to run in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.repository import Repository

SERVER = Path(__file__).parent / "cli_server.py"


@pytest.fixture(scope="session")
def cli_server() -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYINFRA_FAKE_DELAY": "0", "PYINFRA_FAKE_DELAY_JITTER": "0"}
    pipe = subprocess.PIPE
    command = [sys.executable, str(SERVER)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as server:
        yield server
        assert server.stdin
        server.stdin.close()


@pytest.fixture
def repository(tmp_path: Path, cli_server: subprocess.Popen[str]) -> Repository:
    return Repository(tmp_path, cli_server)
