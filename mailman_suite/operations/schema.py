"""Both databases have the schema that the current release's code expects."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.facts.schema import Schema
from mailman_suite.host.wire.connections import Connections, SchemaQuestion
from mailman_suite.suite.commands import core_command, web_command

# Any Core command migrates first; unlike `mailman info` this one shows no secret, and unlike
# `mailman aliases` it needs no Postfix.
_CORE_MIGRATION = core_command("lists", "--quiet")
_WEB_MIGRATION = web_command("migrate", "--noinput", "--verbosity", "1")
_START = f"systemctl start --no-block {layout.CORE_UNIT}"  # Core takes longest of all to start


@operation()
def current(databases: Connections, heads: str) -> Generator[StringCommand, None, None]:
    """Core's and the web's schema are at the heads of the code.

    + databases: as `mailman_suite.parts.database.connections.connections` gives them
    + heads: path of the release's `heads.json`
    """
    asked: SchemaQuestion = {**databases, "heads": heads}
    behind = host.get_fact(Schema, arguments=asked)
    if not (behind["core"] or behind["web"]):
        host.noop("both schemas are current")
        return
    if behind["new"]:
        yield from _made()
        return
    if behind["core"]:
        yield _CORE_MIGRATION
    if behind["web"]:
        yield _WEB_MIGRATION


def _made() -> Generator[StringCommand, None, None]:
    """Both at the same time, and Core starts at once: nobody uses a suite without data yet."""
    core = StringCommand("(", _CORE_MIGRATION, ") && systemctl daemon-reload &&", _START)
    yield StringCommand("{", core, "; } & (", _WEB_MIGRATION, ") && wait $!")
