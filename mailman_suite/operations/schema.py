"""Both databases have the schema that the current release's code expects."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite import layout
from mailman_suite.commands import core_command, web_command
from mailman_suite.facts.schema import Schema

_CORE = layout.CORE_UNIT


@operation()
def current(databases: Mapping[str, Any], heads: str) -> Generator[StringCommand, None, None]:
    """Core's and the web's schema are at the heads of the code.

    + databases: as `mailman_suite.database.connections` gives them
    + heads: path of the release's `heads.json`
    """
    behind = host.get_fact(Schema, arguments={**databases, "heads": heads})
    if not (behind["core"] or behind["web"]):
        host.noop("both schemas are current")
        return
    if behind["core"]:
        # Any Core command migrates first; unlike `mailman info` this one shows no secret, and
        # unlike `mailman aliases` it needs no Postfix.
        yield core_command("lists", "--quiet")
    if behind["new"]:
        # Core takes longest to start, and nobody waits for a suite that has no data yet.
        yield StringCommand("systemctl daemon-reload && systemctl start --no-block", _CORE)
    if behind["web"]:
        yield web_command("migrate", "--noinput", "--verbosity", "1")
