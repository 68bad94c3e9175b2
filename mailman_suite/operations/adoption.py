"""Secrets of a suite made by hand, before the window."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base.host_program import program
from mailman_suite.facts.adoption import SecretsTakenOver, secrets_question
from mailman_suite.suite.suite import Suite


@operation()
def secrets_taken_over(suite: Suite) -> Generator[StringCommand, None, None]:
    """Core's, the archiver's and Django's secrets keep their values, in files of their own.

    + suite: the suite to be, which knows where the present one has its settings
    """
    asked = secrets_question(suite)
    if not host.get_fact(SecretsTakenOver, arguments=asked)["missing"]:
        host.noop("every secret of the suite is in a file of its own")
        return
    yield program("apply.adopted_secrets", "apply", asked)
