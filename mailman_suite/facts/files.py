"""Which declared files, directories and links differ from those on the host."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.files import Differences


class ManagedFiles(ProgramFact[Differences]):
    """`{"different": {path: {"why", "text"}}}` with secrets masked; see host/apply/files.py."""

    program_name = "apply.files"
