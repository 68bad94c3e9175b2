"""Operators at their own computers, and a network that is cut for one of them alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab import installed
from tests.lab.suites import Suite

HISTORY = "/var/lib/mailman3-suite/history.jsonl"
_CUT = """
table inet {name} {{
  chain out {{ type filter hook output priority 0; tcp dport 22 tcp sport {port} drop; }}
  chain in {{ type filter hook input priority 0; tcp sport 22 tcp dport {port} drop; }}
}}
"""


@dataclass(frozen=True)
class Operator:
    """Somebody with a computer and records of their own."""

    name: str
    records: Path

    def begin(self, suite: Suite, changed: Mapping[str, Any]) -> subprocess.Popen[str]:
        """A run of the deploy with these settings changed, under way."""
        environment = {"SUDO_USER": self.name, "MAILMAN_RECORDS": str(self.records)}
        return subprocess.Popen(
            installed.command(suite.machine, {**suite.combination.data, **changed}),
            cwd=installed.REPOSITORY,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, suite: Suite, changed: Mapping[str, Any]) -> tuple[int, str]:
        """A whole run: its exit status and, in one line, what it said."""
        with self.begin(suite, changed) as process:
            said, _ = process.communicate(timeout=400)
        return process.returncode, " ".join(said.split())

    def last(self) -> dict[str, Any]:
        """The newest of the operator's own records."""
        return _records((self.records / "history.jsonl").read_text())[-1]


def on_host(suite: Suite) -> list[dict[str, Any]]:
    """The host's own records."""
    return _records(suite.machine.run(f"cat {HISTORY}").stdout)


def _records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def until_begun(process: subprocess.Popen[str], operation: str) -> None:
    """Returns when a run begins an operation whose name holds these words."""
    assert process.stdout
    for line in process.stdout:
        if re.search(rf"Starting operation: .*{re.escape(operation)}", line):
            return
    raise AssertionError(f"the run ended before {operation}")


@contextmanager
def cut_off(suite: Suite, process: subprocess.Popen[str]) -> Iterator[None]:
    """No packet passes between a run and its host; for everybody else all is as before."""
    words = ["ss", "-tnpH", "dst", suite.machine.address, "dport", "=", ":22"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    (own,) = (line for line in shown.splitlines() if f"pid={process.pid}," in line)
    port = own.split()[3].rpartition(":")[2]
    name = f"mmlab_operator_{port}"
    subprocess.run(
        ["nft", "-f", "-"], input=_CUT.format(name=name, port=port), text=True, check=True
    )
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", name], check=True)


@contextmanager
def lost_with_its_network(suite: Suite, operator: Operator) -> Iterator[None]:
    """A run whose network breaks and whose computer then dies: the host hears of neither."""
    with operator.begin(suite, {}) as process:
        until_begun(process, "packages are installed")
        with cut_off(suite, process):
            process.kill()
            process.communicate()
            time.sleep(1)
            yield
