"""The state in a backup, as the steps of a window: its data and secrets, no configuration.

`backup` of the order is the archive. The present state is copied first, and a failure rolls back to
it. Mail that waits now was accepted: it keeps waiting, beside what waited when the backup was made.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from mailman_suite.host.check.queues import HELD
from mailman_suite.host.state import manifest, snapshot
from mailman_suite.host.state.invariants import differences
from mailman_suite.host.window import (
    by_hand,
    mail,
    rollback,
    stopping,
    upgrade,
)
from mailman_suite.host.window import (
    data as window_data,
)
from mailman_suite.host.window import (
    room as window_room,
)
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import Steps
from mailman_suite.host.wire.order import Order

UNPACKED = "backup"  # in the window's directory, until it ends
_WAITING = ["queue/shunt", "queue/bad", rollback.SPOOL]


class BackupError(Exception):
    """An archive that cannot be used, with what was found and expected."""


def steps(order: Order) -> Steps:
    """The archive is read to its end before anything stops."""
    yield "The backup is unpacked", unpack
    yield "There is space for the snapshot and a rollback", window_room.require
    yield "Configuration is copied", upgrade.keep_configuration
    yield from stopping.stopping(True)
    yield "Contents are counted, if possible", count_before
    yield "The search index is moved aside", by_hand.put_aside
    yield "The backup's data is in place", put_data
    yield "The backup's secrets are in place", put_secrets
    yield "Configuration contains these secrets", upgrade.configure
    yield "Counts match the backup", compare
    yield "The backup's queues are set aside too", set_aside
    yield "The web's cache is empty", rollback.empty_cache
    yield "The suite is started", upgrade.start
    yield from upgrade.serving()


def unpack(order: Order, journal: Journal) -> None:
    """The state directory that the archive holds is in the window's own. Raises BackupError."""
    room = order["backup_bytes"]
    parts = [(str(journal.directory), room), (order["var"], room)]
    window_room.require_bytes(parts, "the unpacked backup and its data")
    place = _unpacked(journal)
    place.mkdir(mode=0o700)
    # Owners by name: the account's number may be another one here.
    words = ["tar", "--extract", "--gzip", "--same-owner", "--same-permissions"]
    done = subprocess.run(
        [*words, "--file", order["backup"], "--directory", str(place)],
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise BackupError(f"{order['backup']} cannot be unpacked: {done.stderr.strip()}")
    found = manifest.read(place / manifest.NAME)["id"]
    whole = all(snapshot.is_whole(place / "snapshot" / part) for part in ("", "core", "web"))
    if found != order["backup_id"] or not whole:
        raise BackupError(
            f"{order['backup']} holds {found}{'' if whole else ', and not all of it'}; "
            f"expected the whole of {order['backup_id']}"
        )


def count_before(order: Order, journal: Journal) -> None:
    """For another rollback; a suite that needs a restore may be impossible to count."""
    try:
        window_data.count_before(order, journal)
    except window_data.DataError as error:
        journal.note("not counted", why=str(error).splitlines()[-1])


def put_data(order: Order, journal: Journal) -> None:
    """Both databases and Core's directory with its queues."""
    kept = _unpacked(journal) / "snapshot"
    keeps = (HELD,)
    snapshot.put_back_data(Path(order["var"]), kept / "core" / "var", keeps=keeps)
    snapshot.put_back_database("core", order["databases"], kept / "core")
    snapshot.put_back_database("web", order["databases"], kept / "web")


def put_secrets(order: Order, journal: Journal) -> None:
    """Only secrets that hosts generate themselves are in the order."""
    for path in order["secrets"]:
        copy = _unpacked(journal) / "snapshot" / "files" / path.lstrip("/")
        if copy.exists():
            snapshot.replace(Path(path), copy)


def compare(order: Order, journal: Journal) -> None:
    """The data matches the backup's counts. Raises DataError naming what does not."""
    was = manifest.read(_unpacked(journal) / manifest.NAME)["invariants"]
    found = differences(was, window_data.held(order, order["invariants"])["invariants"])
    if found:
        raise window_data.DataError(
            "the restored data differs from the backup: " + "; ".join(found)
        )


def set_aside(order: Order, journal: Journal) -> None:
    """No runner finds a message before the commit; none that waits here now is lost."""
    mail.set_aside(order, journal)
    rollback.keep_waiting(order, journal, _WAITING)


def _unpacked(journal: Journal) -> Path:
    return journal.directory / UNPACKED
