"""What a single command is told with pyinfra's `--data`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from mailman_suite.base import layout, names
from mailman_suite.settings.kinds import HostPathOrEmpty, Words
from mailman_suite.settings.model import PerHost


def _run_id(value: str) -> str:
    return names.run_id(value) if value else ""


class CommandLineSettings(PerHost, title="For a single command"):
    """Give these on the command line, as `--data NAME=VALUE`; leave them out of group data."""

    rollback: Annotated[
        str, Words('ID of a window, or `""`'), Field(examples=["20261121T174339-3.3.10+forked"])
    ] = ""
    """For `deploys/rollback.py`: ID of the maintenance window to roll back. Without it, the
    windows that can be rolled back are listed.
    """

    backup: Annotated[
        HostPathOrEmpty,
        Field(examples=[f"{layout.BACKUPS}/20261121T173805-3.3.10.tar.gz"]),
    ] = ""
    """For `deploys/restore.py`: the backup archive to restore."""

    break_run: Annotated[
        str,
        AfterValidator(_run_id),
        Words('ID of a run, or `""`'),
        Field(examples=["20261121T210355-3f2a1c"]),
    ] = ""
    """ID of another operator's hung run, to be killed and superseded. The refusal that names the
    run prints this option.
    """
