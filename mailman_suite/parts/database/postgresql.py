"""PostgreSQL, on this host or on another."""

from __future__ import annotations

from mailman_suite.parts.database.server import Packaging, Server

ANSWER = Server(
    name="postgresql",
    title="PostgreSQL",
    between_hosts=True,
    packaging={
        "apt": Packaging(
            server=("postgresql",),
            client=("postgresql-client",),
            unit="postgresql@.service",
        ),
        "dnf": Packaging(
            server=("postgresql-server",),
            client=("postgresql",),
            unit="postgresql.service",
            initialise="test -e /var/lib/pgsql/data/PG_VERSION || postgresql-setup --initdb",
        ),
    },
    service="postgresql.service",
    process="postgres",
    port=5432,
    django_engine="postgresql",
)
