"""Settings: group data as one frozen value. Pure.

One file for each group has the type, default, rule, description and example of its fields, and
docs/settings.md is made from them (`reference.py`). `reading.py` makes the value from group data.
"""

from __future__ import annotations

from pydantic import BaseModel

from mailman_suite.settings.command_line import CommandLineSettings
from mailman_suite.settings.core import CoreSettings
from mailman_suite.settings.database import DatabaseSettings
from mailman_suite.settings.fleet import FleetSettings
from mailman_suite.settings.lists import ListsSettings
from mailman_suite.settings.model import PER_HOST, PerHost
from mailman_suite.settings.parts import PartSettings
from mailman_suite.settings.rehearsal import RehearsalSettings
from mailman_suite.settings.roles import RoleSettings
from mailman_suite.settings.secret_references import SecretSettings
from mailman_suite.settings.suite import SuiteSettings
from mailman_suite.settings.web import WebSettings
from mailman_suite.settings.windows import WindowSettings


class Settings(  # in the order of docs/settings.md
    SuiteSettings,
    WebSettings,
    ListsSettings,
    CoreSettings,
    DatabaseSettings,
    PartSettings,
    SecretSettings,
    WindowSettings,
    FleetSettings,
    RoleSettings,
    RehearsalSettings,
    CommandLineSettings,
):
    """What one host's suite should be: every group in one value."""

    @property
    def admin_email(self) -> str:
        """The superuser's address: its own, or the site owner's."""
        return self.superuser_email or self.site_owner

    @property
    def database_server(self) -> str:
        """Where this host reaches the database server."""
        return next(iter(self.addresses("database")), self.database_host)


GROUPS: tuple[type[BaseModel], ...] = Settings.__bases__


def deciding() -> tuple[str, ...]:
    """The settings that decide how an upgrade goes, by their names without the prefix."""
    return tuple(
        name
        for group in GROUPS
        if not issubclass(group, PerHost)
        for name, field in group.model_fields.items()
        if PER_HOST not in field.metadata
    )
