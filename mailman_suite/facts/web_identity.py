"""Which of site, superuser and mail domains the web database lacks."""

from __future__ import annotations

from typing import Any

from pyinfra.api import StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact, program
from mailman_suite.host.wire.web_identity import MissingIdentity


class WebIdentity(ProgramFact[MissingIdentity]):
    """`{"missing": [...]}` as `host/apply/web_identity.py look` answers."""

    program_name = "apply.web_identity"

    def command(self, arguments: Any = None) -> StringCommand:
        """Asks as the account, by the release's interpreter: it has the database's driver."""
        python = f"{layout.BIN}/python"
        return StringCommand(
            f"if test -x {python}; then",
            program(self.program_name, "look", arguments, python=python, as_user=layout.USER),
            """; else echo '{"missing": ["the release"]}'; fi""",
        )
