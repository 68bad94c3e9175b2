"""How far a package tool could still reach a suite that was moved away from packages."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact


class PackagesLeft(ProgramFact):
    """`{"unheld": [...], "databases": [...]}` as `host/apply/packages_left.py` answers."""

    program_name = "apply.packages_left"
