"""Which windows have a snapshot, and what a rollback to it would give up."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from pyinfra.api import FactBase, FactProcessError, StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact, program
from mailman_suite.host.wire import kept

QUESTION: kept.KeptWindowsQuestion = {
    "windows": layout.WINDOWS,
    "releases": layout.RELEASES,
    "secrets": layout.SECRETS,
}


class KeptWindows(ProgramFact[kept.KeptWindows]):
    """What `host/inspect/kept_windows.py` finds, newest first."""

    program_name = "inspect.kept_windows"


class Counts(FactBase[dict[str, dict[str, Any]]]):
    """`{"then", "now"}`: the counts of a snapshot and of the suite, as in `state/invariants.py`.

    "now" is empty if the suite cannot be counted. Core may run meanwhile: these are for people.
    """

    def command(self, directory: str, databases: Mapping[str, Any]) -> StringCommand:
        """One read-only command; the suite is counted as its account, by the release."""
        asked = {"databases": databases, "var": layout.VAR}
        python = f"{layout.BIN}/python"
        return StringCommand(
            f"cd /; tr -d '\\n' < {shlex.quote(directory)}/manifest.json; echo;",
            program("state.invariants", "look", asked, python=python, as_user=layout.USER),
            "|| echo '{}'",
        )

    def process(self, output: list[str]) -> dict[str, dict[str, Any]]:
        """The manifest's line, and the last one."""
        try:
            return {"then": json.loads(output[0])["invariants"], "now": json.loads(output[-1])}
        except (IndexError, KeyError, ValueError):
            raise FactProcessError(f"no counts: {output[-3:]}") from None
