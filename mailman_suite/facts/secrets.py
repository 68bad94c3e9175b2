"""Which secrets a host has; digests instead of values."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class Secrets(ProgramFact):
    """`{"missing", "attributes", "digests"}` as `host/secrets.py look` answers."""

    program_name = "secrets"
