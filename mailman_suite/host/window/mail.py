"""Mail during a window: the MTA accepts and keeps it, Core's own queues are set aside."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from mailman_suite.host.base import files, paths
from mailman_suite.host.check.queues import HELD
from mailman_suite.host.mta import postfix
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import SharedOrder

_MTAS = {"postfix": postfix}

# Queues that Core processes at once; in others messages wait by design (retry, bounces) or for a
# person.
_BUSY = ("archive", "command", "digest", "in", "out", "pipeline", "virgin")
_WAITING_FOR_A_PERSON = ("bad", "shunt")
_DRAIN_SECONDS = 30
# What Postfix was delivering when it was told to hold back may still arrive.
_QUIET_SECONDS = 1
_POLL_SECONDS = 0.2
LEFT = "left as it is"
_HELD_ALREADY = "mail for Core was held back before"


def mta(order: SharedOrder) -> ModuleType:
    """The module of the host's mail server. Raises KeyError for one that has none here."""
    return _MTAS[order["mta"]]


def hold_back(order: SharedOrder, journal: Journal) -> None:
    """The mail server keeps accepting mail, and holds what is for Core in its own queue."""
    if not order["transport"]:
        return
    held = mta(order).held()
    if order["transport"] in held:
        journal.note(_HELD_ALREADY, transports=held)
    else:
        mta(order).hold([*held, order["transport"]])
    mta(order).reload_if_running()


def let_through(order: SharedOrder, journal: Journal) -> None:
    """The mail server delivers mail to Core again, from its next reload on.

    Where the operator had held it back before, it stays so.
    """
    if not order["transport"] or journal.has(_HELD_ALREADY):
        return
    held = mta(order).held()
    others = [name for name in held if name != order["transport"]]
    if others != held:
        mta(order).hold(others)


def drain(order: SharedOrder, journal: Journal) -> None:
    """Lets Core finish for some seconds: a stop in mid-message would shunt that message."""
    busy = start = time.monotonic()
    while time.monotonic() < start + _DRAIN_SECONDS:
        if waiting(order):
            busy = time.monotonic()
        elif time.monotonic() > busy + _QUIET_SECONDS:
            return
        time.sleep(_POLL_SECONDS)
    journal.note("undrained", queues=waiting(order))


def waiting(order: SharedOrder) -> dict[str, int]:
    """Queue -> number of messages, of the queues that Core processes at once."""
    queue = Path(order["var"], "queue")
    counts = {name: len(list((queue / name).glob("*.[pb][ca]k"))) for name in _BUSY}
    return {name: count for name, count in counts.items() if count}


def require_own_data(order: SharedOrder) -> None:
    """No link leads out of Core's data. Raises ForeignError before anything is stopped.

    Of what lies behind a link a snapshot or backup would keep the link alone.
    """
    var = Path(order["var"])
    for name in ("messages", "archives"):
        paths.require_own(var / name)
    for place in (var / "queue", var / HELD):
        paths.require_own(place)
        for name in _queues(place):
            paths.require_own(place / name)


def set_aside(order: SharedOrder, journal: Journal) -> None:
    """No runner of the new release finds a message before the commit."""
    queue, held = Path(order["var"], "queue"), Path(order["var"], HELD)
    if not os.path.lexists(queue):
        return
    like(queue, held)
    for name in _listed(queue):
        if name not in _WAITING_FOR_A_PERSON:
            like(queue / name, held / name)
            for complaint in _move(queue / name, held / name):
                raise OSError(complaint)


def put_queues_back(order: SharedOrder, journal: Journal) -> None:
    """Each message by one rename: an interruption neither loses nor duplicates one.

    Whatever else lies there holds up no message and no queue: it stays, the journal names it.
    """
    queue, held = Path(order["var"], "queue"), Path(order["var"], HELD)
    if not os.path.lexists(held):
        return
    left = []
    for name in _queues(held):
        left += _put_back(held / name, queue / name)
    left += _emptied(held)
    if left:
        journal.note(LEFT, left=left)


def remove(names: Iterable[str], journal: Journal) -> None:
    """Removes what a window no longer needs; the journal names what cannot be removed."""
    for path in names:
        try:
            files.remove(path)
        except (OSError, paths.ForeignError) as error:
            journal.note(LEFT, left=[str(error)])


def left(journal: Journal) -> list[str]:
    """What a window found in the place of something of the suite's, and left as it is."""
    return [one for line in journal.lines() if line["event"] == LEFT for one in line["left"]]


def _put_back(held: Path, queue: Path) -> list[str]:
    try:
        like(held, queue)
        return [*_move(held, queue), *_emptied(held)]
    except (OSError, paths.ForeignError) as error:
        return [str(error)]


def _emptied(held: Path) -> list[str]:
    """Removes the directory; otherwise, what keeps it."""
    try:
        with paths.directory(held) as there:
            if kept := os.listdir(there):
                return [f"found {held / name}, expected nothing there" for name in kept]
        with paths.parent(held) as (folder, name):
            os.rmdir(name, dir_fd=folder)
    except (OSError, paths.ForeignError) as error:
        return [f"{held}: {error}"]
    return []


def _queues(place: Path) -> list[str]:
    """As `_listed`; none where the directory is missing or cannot be read."""
    try:
        return _listed(place)
    except (OSError, paths.ForeignError):
        return []


def _listed(place: Path) -> list[str]:
    """The directories in a directory, and links, which should be none. Raises what goes wrong."""
    with paths.directory(place) as folder:
        return sorted(filter(lambda name: _is_queue(folder, name), os.listdir(folder)))


def _is_queue(folder: int, name: str) -> bool:
    try:
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:  # gone since it was listed
        return False
    return stat.S_ISDIR(kind) or stat.S_ISLNK(kind)


def _move(source: Path, target: Path) -> list[str]:
    """Every entry has its name in another directory; complaints about those that cannot."""
    complaints = []
    with paths.directory(source) as before, paths.directory(target) as after:
        for name in os.listdir(before):
            try:
                os.rename(name, name, src_dir_fd=before, dst_dir_fd=after)
            except OSError as error:
                complaints.append(f"{source / name}: {error.strerror}")
    return complaints


def like(model: Path, directory: Path) -> None:
    """A directory with the owner and mode of another. Raises ForeignError."""
    with paths.directory(model) as folder:
        its = os.fstat(folder)
    files.make_directory(directory, its.st_uid, its.st_gid, its.st_mode & 0o7777)
