"""Declared domains and lists exist; what is not declared belongs to the lists' owners."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.mailing_lists import MailingLists
from mailman_suite.settings.lists import ListSettings
from mailman_suite.suite.commands import core_command


@operation()
def present(domains: list[str], lists: list[ListSettings]) -> Generator[StringCommand, None, None]:
    """Every domain and list exists, and the declared attributes of a list have their values."""
    declared = {
        "rest": f"http://{layout.LOOPBACK}:{layout.REST_PORT}/3.1",
        "password_file": f"{layout.SECRETS}/rest_password",
        "lmtp_map": layout.LMTP_MAP,
        "domains": domains,
        "lists": [one.model_dump() for one in lists],
    }
    found = host.get_fact(MailingLists, arguments=declared)
    if not any(found.values()):
        host.noop("every declared domain and list exists")
        return
    yield program("apply.mailing_lists", "apply", declared)
    if found["stale_map"]:
        yield core_command("aliases")
    if found["missing_lists"]:
        # Postfix's resolver checks for a changed map every ten seconds; until then, mail bounces.
        yield StringCommand("postfix reload")
