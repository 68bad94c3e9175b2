"""One whole, consistent copy of what runs."""

from pyinfra.api import deploy

from mailman_suite.operations import backup
from mailman_suite.suite.suite import Suite


@deploy("Backup")
def made(suite: Suite) -> None:
    """Databases, lists, queues, configuration and secrets of one instant are in one archive."""
    backup.made(name=f"A backup of {suite.running} is made", suite=suite)
