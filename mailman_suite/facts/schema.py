"""How far both databases are behind the code of the current release."""

from __future__ import annotations

from typing import Any

from pyinfra.api import StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact, program
from mailman_suite.host.wire.connections import SchemaState


class Schema(ProgramFact[SchemaState]):
    """`{"core": behind?, "web": [missing], "new": empty?}` as `host/state/schema.py` answers."""

    program_name = "state.schema"

    def command(self, arguments: Any = None) -> StringCommand:
        """Asks as the account, by the release's interpreter: it has the database's driver."""
        python = f"{layout.BIN}/python"
        return StringCommand(
            f"if test -x {python}; then",
            program(self.program_name, "look", arguments, python=python, as_user=layout.USER),
            """; else echo '{"new": false, "core": true, "web": ["all"]}'; fi""",
        )
