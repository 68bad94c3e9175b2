"""Secrets of a suite made by hand, before the window."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.adoption import SecretsTakenOver
from mailman_suite.suite.places import Places


@operation()
def secrets_taken_over(places: Places) -> Generator[StringCommand, None, None]:
    """Core's, the archiver's and Django's secrets keep their values, in files of their own.

    + places: where the suite has its settings, and which accounts run it
    """
    asked = {
        "directory": layout.SECRETS,
        "core_config": layout.CORE_CONFIG,
        "archiver_config": layout.ARCHIVER_CONFIG,
        "web_settings": places.web_settings,
        "python": places.python,
        "user": places.web_user,
    }
    if not host.get_fact(SecretsTakenOver, arguments=asked)["missing"]:
        host.noop("every secret of the suite is in a file of its own")
        return
    yield program("apply.adopted_secrets", "apply", asked)
