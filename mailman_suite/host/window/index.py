"""Asks for a search index, after the commit: filling it takes minutes to hours."""

from __future__ import annotations

import os
from pathlib import Path

from mailman_suite.host.base import files, paths
from mailman_suite.host.wire.order import Order


def ask(order: Order) -> None:
    """If the order names a file for it, creates the file: a unit waits for that.

    It is empty: of an index that was begun before, no list counts as done.
    """
    if not order["index"]:
        return
    wanted = Path(order["index"])
    with paths.directory(wanted.parent) as folder:
        owner = os.fstat(folder)
    files.write(wanted, b"", owner.st_uid, owner.st_gid, 0o600)
