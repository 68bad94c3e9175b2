"""Which secrets a host has; digests instead of values."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.secrets import SecretsFound


class Secrets(ProgramFact[SecretsFound]):
    """`{"missing", "attributes", "digests"}` as `host/apply/secrets.py look` answers."""

    program_name = "apply.secrets"
