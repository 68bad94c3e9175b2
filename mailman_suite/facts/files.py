"""Which declared files, directories and links differ from what stands on the host."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact


class ManagedFiles(ProgramFact):
    """`{"different": {path: {"why", "text"}}}` with secrets masked; see host/apply/files.py."""

    program_name = "apply.files"
