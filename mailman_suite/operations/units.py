"""Units are enabled and run, with the files that the host has now."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base.host_program import program
from mailman_suite.facts.units import Units
from mailman_suite.suite.suite import Suite
from mailman_suite.suite.units import declaration


@operation()
def current(suite: Suite) -> Generator[StringCommand, None, None]:
    """Every unit is enabled and runs with the files that the host has now.

    + suite: the host's suite

    Example:

        units.current(name="Services run with their current files", suite=suite)
    """
    declared = declaration(suite)
    todo = host.get_fact(Units, arguments=declared)
    if not any(todo.values()):
        host.noop("every unit runs with its current files")
        return
    yield program("apply.units", "apply", stdin=declared)
