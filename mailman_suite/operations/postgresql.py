"""The suite's roles and databases on the host's own PostgreSQL server, and who may connect."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.postgresql import DatabaseAccess, SuiteDatabases
from mailman_suite.host.wire.connections import Peer


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
    yield program("apply.postgresql", "apply", declared)


@operation()
def open_to(peers: Sequence[Peer], address: str, port: int) -> Generator[StringCommand, None, None]:
    """The server listens on this address too, and admits exactly these peers, by password.

    + peers: hosts, each with its database and role
    + address: the host's own, to which they connect
    """
    declared = {
        "peers": list(peers), "listen": address, "port": port,
        "copies": layout.COPIES,
    }  # fmt: skip
    found = host.get_fact(DatabaseAccess, arguments=declared)
    if found["listens"] and found["loaded"] and not (found["missing"] or found["surplus"]):
        host.noop("the server listens for the suite's hosts and admits no others")
        return
    yield program("apply.postgresql_access", "apply", declared)
