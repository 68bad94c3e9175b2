"""The barrier between waves."""

from pyinfra.api import deploy

from mailman_suite.fleet.waves import Wave
from mailman_suite.operations import fleet
from mailman_suite.suite.suite import Suite


@deploy("Verify")
def healthy(suite: Suite, wave: Wave) -> None:
    """The wave's suites pass their checks; no later wave begins before they do."""
    name = "The running suite passes its checks"
    fleet.healthy(name=name if wave.alone else f"{name} ({wave})", suite=suite, wave=wave)
