"""Puts declared files, directories and links on the host, all of one concern at once."""

from __future__ import annotations

from collections.abc import Generator, Mapping

from pyinfra import host, logger
from pyinfra.api import StringCommand, operation

from mailman_suite.base.declared_files import DeclaredFiles, difference
from mailman_suite.base.host_program import program
from mailman_suite.facts.files import ManagedFiles
from mailman_suite.host.wire.files import Difference


@operation()
def managed(declared: DeclaredFiles) -> Generator[StringCommand, None, None]:
    """Everything declared is on the host, with its text, owner, group and mode.

    Prints how a file was edited by hand and keeps a copy of it; the declared state wins.
    """
    different = host.get_fact(ManagedFiles, arguments=declared.without_content())["different"]
    if not different:
        host.noop("every file, directory and link is as declared")
        return
    _show_edits(declared, different)
    yield program("apply.files", "apply", stdin=declared.with_content())


def _show_edits(declared: DeclaredFiles, different: Mapping[str, Difference]) -> None:
    contents = {one.path: one.content for one in declared.files}
    for path, found in different.items():
        if found["why"] != "edited":
            continue
        logger.warning(
            f"{host.print_prefix}{path} was edited by hand; the declared state replaces it:"
        )
        for line in difference(path, found["text"], contents[path]):
            logger.warning(f"{host.print_prefix}  {line}")
