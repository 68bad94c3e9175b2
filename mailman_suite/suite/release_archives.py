"""Archives that travel: what a build needs, and the finished release for identical hosts."""

from __future__ import annotations

import hashlib
import io
from functools import cache
from pathlib import Path

from pyinfra import logger

from mailman_suite.base.repository import ROOT
from mailman_suite.base.tar import tar_of
from mailman_suite.releases.catalogue import RELEASES
from mailman_suite.suite.suite import Suite

CACHE = ROOT / ".cache" / "releases"


def kept_release(suite: Suite) -> Path:
    """Where this release is kept for hosts like this one; the file may not exist.

    The interpreter's path is part of the name: a virtual environment works with no other.
    """
    platform = suite.platform.name.lower().replace(" ", "-")
    python = suite.python.strip("/").replace("/", "-")
    return CACHE / f"{suite.identifier}-{platform}-{suite.machine}-{python}.tar.gz"


def digest_file(archive: Path) -> Path:
    """The file with an archive's SHA-256, as its builder's `sha256sum` wrote it."""
    return archive.with_name(f"{archive.name}.sha256")


def intact_digest(archive: Path) -> str | None:
    """The SHA-256 of an archive that matches it; None when the release must be built again.

    Logs a warning for a damaged archive.
    """
    if not archive.exists():
        return None
    try:
        recorded = digest_file(archive).read_text(encoding="utf-8").split()[:1]
    except FileNotFoundError:
        recorded = []
    found = _sha256(archive, archive.stat().st_mtime_ns)
    if recorded == [found]:
        return found
    logger.warning(f"{archive} does not match its checksum; the release is built again")
    return None


def keep(fetched: Path, archive: Path) -> None:
    """Give a fetched archive and its digest the names under which the next host finds them.

    One that was damaged in transit is removed, and the next host builds.
    """
    if intact_digest(fetched) is None:
        fetched.unlink(missing_ok=True)
        digest_file(fetched).unlink(missing_ok=True)
        return
    # An interruption in between leaves an archive with another's digest, which counts as damaged.
    fetched.replace(archive)
    digest_file(fetched).replace(digest_file(archive))


def remove_unknown(folder: Path) -> None:
    """Remove archives that no release of this repository yields any more.

    A download in progress begins with a dot, and stays.
    """
    known = tuple(
        f"{release.identifier(python)}-"
        for release in RELEASES.values()
        for python in release.pythons
    )
    for path in folder.glob("[!.]*.tar.gz*"):
        if not path.name.startswith(known):
            path.unlink()


def build_inputs(suite: Suite, order: str) -> io.BytesIO:
    """A tar archive of all that a build needs: lock, patches, programs and `build.json`.

    `order` is the text of `build.json`.
    """
    sources = {
        path: source.read_bytes()
        for path, source in suite.release.build_inputs(suite.python_version).items()
    }
    return tar_of({**sources, "build.json": order.encode()}, 0o644)


@cache
def _sha256(path: Path, changed: int) -> str:
    """Of a file with this time in nanoseconds; cached, because every host and step asks for it."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()
