"""Every unit of the suite: Core, web, worker, proxy, MTA and the timers of the jobs."""

from pyinfra.api import deploy

from mailman_suite.operations import units
from mailman_suite.suite.suite import Suite


@deploy("Services")
def run(suite: Suite) -> None:
    """Every unit runs with the files that stand on the host now; the database's are its own."""
    if suite.settings.role == "database":
        return
    units.current(
        name="Services and timers run with their current files",
        suite=suite,
    )
