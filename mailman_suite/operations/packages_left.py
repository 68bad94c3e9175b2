"""Packages that a suite came from stay as they are until somebody removes them on purpose."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import StringCommand, operation

from mailman_suite.base.host_program import program
from mailman_suite.facts.packages_left import PackagesLeft
from mailman_suite.host.wire.packages_left import PackagesQuestion

_ASKED: PackagesQuestion = {
    "names": ["mailman3", "mailman3-full", "mailman3-web", "python3-mailman-hyperkitty"],
    "databases": "/etc/dbconfig-common/mailman3*.conf",
}


@operation()
def left_alone() -> Generator[StringCommand, None, None]:
    """The package tool neither upgrades nor removes them by itself, nor drops a database."""
    todo = host.get_fact(PackagesLeft, arguments=_ASKED)
    if not any(todo.values()):
        host.noop("no package can change the suite's files")
        return
    yield program("apply.packages_left", "apply", _ASKED)
