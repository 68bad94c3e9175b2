"""Asks for a search index, after the commit: filling it takes minutes to hours."""

from __future__ import annotations

import os
from pathlib import Path

from mailman_suite.host.wire.order import Order


def ask(order: Order) -> None:
    """Where the order names a file for it, the file is there: a unit waits for that.

    It is empty: of an index that was begun before, no list counts as done.
    """
    if not order["index"]:
        return
    wanted = Path(order["index"])
    fresh = wanted.with_name(f"{wanted.name}.new")
    fresh.write_bytes(b"")
    directory = wanted.parent.stat()
    os.chown(fresh, directory.st_uid, directory.st_gid)
    os.rename(fresh, wanted)
