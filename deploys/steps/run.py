"""The run itself: who is at a host."""

from pyinfra.api import deploy

from mailman_suite.operations import run
from mailman_suite.suite.suite import Suite


@deploy("Run")
def begins(suite: Suite, to: str) -> None:
    """Nobody else is at the host until this run has ended."""
    run.begun(name="Nobody else is at this host", suite=suite, to=to)
