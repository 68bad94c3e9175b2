"""What `host/inspect/backup.py` is asked and answers about a backup's archive."""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.manifest import Manifest


class ArchiveQuestion(TypedDict):
    """The path of the archive, whose description is beside it."""

    path: str


class ArchiveDescription(Manifest):
    """The manifest of what an archive holds, its file's name, its bytes and its SHA-256."""

    archive: str
    packed: int
    sha256: str


class ArchiveFound(TypedDict):
    """`sha256` is that of the archive as it is now, "" where there is none."""

    description: ArchiveDescription | None
    sha256: str
    beside: str
