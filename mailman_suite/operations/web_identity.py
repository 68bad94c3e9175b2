"""The site has its own name and a superuser who can log in."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.web_identity import WebIdentity
from mailman_suite.host.wire.connections import Database
from mailman_suite.host.wire.web_identity import DeclaredIdentity


@operation()
def present(
    database: Database, web_host: str, domains: list[str], superuser: str, email: str
) -> Generator[StringCommand, None, None]:
    """Site, mail domains and superuser exist, the superuser's address verified.

    The password is the host's own secret; an existing user keeps the one it has.
    """
    declared: DeclaredIdentity = {
        "database": database,
        "secrets": layout.SECRETS,
        "web_host": web_host,
        "domains": domains,
        "superuser": superuser,
        "email": email.lower(),
    }
    if not host.get_fact(WebIdentity, arguments=declared)["missing"]:
        host.noop("site, domains and superuser exist")
        return
    yield StringCommand(
        f"cat {layout.SECRETS}/superuser_password | MAILMAN_WEB_CONFIG={layout.WEB_SETTINGS}",
        program(
            "apply.web_identity",
            "apply",
            declared,
            python=f"{layout.BIN}/python",
            as_user=layout.USER,
        ),
    )
