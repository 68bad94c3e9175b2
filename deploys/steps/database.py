"""The two databases and their schemas."""

from pyinfra.api import deploy

from mailman_suite.database import connections
from mailman_suite.operations import postgresql, schema
from mailman_suite.suite import Suite


@deploy("Database")
def reachable(suite: Suite) -> None:
    """On the host's own PostgreSQL server both databases exist; SQLite needs nothing."""
    settings = suite.settings
    if not settings.database_is_local:
        return
    postgresql.databases(
        name="Core and web have a database and a role each",
        roles={
            settings.database_core_user: "database_core_password",
            settings.database_web_user: "database_web_password",
        },
        owned={
            settings.database_core_name: settings.database_core_user,
            settings.database_web_name: settings.database_web_user,
        },
        port=settings.database_port,
        initialise=suite.platform.postgresql_initialise,
    )


@deploy("Database")
def schema_current(suite: Suite) -> None:
    """Both schemas are at the heads of the release's code; Core's host sees to both."""
    if not suite.settings.runs("core"):
        return
    schema.current(
        name="Both schemas are those of the release",
        databases=connections(suite.settings),
        heads=f"{suite.release_directory}/heads.json",
    )
