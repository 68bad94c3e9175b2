"""One whole, consistent copy of what runs."""

from pyinfra.api import deploy

from mailman_suite.operations import backup
from mailman_suite.suite.suite import Suite


@deploy("Backup")
def made(suite: Suite) -> None:
    """One archive has databases, lists, queues, configuration and secrets as of one instant."""
    backup.made(name=f"A backup of {suite.running} is made", suite=suite)
