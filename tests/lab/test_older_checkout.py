"""What a checkout from before the folders left on a host: the new one ends it and rolls it back.

The older one's programs have other module names, and its orders lack what newer ones say.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import layers, machines
from lab.machines import Machine
from tests.lab import backups, installed, older, returns
from tests.lab.suites import Suite
from tests.lab.window_checks import assert_whole, runs
from tests.lab.window_strikes import settled

pytestmark = pytest.mark.full  # to build its layer takes longer than the test

COMMIT = "65f18f6"
OLD = older.combination("sqlite")
BACK = {"outcome": "rolled back"}  # `assert_whole` judges a window; the older release runs
# As a database that cannot be reached at a boot; outside of what a window puts back.
_HINDER = "/usr/local/lib/systemd/system/mailman-window-recovery.service.d/hindered.conf"
_HINDERED = "[Service]\nExecStartPre=/bin/false\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The older checkout, from this repository's own history."""
    git = ["git", "-C", str(installed.REPOSITORY), "archive", COMMIT]
    packed = subprocess.run(git, capture_output=True)
    if packed.returncode:
        pytest.skip(f"needs the whole history: {packed.stderr.decode().strip()}")
    place = tmp_path_factory.mktemp("checkout")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tar:
        tar.extractall(place, filter="data")
    return place


def _make(machine: Machine, checkout: Path) -> None:
    """An older release, a backup of it, and a window to the newer: all by the older checkout."""
    suite = Suite(machine, OLD)
    for deploy, data in (("mailman", {}), ("backup", {}), ("mailman", returns.NEWER)):
        done = returns.run(suite, deploy, data, checkout)
        assert done.returncode == 0, done.stdout
        if deploy == "mailman":
            suite.wait_until_serving()
            suite.delivers()


@pytest.fixture
def suite(checkout: Path) -> Iterator[Suite]:
    """A host on which only the older checkout has worked so far."""
    made = layers.cached(
        "older-checkout",
        [COMMIT, json.dumps([OLD.data, returns.NEWER], sort_keys=True)],
        lambda machine: _make(machine, checkout),
        suite=OLD.suite,
    )
    machine = machines.up(f"test-{os.getpid()}-older-checkout", layer=made)
    try:
        suite = Suite(machine, OLD)
        suite.wait_until_serving()
        yield suite
    finally:
        machine.down()


def test_what_an_older_checkout_left_is_ended_rolled_back_and_restored(
    suite: Suite, checkout: Path
) -> None:
    window = returns.last_window(suite)
    to_window = {**returns.NEWER, "mailman_rollback": window}
    then = json.loads(suite.run(f"cat /var/lib/mailman3-suite/windows/{window}/manifest.json"))

    _leave_interrupted(suite, checkout, to_window)
    refused = suite.converge(returns.NEWER)
    assert refused.returncode != 0
    assert "was interrupted and has not ended" in refused.stdout
    suite.run(f"rm {_HINDER} && systemctl daemon-reload")
    suite.run("systemctl restart mailman-window-recovery")
    assert settled(suite)["outcome"] == "rolled back"
    assert runs(suite) == older.NEW
    done = suite.converge(returns.NEWER)
    assert done.returncode == 0, done.stdout
    suite.delivers()

    # The older units are back by then, but for those of the window.
    struck = returns.strike(suite, "rollback", to_window, "Counts match the snapshot", "power-cut")
    assert struck["outcome"] == "rolled back"
    suite.wait_until_serving()
    done = returns.run(suite, "rollback", to_window)
    assert done.returncode == 0, done.stdout
    assert_whole(suite, BACK, then["invariants"])
    assert suite.run("systemctl show --property=Result --value mailman-window").strip() == "success"
    suite.delivers()

    done = suite.converge()  # a restore is for a host that is as this checkout makes it
    assert done.returncode == 0, done.stdout
    done = returns.run(suite, "restore", {"mailman_backup": backups.newest(suite)})
    assert done.returncode == 0, done.stdout
    assert_whole(suite, BACK, backups.described(suite)["invariants"])
    verified = returns.run(suite, "verify", {})
    assert verified.returncode == 0, verified.stdout


def _leave_interrupted(suite: Suite, checkout: Path, to_window: dict[str, str]) -> None:
    """The host lost its power in a rollback of the older checkout's, and its boot cannot end it."""
    suite.run(f"install -D -m 644 /dev/stdin {_HINDER}", stdin=_HINDERED)
    returns.interrupt(suite, "rollback", to_window, "Data is that of then", "power-cut", checkout)
