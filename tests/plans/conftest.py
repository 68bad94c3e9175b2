"""The pyinfra command, for refusals that the whole command line has to make."""

from __future__ import annotations

from tests.contract.conftest import cli_server

__all__ = ["cli_server"]
