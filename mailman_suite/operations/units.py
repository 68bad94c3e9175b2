"""Units are enabled, run, and have read the files that now stand on the host."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.units import Units


@dataclass(frozen=True)
class Unit:
    """How one unit should be.

    `inputs` are the files and links that its process reads when it starts; one that changed later
    than that calls for a restart, or for a reload where `reloads` is true. `waits` is for units
    that start others, as timers do.
    """

    name: str
    inputs: tuple[str, ...] = ()
    reloads: bool = False
    waits: bool = False
    pid_file: str = ""


@operation()
def current(units: tuple[Unit, ...]) -> Generator[StringCommand, None, None]:
    """Every unit is enabled and runs with the files that stand on the host now."""
    declared = declaration(units)
    todo = host.get_fact(Units, arguments=declared)
    if not any(todo.values()):
        host.noop("every unit runs with its current files")
        return
    yield program("apply.units", "apply", stdin=declared)


def declaration(units: tuple[Unit, ...]) -> Mapping[str, Any]:
    """What `host/apply/units.py` gets."""
    return {
        "stamps": f"{layout.STATE}/reloaded",
        "units": {
            one.name: {
                "state": "waiting" if one.waits else "running",
                "inputs": one.inputs,
                "reload": one.reloads,
                "pid_file": one.pid_file,
            }
            for one in units
        },
    }
