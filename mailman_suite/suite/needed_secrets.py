"""Which secrets a host needs. Pure."""

from __future__ import annotations

from mailman_suite.parts.database.chosen import database_of
from mailman_suite.settings import Settings
from mailman_suite.settings.secret_references import SecretReference


def secret_references(settings: Settings) -> dict[str, SecretReference]:
    """The secrets of the host's role: file name under the secrets directory -> reference."""
    passwords = database_of(settings).secrets(settings)
    return {name: getattr(settings, name) for name in (*settings.role_secrets, *passwords)}
