"""Which declared files, directories and links differ from what stands on the host."""

from __future__ import annotations

from mailman_suite.host_program import ProgramFact


class ManagedFiles(ProgramFact):
    """`{"different": {path: {"why", "text"}}}` with secrets masked; see host/managed_files.py."""

    program_name = "managed_files"
