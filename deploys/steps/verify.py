"""The running suite, asked as its users would ask it."""

from pyinfra.api import deploy

from mailman_suite.operations import probe, verify
from mailman_suite.suite import Suite


@deploy("Verify")
def answers(suite: Suite) -> None:
    """Core, web, mail, jobs and databases keep what the suite promises."""
    verify.answers(name="The running suite keeps its promises", suite=suite)


@deploy("Verify")
def delivers(suite: Suite) -> None:
    """A message goes the whole way, from SMTP to a mailbox and the archive."""
    probe.arrives(name="A post reaches its member and the archive", suite=suite)
