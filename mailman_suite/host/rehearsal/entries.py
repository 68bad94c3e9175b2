"""The entries of a tar archive of which a copy of production consists."""

from __future__ import annotations

import tarfile


def named(name: str, size: int) -> tarfile.TarInfo:
    """An entry that only its reader may read."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry
