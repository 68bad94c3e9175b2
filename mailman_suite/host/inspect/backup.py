"""Reads a backup's description, and whether its archive is unchanged; reads only.

`look`: {"path": of the archive, with its description beside it}
        -> {"description": what was written with it or null, "sha256": of the archive as it is now,
        "beside": path of the description}; digests are "" where there is no archive.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.backup_archive import ArchiveFound, ArchiveQuestion

_CHUNK = 1 << 20
_ENDING = ".tar.gz"


def description(path: str) -> Any:
    """The archive's description; None if it is missing or damaged."""
    try:
        with open(path, encoding="utf-8") as text:
            return json.load(text)
    except (OSError, ValueError):
        return None


def sha256(path: str) -> str:
    """The digest of a file; "" if there is none."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def look(asked: ArchiveQuestion) -> ArchiveFound:
    """The archive and its description."""
    path = asked["path"]
    beside = (path[: -len(_ENDING)] if path.endswith(_ENDING) else path) + ".json"
    return {"description": description(beside), "sha256": sha256(path), "beside": beside}


if __name__ == "__main__":
    verbs.main({"look": look})
