"""Rolls a window back: everything as it was, from any instant at which it stopped."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mailman_suite.host.base import files, paths
from mailman_suite.host.state import snapshot
from mailman_suite.host.window import (
    by_hand,
    mail,
    peers,
    renaming,
    room,
    services,
    shunted,
)
from mailman_suite.host.window import (
    data as window_data,
)
from mailman_suite.host.window import (
    health as window_health,
)
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import Order

PUT_BACK = "put back"  # from here on the old release works, and its data is its own again
_EVIDENCE_LINES = 40


def roll_back(order: Order, journal: Journal, *, reason: str) -> None:
    """The old release serves again with its data; the outcome says why, with the evidence."""
    with suppress(window_data.DataError):  # without the database nothing works with it either
        peers.give_up(order)
    reason = _begun(journal, reason)
    evidence = _evidence(order)
    _put_back(order, journal, services.every(order["units"]))
    services.begin(_stopped(order, journal))
    health = _health(order)
    _reopen(order, journal)
    peers.tell_end(order, journal, peers.ROLLED_BACK)
    left = mail.left(journal)
    journal.end("rolled back", reason=reason, evidence=evidence, health=health, left=left)


def put_back_at_boot(order: Order, journal: Journal, *, reason: str) -> None:
    """As `roll_back`, without waiting for services: they wait for this.

    What this boot is about to start must not be stopped: that would cancel its start.
    """
    peers.give_up(order)
    reason = _begun(journal, reason)
    _put_back(order, journal, services.active(services.every(order["units"])))
    services.begin(_stopped(order, journal))
    _reopen(order, journal)
    peers.tell_end(order, journal, peers.ROLLED_BACK)
    health = "not asked: the host was booting"
    left = mail.left(journal)
    journal.end("rolled back", reason=reason, evidence=[], health=health, left=left)


def _stopped(order: Order, journal: Journal) -> list[str]:
    """The units that ran before the window, and that it stopped."""
    goes_on = order.get("goes_on", [])
    return [name for name in journal.found("running").get("units", []) if name not in goes_on]


def _begun(journal: Journal, reason: str) -> str:
    """The reason of the first attempt to roll back, which is the informative one."""
    room.release(journal)
    reason = journal.found("going back").get("reason", reason)
    journal.note("going back", reason=reason)
    return reason


def _put_back(order: Order, journal: Journal, running: Iterable[str]) -> None:
    """Files, link, data: each from its sealed copy; without one it was never touched.

    Only once: a second rollback must not lose what the old release did since the first.
    """
    place = journal.directory / "snapshot"
    if journal.has(PUT_BACK) or not snapshot.is_whole(place):
        return
    is_core_stopped = "core" not in order.get("leaves", [])
    if is_core_stopped:
        shunted.remember(order, journal)  # Core may run still, and be at a message
    services.stop(running)
    # Files first: the databases are reached by passwords that are files.
    renaming.put_back(journal)
    by_hand.put_back(order)
    snapshot.put_back_files(order["paths"], place / "files")
    _forget_unfinished(order)
    if snapshot.is_whole(place / "core"):
        snapshot.put_back_data(Path(order["var"]), place / "core" / "var")
        snapshot.put_back_database("core", order["databases_before"], place / "core")
    elif is_core_stopped:
        shunted.queue_again(order, journal)
        mail.put_queues_back(order, journal)
    if snapshot.is_whole(place / "web"):
        snapshot.put_back_database("web", order["databases_before"], place / "web")
    renaming.put_attributes_back(journal)
    os.sync()
    journal.note(PUT_BACK)


def _forget_unfinished(order: Order) -> None:
    """Programs such as logrotate read every file in some directories, whatever its name."""
    declared = order["files"]
    for path in (*order["paths"], *declared["files"], *declared["links"], order["link"]):
        folder, name = os.path.split(path)
        with suppress(OSError, paths.ForeignError):  # only tidying: it must not keep the suite down
            files.remove(os.path.join(folder, files.unfinished(name)))


def _reopen(order: Order, journal: Journal) -> None:
    """Postfix reads its old configuration and delivers what it kept; pages can be changed."""
    Path(order["closed"]).unlink(missing_ok=True)
    mail.mta(order).reload_if_running()
    mail.mta(order).flush()
    services.reload(order["proxy"])
    mail.remove(order["removes"], journal)


def _health(order: Order) -> str:
    """What the old release shows of itself; a complaint is evidence, not a reason to stop."""
    before: Order = {**order, **order["health_before"]}
    if not (before["core_questions"] or before["lists_page"]):
        return "not asked: Core is on another host"
    try:
        window_health.core_serves(before)
    except window_health.UnhealthyError as error:
        return str(error)
    return "Core answers"


def _evidence(order: Order) -> list[str]:
    """The last log lines of these units."""
    units = [
        word for name in order["units"]["core"] + order["units"]["web"] for word in ("-u", name)
    ]
    words = ["journalctl", "--boot", "--no-pager", "-q", "-n", str(_EVIDENCE_LINES), *units]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace")
    return done.stdout.splitlines()
