"""Every unit of the suite: Core, web, worker, proxy, MTA and the timers of the jobs."""

from pyinfra.api import deploy

from mailman_suite.operations import units
from mailman_suite.suite.suite import Suite


@deploy("Services")
def run(suite: Suite) -> None:
    """Every unit runs with its current files; a database server's host has none of the suite's."""
    if suite.settings.role == "database":
        return
    units.current(
        name="Services and timers run with their current files",
        suite=suite,
    )
