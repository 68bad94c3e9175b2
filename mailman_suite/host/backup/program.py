"""Copies a whole suite into one archive while it runs; runs on the host as root, under systemd.

    PYTHONPATH=BACKUP/program python3 -s -m mailman_suite.host.backup.program VERB BACKUP

BACKUP is a directory with `order.json`, which says what to copy and where to, and the journal.
Core pauses for the copy, the web does not: pages can be read, Postfix keeps mail. Verbs:

`run`:    pause, copy, resume, pack; whatever fails, the suite resumes and no half backup stays.
`settle`: ends what was interrupted in the same way, also at boot. After `run` it finds nothing.
`follow`: prints progress until the backup has ended; 0 when it is complete, 1 when it failed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from mailman_suite.host.backup import archive as backup_archive
from mailman_suite.host.backup import pause as backup_pause
from mailman_suite.host.base import verbs
from mailman_suite.host.window import progress, services
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import recorded
from mailman_suite.host.wire.journal import OutcomeName
from mailman_suite.host.wire.order import BackupOrder as Order

_STUCK = (
    "error: the backup ended without an outcome; see journalctl -u mailman-backup, remove the "
    "cause, then systemctl restart mailman-backup-recovery"
)


def main(arguments: list[str]) -> int:
    """Run one verb on one backup; the exit status says whether it did what it should."""
    verb, place = arguments
    action = verbs.named({"run": run, "settle": settle, "follow": follow}, verb)
    os.umask(0o077)
    order = json.loads(Path(place, "order.json").read_text(encoding="utf-8"))
    return action(order, Journal(Path(place)))


def run(order: Order, journal: Journal) -> int:
    """Every step in turn; when one fails, the suite resumes without a backup."""
    if journal.outcome() or journal.lines():
        return 0  # begun before: that is for `settle`
    journal.note("opened", id=order["id"])
    try:
        with recorded(journal, "There is space for the backup"):
            backup_archive.require_room(order, journal)
        backup_pause.copy(order, journal)
        with recorded(journal, "The backup is packed"):
            archive = backup_archive.pack(order, journal)
        with recorded(journal, "Older backups are removed"):
            backup_archive.remove_older(order)
    except (Exception, SystemExit) as error:  # programs beside this one end with SystemExit
        give_up(order, journal, reason=f"{type(error).__name__}: {error}")
        return 1
    pause = journal.found(backup_pause.PAUSED)["seconds"]
    _end(journal, "finished", pause=pause, **archive)
    return 0


def settle(order: Order, journal: Journal) -> int:
    """Ends an interrupted backup: the suite resumes."""
    if journal.outcome() or not journal.lines() or services.host_goes_down():
        return 0  # with services going away underneath, the next boot ends this
    give_up(order, journal, reason="the backup was interrupted")
    return 0


def give_up(order: Order, journal: Journal, *, reason: str) -> None:
    """The suite serves as before; removes what was copied so far; the outcome says why."""
    health = backup_pause.go_on(order, journal)
    backup_archive.remove_half(order, journal)
    _end(journal, "failed", reason=reason, health=health)


def _end(journal: Journal, outcome: OutcomeName, **details: Any) -> None:
    """Nobody looks again, so that Postfix holds nothing back has to survive a power cut."""
    os.sync()
    journal.end(outcome, **details)


def follow(order: Order, journal: Journal) -> int:
    """Each step as it begins and ends, and in the end where the backup is."""
    outcome = progress.follow(journal, lambda: services.is_at_work(order["backup_unit"]))
    if outcome is None:
        print(_STUCK, flush=True)
    elif outcome["outcome"] == "finished":
        told = f"{outcome['bytes']} bytes packed into {outcome['packed']}"
        print(f"{outcome['archive']}: {told}; Core's pause took {outcome['pause']} s", flush=True)
        return 0
    else:
        print(f"error: no backup was made: {outcome['reason']}", flush=True)
        print(f"the suite: {outcome['health']}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
