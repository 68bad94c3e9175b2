"""How many messages wait for the archive to take them."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class SpooledMail(ProgramFact):
    """`{"waiting"}` as `host/archive_spool.py look` answers."""

    program_name = "archive_spool"
