"""The first fact of every run: what stands on the host before anything is changed."""

from __future__ import annotations

from typing import Any

from pyinfra.api import StringCommand

from mailman_suite import layout
from mailman_suite.host_program import ProgramFact, program

_NO_PYTHON = '{"python_missing": true}'


class Look(ProgramFact):
    """What `host/look.py` sees, and `host/runs.py` as "run".

    Or `{"python_missing": True}` on a host without Python 3.
    """

    program_name = "look"

    def command(self, arguments: Any = None) -> StringCommand:
        """One read-only command; it answers even where there is no interpreter."""
        return StringCommand(
            "if command -v python3 >/dev/null 2>&1; then",
            program(self.program_name, "look", arguments),
            '"$(',
            program("runs", "look", {"history": layout.HISTORY}),
            f")\"; else echo '{_NO_PYTHON}'; fi",
        )
