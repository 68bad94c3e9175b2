"""Archives that are made in memory. Pure."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping


def tar_of(files: Mapping[str, bytes], mode: int) -> io.BytesIO:
    """A tar archive of these contents by their paths; every file has the mode, such as 0o644."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, body in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(body), mode
            tar.addfile(entry, io.BytesIO(body))
    archive.seek(0)
    return archive
