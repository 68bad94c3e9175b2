"""A command that people wait for."""

from __future__ import annotations

from pyinfra.api import Host, State, StringCommand
from pyinfra.api.arguments import ConnectorArguments
from pyinfra.connectors.util import CommandOutput


class ShownCommand(StringCommand):
    """A command whose output is shown while it runs."""

    def execute(
        self, state: State, host: Host, connector_arguments: ConnectorArguments
    ) -> tuple[bool, CommandOutput]:
        """As any other command, but never silent; what was shown is not repeated after an error."""
        status, _ = host.run_shell_command(
            self, print_output=True, print_input=state.print_input, **connector_arguments
        )
        return status, CommandOutput([])
