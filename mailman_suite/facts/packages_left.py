"""How far a package tool could still reach a suite that was moved away from packages."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.packages_left import PackagesToDo


class PackagesLeft(ProgramFact[PackagesToDo]):
    """`{"unheld": [...], "databases": [...]}` as `host/apply/packages_left.py` answers."""

    program_name = "apply.packages_left"
