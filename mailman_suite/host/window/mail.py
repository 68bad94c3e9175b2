"""Mail during a window: the MTA accepts and keeps it, Core's own queues are set aside."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import ModuleType

from mailman_suite.host.mta import postfix
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import SharedOrder

_MTAS = {"postfix": postfix}

# What Core works through at once; the others wait by their nature (retry, bounces) or for a person.
_BUSY = ("archive", "command", "digest", "in", "out", "pipeline", "virgin")
_WAITING_FOR_A_PERSON = ("bad", "shunt")
_DRAIN_SECONDS = 30
# What Postfix was handing over when it was told to hold back may still come in.
_QUIET_SECONDS = 1
_POLL_SECONDS = 0.2
HELD = "queue-held"
_HELD_ALREADY = "mail for Core was held back before"


def mta(order: SharedOrder) -> ModuleType:
    """The module of the host's mail server. Raises KeyError for one that has none here."""
    return _MTAS[order["mta"]]


def hold_back(order: SharedOrder, journal: Journal) -> None:
    """The mail server goes on accepting, and keeps what is for Core in its own queue."""
    if not order["transport"]:
        return
    held = mta(order).held()
    if order["transport"] in held:
        journal.note(_HELD_ALREADY, transports=held)
    else:
        mta(order).hold([*held, order["transport"]])
    mta(order).reload_if_running()


def let_through(order: SharedOrder, journal: Journal) -> None:
    """The mail server hands Core's mail over again, from its next reload on.

    Where the operator had held it back before, it stays so.
    """
    if not order["transport"] or journal.has(_HELD_ALREADY):
        return
    held = mta(order).held()
    others = [name for name in held if name != order["transport"]]
    if others != held:
        mta(order).hold(others)


def drain(order: SharedOrder, journal: Journal) -> None:
    """Core ends what it is at, for some seconds: a stop in mid-message would shunt that message."""
    busy = start = time.monotonic()
    while time.monotonic() < start + _DRAIN_SECONDS:
        if waiting(order):
            busy = time.monotonic()
        elif time.monotonic() > busy + _QUIET_SECONDS:
            return
        time.sleep(_POLL_SECONDS)
    journal.note("undrained", queues=waiting(order))


def waiting(order: SharedOrder) -> dict[str, int]:
    """Queue -> number of messages, of those queues that Core works through at once."""
    queue = Path(order["var"], "queue")
    counts = {name: len(list((queue / name).glob("*.[pb][ca]k"))) for name in _BUSY}
    return {name: count for name, count in counts.items() if count}


def set_aside(order: SharedOrder, journal: Journal) -> None:
    """No runner of the new release finds a message before the commit."""
    queue, held = Path(order["var"], "queue"), Path(order["var"], HELD)
    if not queue.is_dir():
        return
    like(queue, held)
    for place in queue.iterdir():
        if place.is_dir() and place.name not in _WAITING_FOR_A_PERSON:
            like(place, held / place.name)
            for message in place.iterdir():
                message.rename(held / place.name / message.name)


def put_queues_back(order: SharedOrder) -> None:
    """Each message by one rename: an interruption neither loses nor doubles one."""
    queue, held = Path(order["var"], "queue"), Path(order["var"], HELD)
    if not held.is_dir():
        return
    for place in held.iterdir():
        like(place, queue / place.name)
        for message in place.iterdir():
            message.rename(queue / place.name / message.name)
        place.rmdir()
    held.rmdir()


def like(model: Path, directory: Path) -> None:
    """A directory with the owner and mode of another."""
    directory.mkdir(exist_ok=True)
    os.chown(directory, model.stat().st_uid, model.stat().st_gid)
    directory.chmod(model.stat().st_mode & 0o7777)
