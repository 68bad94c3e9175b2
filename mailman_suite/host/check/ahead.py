"""What waits in the queues ahead of one message, so that who follows it can be patient."""

from __future__ import annotations

import glob
import json
import os
import subprocess
from typing import Any

from mailman_suite.host.base import files
from mailman_suite.host.check.stages import Failed

Json = dict[str, Any]

# Where Core puts a message that it does not work on again by itself.
_ASIDE = ("shunt", "bad")


def ahead(order: Json, message_id: str) -> frozenset[str]:
    """The names of all that waits, in Postfix and in Core, while the message is among it.

    Empty when no queue holds the message: then nobody works on it any more.
    `order` has "list", "sender" and "queues", the patterns of Core's queue files.
    Raises `Failed` if Core has put it aside, and RuntimeError if Postfix does not tell its queue.
    """
    entries = postfix_queue()
    waiting = [path for pattern in order["queues"] for path in glob.glob(pattern)]
    names = frozenset([*(one["queue_id"] for one in entries), *waiting])
    held_by_core = any(holds(path, message_id) for path in waiting)
    return names if held_by_core or any(is_of(order, one) for one in entries) else frozenset()


def postfix_queue() -> list[Json]:
    """The entries of `postqueue -j`. Raises RuntimeError with its message if it fails."""
    done = subprocess.run(["postqueue", "-j"], capture_output=True, timeout=60)
    if done.returncode:
        raise RuntimeError(f"postqueue: {done.stderr.decode(errors='replace').strip()}")
    return [json.loads(line) for line in done.stdout.decode(errors="replace").splitlines()]


def is_of(order: Json, entry: Json) -> bool:
    """Whether an entry of Postfix's queue is the post, or a copy that the list sends."""
    account = order["list"].partition("@")[0]
    addresses = [entry["sender"], *(one["address"] for one in entry["recipients"])]
    return any(one == order["list"] or one.startswith(f"{account}-bounces") for one in addresses)


def holds(path: str, message_id: str) -> bool:
    """Whether a queue file of Core's is the message. Raises `Failed`."""
    try:
        with files.opened(path) as text:
            found = message_id.encode() in text.read()
    except FileNotFoundError:
        return False
    queue = os.path.basename(os.path.dirname(path))
    if found and queue in _ASIDE:
        raise Failed(f"Core has put it aside: {path}")
    return found
