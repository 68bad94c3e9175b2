"""What an operator does to have a hand-made host taken over: paste what the runs ask for."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

from lab import layers
from lab.machines import Machine
from tests.lab import guide_made, installed, seed
from tests.lab.guide_made import Handmade
from tests.lab.installed import DECLARED
from tests.lab.suites import eventually

HERE = Path(__file__).parent
_WARNED = HERE / "guide_made" / "warned.py"


def seeded(one: Handmade) -> str:
    """The layer of such a host with data in it."""
    return layers.cached(
        f"seeded-{one.core}-{one.database}",
        [HERE / "seed.py", HERE / "seeds", _WARNED],
        _fill,
        suite=one.suite,
        parent=guide_made.layer(one),
    )


def _fill(machine: Machine) -> None:
    """Data, and nothing that Core would do with them by itself once a clone boots."""
    seed.fill(machine)
    assert seed.check(machine) == []
    machine.run("install -m 644 /dev/stdin /var/tmp/warned.py", stdin=_WARNED.read_text())
    machine.run(f"cd / && runuser -u mailman -- {seed.VENV}/python /var/tmp/warned.py")
    eventually(lambda: seed.is_at_rest(machine), "Core has worked off its warnings")


def minimal(one: Handmade) -> dict[str, Any]:
    """What an operator declares who has not looked at the host's own files; no lists of ours."""
    chosen = {
        "mailman_release": one.becomes,
        "mailman_database": one.database,
        "mailman_lists": [],
        "mailman_stale_bounces": one.stale_bounces,
    }
    return {**DECLARED, **chosen}


def lines_of(said: str) -> dict[str, Any]:
    """The lines of group data that a refusal printed, as an operator would paste them."""
    found = re.findall(r"^ +(?:set )?(mailman_\w+) = (.+)$", said, re.MULTILINE)
    found += re.findall(r"to do: +set (mailman_\w+) = (.+)$", said, re.MULTILINE)
    return {name: ast.literal_eval(value) for name, value in found}


def declared(machine: Machine, one: Handmade) -> dict[str, Any]:
    """Group data after pasting whatever the runs asked for, until one has nothing to refuse."""
    data = minimal(one)
    for _ in range(4):
        plan = installed.converge(machine, data, ("--dry",))
        if plan.returncode == 0:
            return data
        wanted = lines_of(plan.stdout)
        assert wanted, plan.stdout
        data.update(wanted)
    raise AssertionError(f"the runs go on to ask for lines: {plan.stdout}")
