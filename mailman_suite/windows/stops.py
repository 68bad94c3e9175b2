"""Which units a window stops, and which it starts again before its commit. Pure."""

from __future__ import annotations

from mailman_suite.base import layout
from mailman_suite.host.wire.order import UnitGroups
from mailman_suite.host.wire.sides import Side
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite

# Each side's services; the first one answers people, and starts before the commit.
_SERVICES: dict[Side, tuple[str, ...]] = {
    "core": (layout.CORE_UNIT,),
    "web": (layout.WEB_UNIT, layout.QCLUSTER_UNIT),
}


def stopped_units(suite: Suite) -> UnitGroups:
    """The units by when they stop: timers, then their jobs, Core, and the web last."""
    timers = suite_files.timers(suite)
    core, web = _services(suite)
    return {
        "timers": [*timers, layout.INDEX_PATH_UNIT],
        "jobs": [
            *(timer.replace(".timer", ".service") for timer in timers),
            layout.INDEX_UNIT,
        ],
        "core": core,
        "web": web,
    }


def _services(suite: Suite) -> tuple[list[str], list[str]]:
    adopted = suite.adoption.units if suite.adoption else ()
    if "core" in suite.leaves:
        return [], [layout.QCLUSTER_UNIT, layout.WEB_UNIT]
    if "web" in suite.leaves:
        return [layout.CORE_UNIT], []
    return [layout.CORE_UNIT, layout.QCLUSTER_UNIT], [layout.WEB_UNIT, *adopted]


def started_units(suite: Suite) -> list[str]:
    """What has to answer before the commit; the worker and the timers wait for it."""
    return [units[0] for side, units in _SERVICES.items() if side not in suite.leaves]


def units_left_alone(suite: Suite) -> list[str]:
    """The services of the sides that are the same in both releases."""
    return [unit for side in suite.leaves for unit in _SERVICES[side]]
