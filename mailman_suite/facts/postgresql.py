"""What the host's PostgreSQL server lacks: roles, databases, and access for other hosts."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.connections import Access, MissingRoles


class SuiteDatabases(ProgramFact[MissingRoles]):
    """`{"roles": [...], "databases": [...]}`: what is not as declared."""

    program_name = "apply.postgresql"


class DatabaseAccess(ProgramFact[Access]):
    """`{"listens", "missing", "surplus", "loaded"}`: what other hosts can reach of the server."""

    program_name = "apply.postgresql_access"
