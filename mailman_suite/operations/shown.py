"""A command that people wait for."""

from __future__ import annotations

from collections.abc import Sequence

from pyinfra.api import Host, State, StringCommand
from pyinfra.api.arguments import ConnectorArguments
from pyinfra.connectors.util import CommandOutput


class ShownCommand(StringCommand):
    """A command whose output is shown while it runs, and kept in `said` once it has ended."""

    said: Sequence[str] = ()

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """Like any other command, but never silent; an error does not repeat the output."""
        status, output = host.run_shell_command(
            self, print_output=True, print_input=state.print_input, **connector_arguments
        )
        self.said = output.stdout_lines
        return status, CommandOutput([])
