"""Puts a release directory in place that an identical host built; runs on the host as root.

    PYTHONPATH=INPUT_DIR python3 -s -m mailman_suite.host.build.unpack INPUT_DIR SHA256

INPUT_DIR holds build.json and the archive, which must have this SHA-256. It is unpacked under
another name, checked, brought to the disk and renamed: there is never half a release.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from mailman_suite.host.base import files
from mailman_suite.host.base.release_tree import is_complete, only_builder, sync_all

ARCHIVE = "release.tar.gz"


class ArchiveError(Exception):
    """An archive that is not what it should be."""


def main(arguments: list[str]) -> int:
    """Unpack what INPUT_DIR/build.json asks for; 0 when the release directory is complete."""
    inputs, sha256 = Path(arguments[0]), arguments[1]
    order = json.loads((inputs / "build.json").read_text(encoding="utf-8"))
    release_dir, identifier = Path(order["release_dir"]), order["identifier"]
    os.umask(0o022)
    try:
        with only_builder(release_dir):
            if is_complete(release_dir, identifier):
                print(f"{identifier} is complete already")
            else:
                require_digest(inputs / ARCHIVE, sha256)
                unpack(inputs / ARCHIVE, release_dir, identifier)
    except (ArchiveError, OSError) as error:
        print(f"error: {identifier} was not unpacked: {error}", file=sys.stderr)
        return 1
    return 0


def require_digest(archive: Path, sha256: str) -> None:
    """ArchiveError unless the archive arrived as it was sent."""
    digest = hashlib.sha256()
    with archive.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    if digest.hexdigest() != sha256:
        raise ArchiveError(
            f"found an archive with SHA-256 {digest.hexdigest()}, expected {sha256}; "
            "it was damaged in transit, so run the deploy again"
        )


def unpack(archive: Path, release_dir: Path, identifier: str) -> None:
    """Replace whatever an interrupted build left by the archive's content, in one step."""
    unfinished = release_dir.with_name(f".{release_dir.name}.new")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o755)
    words = ["tar", "-C", str(unfinished), "--no-same-owner", "-xpzf", str(archive)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise ArchiveError(f"tar ended with status {done.returncode}: {done.stderr.strip()}")
    if not is_complete(unfinished, identifier):
        raise ArchiveError(
            f"the archive contains another release than {identifier}; remove it from "
            ".cache/releases on the control machine, and this host will build the release"
        )
    if release_dir.exists():
        shutil.rmtree(release_dir)
    sync_all(unfinished)  # the name must not reach the disk before what it vouches for
    files.rename(unfinished, release_dir)
    files.sync(release_dir.parent)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
