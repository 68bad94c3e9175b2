"""Backups of a suite of the lab, as its administrator makes them, and how they ended."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.lab import installed
from tests.lab.suites import Suite, eventually

ARCHIVES = "/var/backups/mailman3-suite"
_DEPLOY = "deploys/backup.py"
PLACE = "/var/lib/mailman3-suite/backup"


def make(
    suite: Suite, changed: Mapping[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    """One run of deploys/backup.py; `stdout` holds everything that it said."""
    declared = {**suite.combination.data, **(changed or {})}
    return installed.converge(suite.machine, declared, deploy=_DEPLOY)


def begin(suite: Suite) -> subprocess.Popen[bytes]:
    """The same, under way."""
    words = installed.command(suite.machine, suite.combination.data, deploy=_DEPLOY)
    return subprocess.Popen(words, cwd=installed.REPOSITORY, stdout=subprocess.DEVNULL)


def archives(suite: Suite) -> list[str]:
    """Every file where backups are, those that are being written too."""
    return suite.run(f"ls -A {ARCHIVES} 2>/dev/null || true").split()


def newest(suite: Suite) -> str:
    """The path of the last archive on the host."""
    return f"{ARCHIVES}/{max(name for name in archives(suite) if name.endswith('.tar.gz'))}"


def described(suite: Suite) -> dict[str, Any]:
    """What stands beside the last archive."""
    path = newest(suite).replace(".tar.gz", ".json")
    found: dict[str, Any] = json.loads(suite.run(f"cat {shlex.quote(path)}"))
    return found


def settled(suite: Suite) -> dict[str, Any]:
    """How the last backup ended; waits until it has."""
    eventually(lambda: "outcome" in _outcome(suite), "the backup ends by itself", 240)
    return _outcome(suite)


def _outcome(suite: Suite) -> dict[str, Any]:
    text = suite.machine.run(f"cat {PLACE}/outcome.json", check=False).stdout
    return dict(json.loads(text or "{}"))
