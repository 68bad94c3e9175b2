"""A backup's archive on the host, and its description."""

from __future__ import annotations

from mailman_suite.base.host_program import ProgramFact
from mailman_suite.host.wire.backup_archive import ArchiveFound


class BackupArchive(ProgramFact[ArchiveFound]):
    """What `host/inspect/backup.py` answers about `{"path": ...}`."""

    program_name = "inspect.backup"
