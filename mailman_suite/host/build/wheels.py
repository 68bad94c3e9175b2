"""Downloads the upstream wheels that have a patch, and rebuilds each with it."""

from __future__ import annotations

from pathlib import Path

from mailman_suite.host.base.account import Account
from mailman_suite.host.build.installer import Pip
from mailman_suite.host.build.patch_wheel import rebuild_wheels


def fetch_patched(pip: Pip, lock: Path, patches: Path, account: Account, patched: Path) -> None:
    """Fill `patched`, a directory of root's own; nothing to do for a release without patches.

    A rebuilt wheel is checked against the lock of the packages when it is installed.
    """
    if not lock.exists():
        return
    upstream = account.directory(account.scratch / "upstream")
    pip.download(lock, upstream)
    rebuild_wheels(upstream, patches, patched)
