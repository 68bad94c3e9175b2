"""The two databases and their schemas."""

from pyinfra.api import deploy

from mailman_suite.operations import files, postgresql, schema
from mailman_suite.parts.database.chosen import by_engine
from mailman_suite.parts.database.connections import connections, peers
from mailman_suite.parts.database.postgresql import ANSWER as _POSTGRESQL
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite


@deploy("Database")
def reachable(suite: Suite) -> None:
    """On the database server's host, both databases exist and accept connections."""
    settings = suite.settings
    if suite.database.is_local(settings):
        by_engine(_PROVIDED, suite.database.name)(suite)


def _postgresql(suite: Suite) -> None:
    settings = suite.settings
    postgresql.databases(
        name="Core and web each have a database and a role",
        roles={
            settings.database_core_user: "database_core_password",
            settings.database_web_user: "database_web_password",
        },
        owned={
            settings.database_core_name: settings.database_core_user,
            settings.database_web_name: settings.database_web_user,
        },
        port=settings.database_port,
        initialise=_POSTGRESQL.packaging[suite.platform.package_tool].initialise,
    )
    if settings.is_split:
        _open_to_the_suites_hosts(suite)


def _open_to_the_suites_hosts(suite: Suite) -> None:
    settings = suite.settings
    files.managed(
        name="The database server starts after the suite's network",
        declared=suite_files.database_server(suite),
    )
    postgresql.open_to(
        name="The database server admits only the suite's hosts",
        peers=peers(settings),
        address=settings.address,
        port=settings.database_port,
    )


_PROVIDED = {_POSTGRESQL.name: _postgresql}


@deploy("Database")
def schema_current(suite: Suite) -> None:
    """Both schemas are at the heads of the release's code; Core's host migrates both."""
    if not suite.settings.runs("core"):
        return
    schema.current(
        name="Both schemas match the release",
        databases=connections(suite.settings),
        heads=f"{suite.release_directory}/heads.json",
    )
