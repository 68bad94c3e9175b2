"""Hosts of ours that run an older release with data in it, the newer one already built beside.

Core's schema is really another in the two releases, and so are Postorius' and django-q's. That of
HyperKitty is not: its newest migration is taken back by the older release's own code, so that the
window migrates its large tables too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import layers, machines
from lab.machines import Machine
from tests.lab import installed, seed
from tests.lab.installed import Combination
from tests.lab.suites import Suite, eventually

HERE = Path(__file__).parent
OLD, NEW = "3.3.9", "3.3.10+forked"
# The last migration that stays, by app; the one after it changes a column.
STAYS = {"hyperkitty": "0022"}
_PERIODS = ("minutely", "quarter_hourly", "hourly", "daily", "weekly", "monthly", "yearly")
JOBS = (*(f"hyperkitty-jobs@{period}.service" for period in _PERIODS), "mailman-digests.service")
SEEDS = (HERE / "seed.py", HERE / "seeds", HERE / "build_beside.py")


def combination(database: str) -> Combination:
    """What is installed before the window."""
    return Combination("bookworm", database, OLD)


def layer(database: str) -> str:
    """The name of the layer: the older release, seeded, behind in its schema; the newer built."""
    old = combination(database)
    return layers.cached(
        f"older-{database}",
        [*SEEDS, json.dumps([STAYS, JOBS])],
        lambda machine: _make(machine, old),
        suite=old.suite,
        parent=installed.layer(old),
    )


def _make(machine: Machine, old: Combination) -> None:
    Suite(machine, old).wait_until_serving()
    seed.fill(machine)
    # What the timers would do by themselves, at whatever moment of a test, is done already.
    for job in JOBS:
        machine.run(f"systemctl start {job}")
    eventually(lambda: seed.is_at_rest(machine), "Core has worked off its digests", 120)
    # The verification at the end of every run rightly complains of shunted mail, and Core cannot
    # make a digest of the list whose name is not ASCII.
    machine.run("rm /opt/mailman/mm/var/queue/shunt/*")
    build_beside(machine, old)
    take_schema_back(machine)


def build_beside(machine: Machine, old: Combination) -> None:
    """The newer release stands beside the older one, which goes on."""
    done = installed.converge(
        machine,
        {**old.data, "mailman_release": NEW},
        deploy=str(HERE / "build_beside.py"),
        timeout=installed.INSTALL_SECONDS,
    )
    assert done.returncode == 0, done.stdout
    heads = machine.run("cat /opt/mailman/releases/*/heads.json").stdout.splitlines()
    assert len({json.loads(one)["core"] for one in heads}) == 2, "Core's schema is the same in both"


def take_schema_back(machine: Machine) -> None:
    """The newest migrations of the web are unapplied, by the older release's own code."""
    for app, name in STAYS.items():
        migrate = f"/opt/mailman/venv/bin/mailman-web migrate {app} {name}"
        machine.run(f"cd / && runuser -u mailman -- {migrate}")


@contextmanager
def clone(database: str, name: str = "") -> Iterator[Suite]:
    """A machine of that layer, booted and serving; gone at the end."""
    machine = machines.up(f"test-{os.getpid()}-older{name}", layer=layer(database))
    try:
        suite = Suite(machine, combination(database))
        suite.wait_until_serving()
        # What the timers send after a boot is on its way before anybody counts.
        machine.run("systemctl start mailman-notify.service")
        eventually(lambda: seed.is_at_rest(machine), "Core has worked off its queues")
        # Mail that no runner works on is carried through; for old mail, every run would complain,
        # and some tests take longer than mail needs to grow old.
        machine.run("touch -d '3 hours' /opt/mailman/mm/var/queue/held-back/*")
        yield suite
    finally:
        machine.down()
