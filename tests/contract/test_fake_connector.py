"""The `@fake` connector runs the real command line against a host that is written down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.contract.repository import Repository

HOSTS = """
    import re
    hosts = [
        ("@fake/debian", {"fake_responses": {
            "cat /etc/os-release": 'ID=debian\\nVERSION_ID="12"',
            re.compile(r"which missing"): {"success": False, "stderr": "not found"},
        }}),
        "@fake/blank",
    ]
"""
DEPLOY = """
    from pyinfra import host
    from pyinfra.facts.server import OsRelease
    from pyinfra.operations import server
    from tracing import trace

    trace(f"{host.name} {host.get_fact(OsRelease)}")
    server.shell(name="look for it", commands=["which missing"])
"""


def test_the_real_command_runs_against_recorded_answers(repository: Repository):
    """In a process of its own, as users start it; the other tests here fork."""
    repository.write("hosts.py", HOSTS)
    repository.write("deploy.py", DEPLOY)
    run = subprocess.run(
        [Path(sys.executable).parent / "pyinfra", "hosts.py", "deploy.py", "-y", "--json"],
        cwd=repository.path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=os.environ | {"PYINFRA_FAKE_DELAY": "0", "PYINFRA_FAKE_DELAY_JITTER": "0"},
    )
    assert run.returncode == 1
    assert json.loads(run.stdout)["results"]["failed_hosts"] == ["@fake/debian"]
    assert sorted(repository.trace()) == [
        "@fake/blank None",
        "@fake/debian {'id': 'debian', 'version_id': '12'}",
    ]
