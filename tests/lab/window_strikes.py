"""Strikes a window at a chosen step, in one of the ways in which windows really end early."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from lab.machines import Machine
from tests.lab import installed
from tests.lab.suites import Suite, eventually

Strike = Literal["controller-killed", "network-cut", "power-cut", "window-killed", "shut-down"]
WINDOW = "/var/lib/mailman3-suite/window"
SETTLED_SECONDS = 400  # a Core that does not come is waited for, then the old one is started
# Every step up to the commit where a schema changes, and the one after it.
STEPS = (
    "There is space for the snapshot and a rollback",
    "Configuration is copied",
    "Postfix holds mail back, pages are read-only",
    "Jobs have ended",
    "Core has emptied its queues",
    "Core is stopped",
    "Core's snapshot is taken",
    "The web is stopped",
    "The web's snapshot is taken",
    "Queues are set aside",
    "Contents are counted",
    "The new configuration is in place",
    "The link leads to the new release",
    "Both schemas are migrated",
    "Counts are unchanged",
    "The new release is started",
    "The web answers",
    "Core answers",
    "Mail flows again",
)
# Runs on the host: returns in the instant in which a window that opens from now on begins a step.
_WATCH = """
import os, subprocess, sys, time
step, then, window = sys.argv[1:]
def opened():
    try:
        return open(window + "/journal.jsonl").readline()
    except OSError:
        return ""
before = opened()
deadline = time.monotonic() + 120
while time.monotonic() < deadline:
    try:
        text = open(window + "/journal.jsonl").read()
    except OSError:
        text = ""
    if text and not text.startswith(before or "?") and f'"step": "{step}"' in text:
        sys.exit(subprocess.call(["sh", "-c", then]))
    time.sleep(0.01)
sys.exit(f"no window began {step!r}")
"""
_KILL_WINDOW = "systemctl kill --kill-whom=main --signal=KILL mailman-window.service"


@contextmanager
def upgrading(suite: Suite, changed: Mapping[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """A run of the deploy with these settings changed, under way."""
    run = subprocess.Popen(
        installed.command(suite.machine, {**suite.combination.data, **changed}),
        cwd=installed.REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


def when_begun(machine: Machine, step: str, then: str = "true", place: str = WINDOW) -> None:
    """Returns when the next window has begun the step and the host has run a command of root's.

    `place` is the directory with the journal; a backup has one too.
    """
    words = shlex.join(["python3", "-", step, then, place])
    machine.run(words, stdin=_WATCH, timeout=180)


def strike(suite: Suite, changed: Mapping[str, Any], step: str, how: Strike) -> dict[str, Any]:
    """The outcome of a window that was struck when it began a step."""
    with upgrading(suite, changed) as run:
        when_begun(suite.machine, step, _KILL_WINDOW if how == "window-killed" else "true")
        if how == "controller-killed":
            os.killpg(run.pid, signal.SIGKILL)
        elif how == "network-cut":
            suite.machine.network_cut()
            run.kill()
            time.sleep(2)
            suite.machine.network_repair()
        elif how == "power-cut":
            suite.machine.power_cut()
            suite.machine.boot()
        elif how == "shut-down":
            suite.machine.shut_down()
            suite.machine.boot()
        return settled(suite)


def settled(suite: Suite) -> dict[str, Any]:
    """How the last window ended; waits until it has."""
    eventually(lambda: "outcome" in _outcome(suite), "the window ends by itself", SETTLED_SECONDS)
    return _outcome(suite)


def _outcome(suite: Suite) -> dict[str, Any]:
    text = suite.machine.run(f"cat {WINDOW}/outcome.json", check=False).stdout
    return {"id": suite.run(f"basename $(readlink {WINDOW})").strip(), **json.loads(text or "{}")}
