"""The suite's roles and databases on the host's own PostgreSQL server."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite import layout
from mailman_suite.facts.postgresql import SuiteDatabases
from mailman_suite.host_program import program


@operation()
def databases(
    roles: Mapping[str, str], owned: Mapping[str, str], port: int, initialise: str | None
) -> Generator[StringCommand, None, None]:
    """Each role can log in with its secret and owns its database.

    + roles: role -> file name of its password under the secrets directory
    + owned: database -> role
    + initialise: the command that a distribution needs before its server can start, if any
    """
    declared = {
        "roles": dict(roles), "databases": dict(owned), "secrets": layout.SECRETS, "port": port
    }  # fmt: skip
    missing = host.get_fact(SuiteDatabases, arguments=declared)
    if not (missing["roles"] or missing["databases"]):
        host.noop("roles and databases are as declared")
        return
    if initialise:
        yield StringCommand(initialise)
    yield StringCommand("systemctl enable --now --quiet postgresql.service")
    yield program("postgresql", "apply", declared)
