"""A refusal is shown in its own words alone.

Before any error of the API pyinfra's command names the file and line that raised it: of a refusal
that is one of gevent's, which tells nobody anything. tests/contract pins the names used here.
"""

from __future__ import annotations

from typing import IO, Any

import click
from pyinfra import logger

from mailman_suite.base.refusal import RunRefused


def show_refusals_alone() -> None:
    """Makes pyinfra's command show a `RunRefused` without a path; other errors stay as they are."""
    from pyinfra_cli import cli  # type: ignore[import-untyped]  # its import changes sockets, locks

    class Shown(cli.WrappedError):  # type: ignore[misc]  # has no types
        """An error that ends the command."""

        def show(self, file: IO[Any] | None = None) -> None:
            if isinstance(self.exception, RunRefused):
                logger.warning(f"--> {click.style('refused', 'red', bold=True)}: {self}")
            else:
                super().show(file)

    setattr(cli, "WrappedError", Shown)  # noqa: B010  # pyinfra's own is imported there
