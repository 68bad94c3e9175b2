"""The archive has what was posted while it was away."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite import layout
from mailman_suite.facts.archive import SpooledMail
from mailman_suite.host_program import program


@operation()
def caught_up() -> Generator[StringCommand, None, None]:
    """Messages that Core's archiver kept are offered to the archive once more."""
    waiting = host.get_fact(SpooledMail, arguments={"spool": layout.ARCHIVE_SPOOL})["waiting"]
    if not waiting:
        host.noop("nothing waits for the archive")
        return
    python, order = f"{layout.BIN}/python", {"config": layout.CORE_CONFIG}
    yield StringCommand(
        f"cd {layout.HOME} &&",
        program("archive_spool", "apply", order, python=python, as_user=layout.USER),
    )
