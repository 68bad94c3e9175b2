"""Which of the suite's roles and databases are missing on the host's PostgreSQL server."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class SuiteDatabases(ProgramFact):
    """`{"roles": [...], "databases": [...]}`: what is not as declared."""

    program_name = "postgresql"
