"""Wheels that one host built and the control machine keeps for every identical host."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from mailman_suite.suite import Suite

CACHE = Path(__file__).parent.parent / ".cache" / "wheels"


def kept_wheels(suite: Suite) -> Path:
    """Where this release's wheels for hosts like this one are kept; the file may not exist."""
    platform = suite.platform.name.lower().replace(" ", "-")
    return CACHE / f"{suite.identifier}-{platform}-{suite.machine}.tar"


def build_inputs(suite: Suite, order: str) -> io.BytesIO:
    """A tar archive of all that a build needs: lock, patches, programs and `build.json`.

    `order` is the text of `build.json`.
    """
    sources: Mapping[str, bytes] = {
        path: source.read_bytes()
        for path, source in suite.release.build_inputs(suite.python_version).items()
    }
    assets = Path(__file__).parent / "host" / "build_assets.py"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, body in {
            **sources,
            "mailman_suite/host/build_assets.py": assets.read_bytes(),
            "build.json": order.encode(),
        }.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(body), 0o644
            tar.addfile(entry, io.BytesIO(body))
    archive.seek(0)
    return archive
