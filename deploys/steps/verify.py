"""The running suite, asked as its users would ask it."""

from pyinfra.api import deploy

from mailman_suite.operations import verify
from mailman_suite.suite import Suite


@deploy("Verify")
def answers(suite: Suite) -> None:
    """Core, web, mail, jobs and databases keep what the suite promises."""
    verify.answers(name="The running suite keeps its promises", suite=suite)
