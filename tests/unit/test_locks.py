"""A lock and the wheels that we patch agree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mailman_suite.releases.locks import require_hashes


def lock_for(directory: Path, body: bytes) -> Path:
    """A lock that names one patched wheel with the given content."""
    lock = directory / "python3.11.lock"
    digest = hashlib.sha256(body).hexdigest()
    lock.write_text(f"tiny==1.0+suite.1 \\\n    --hash=sha256:{digest}\n")
    (directory / "tiny-1.0+suite.1-py3-none-any.whl").write_bytes(b"as the patch makes it")
    return lock


def test_a_lock_with_the_hash_of_the_patched_wheel_is_good(tmp_path: Path):
    require_hashes(lock_for(tmp_path, b"as the patch makes it"), tmp_path)


def test_a_patch_that_changed_under_its_version_is_refused(tmp_path: Path):
    with pytest.raises(SystemExit, match=r"raise its \+suite\.N"):
        require_hashes(lock_for(tmp_path, b"as the patch made it before"), tmp_path)
