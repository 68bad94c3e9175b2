"""Checks of the running suite, as its users would make them."""

from pyinfra import host
from pyinfra.api import deploy

from mailman_suite.base.refusal import Refusal, Refused
from mailman_suite.checks.posting import local_domain
from mailman_suite.facts.verify import LocalDomains
from mailman_suite.operations import probe, verify
from mailman_suite.suite.suite import Suite


@deploy("Verify")
def answers(suite: Suite) -> None:
    """Core, web, mail, jobs and databases pass the suite's checks."""
    verify.answers(name="The running suite passes its checks", suite=suite)


@deploy("Verify")
def delivers(suite: Suite) -> None:
    """A message travels from SMTP to a mailbox and the archive."""
    if not suite.settings.runs("core"):
        return
    try:
        domain = local_domain(host.get_fact(LocalDomains))
    except Refusal as error:
        raise Refused(host.name, error.reasons) from None
    probe.arrives(
        name="A post reaches its subscriber and the archive", suite=suite, member_domain=domain
    )
