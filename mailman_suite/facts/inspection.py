"""The first fact of every run: the inspection of a host before anything is changed."""

from __future__ import annotations

from typing import Any

from pyinfra.api import StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact, program
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.suite.places import TRACED

_NO_PYTHON = '{"python_missing": true}'


class HostInspection(ProgramFact[Inspection]):
    """What `inspect/host.py` finds, with "run" of `apply/runs.py`, "traces" of `inspect/traces.py`.

    Or `{"python_missing": True}` on a host without Python 3.
    """

    program_name = "inspect.host"

    def command(self, arguments: Any = None) -> StringCommand:
        """One read-only command; it answers even where there is no interpreter."""
        return StringCommand(
            "if command -v python3 >/dev/null 2>&1; then",
            program(self.program_name, "look", arguments),
            '"$(',
            program("apply.runs", "look", {"history": layout.HISTORY}),
            ')" "$(',
            program("inspect.traces", "look", TRACED),
            f")\"; else echo '{_NO_PYTHON}'; fi",
        )
