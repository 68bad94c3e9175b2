"""The archive, where it is on other hosts than Core."""

from pyinfra.api import deploy

from mailman_suite.operations import archive
from mailman_suite.suite import Suite


@deploy("Archive")
def caught_up(suite: Suite) -> None:
    """It has what was posted while its hosts were closed for a window, or away."""
    if suite.settings.role == "core":
        archive.caught_up(name="Nothing waits for the archive")
