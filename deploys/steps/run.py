"""The run itself: it has its hosts to itself."""

from pyinfra.api import deploy

from mailman_suite.operations import run
from mailman_suite.suite.suite import Suite


@deploy("Run")
def begins(suite: Suite, to: str) -> None:
    """No other run has the host until this one has ended."""
    run.begun(name="No other run has this host", suite=suite, to=to)
