"""What every host of a run waits for, one wave after the other."""

from pyinfra.api import deploy

from mailman_suite.fleet.waves import Wave
from mailman_suite.operations import fleet
from mailman_suite.suite.suite import Suite


@deploy("Verify")
def healthy(suite: Suite, wave: Wave) -> None:
    """The wave's suites answer as their users would ask; no later wave begins before."""
    name = "The running suite passes its checks"
    fleet.healthy(name=name if wave.alone else f"{name} ({wave})", suite=suite, wave=wave)
