"""What a window does, one step after the other, each on disk in the journal before and after.

Before the commit the new release neither accepts nor sends a message: Postfix holds back what is
for Core, and what Core had queued is set aside. So a rollback loses and duplicates nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.apply import release_link, units
from mailman_suite.host.base import paths
from mailman_suite.host.state import manifest, snapshot
from mailman_suite.host.window import (
    by_hand,
    health,
    index,
    mail,
    peers,
    renaming,
    room,
    services,
    stopping,
)
from mailman_suite.host.window import (
    data as window_data,
)
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import Steps, recorded
from mailman_suite.host.wire.order import Order, SharedOrder
from mailman_suite.host.wire.sides import Side

_MIGRATED: dict[tuple[Side, ...], str] = {
    (): "Both schemas are migrated",
    ("core",): "The web's schema is migrated",
    ("web",): "Core's schema is migrated",
}


def steps(order: Order) -> Steps:
    """Another release. Where no schema changes, data stays as it is and this is a restart."""
    data = window_data.changes_data(order)
    if data:
        yield "There is space for the snapshot and a rollback", room.require
    yield "Configuration is copied", keep_configuration
    if order.get("tells"):
        yield peers.TOLD, peers.tell_open
        yield "No host of the web is connected", peers.require_no_peers
    if order["cron_jobs"]:
        yield "Duplicate cron jobs are removed", by_hand.remove_cron_jobs
    yield from stopping.stopping_what_changes(order, data)
    if data:
        yield "Contents are counted", window_data.count_before
    yield from _change(order, data)
    yield "The new release is started", start
    yield from serving()


def serving() -> Steps:
    """What has to hold before the commit."""
    yield "The web answers", health.web_answers
    yield "Core answers", health.core_answers


def _change(order: Order, data: bool) -> Steps:
    if order["by_hand"]:
        yield "Files made by hand are moved aside", by_hand.put_aside
    if order["renames"]:
        yield "The packages' data is renamed to its new place", renaming.rename
    if order["changes"]:
        yield "The gates' changes are made", window_data.change_for_gates
    yield "The new configuration is in place", configure
    yield "The link leads to the new release", switch
    if data:
        yield _MIGRATED[tuple(order.get("leaves", []))], window_data.migrate
        yield "Counts are unchanged", window_data.compare


def keep_configuration(order: SharedOrder, journal: Journal) -> None:
    """Copies of all files that will change, and a note of what runs now."""
    mail.require_own_data(order)
    names = [*services.every(order["units"]), *order.get("goes_on", [])]
    journal.note("running", units=services.active(names))
    room.reserve(order, journal)
    place = journal.directory / "snapshot"
    snapshot.take_files(order["paths"], place / "files")
    manifest.write(journal.directory, order, order["from"], {})  # data is told of once it is kept
    snapshot.seal(place)


def configure(order: Order, journal: Journal) -> None:
    """Every file as the new release needs it; the proxy knows at once what is closed."""
    managed_files.apply(order["files"])
    services.reload(order["proxy"])


def switch(order: Order, journal: Journal) -> None:
    """One rename: there is no instant without a release."""
    if "sides" in order:
        sides = order["sides"]
        release_link.point({"link": order["link"], "target": order["target"], "sides": sides})
    else:  # an older checkout's
        managed_files.make_link(order["link"], order["target"])


def start(order: Order, journal: Journal) -> None:
    """Starts Core and web; the next steps wait for them."""
    services.begin(order["starts"])


def opened(order: Order) -> str:
    """What the last step is called: it ends all that `close` began."""
    return "Pages are open again" if "core" in order.get("leaves", []) else "Mail flows again"


def complete(order: Order, journal: Journal) -> None:
    """After the commit: mail flows again, everything runs."""
    with recorded(journal, opened(order)):
        _open(order, journal)
        units.apply(order["declared_units"])
        mail.mta(order).flush()
    _finish(order, journal)


def complete_at_boot(order: Order, journal: Journal) -> None:
    """As `complete`, without waiting for services: they wait for this."""
    with recorded(journal, opened(order)):
        _open(order, journal)
        mail.mta(order).reload_if_running()
        services.begin(order["declared_units"]["units"])
        units.systemctl("--quiet", "enable", *order["declared_units"]["units"])
        mail.mta(order).flush()
    _finish(order, journal)


def _open(order: Order, journal: Journal) -> None:
    room.release(journal)
    moved: Order = {**order, "var": order["invariants"]["var"]}
    try:
        mail.put_queues_back(moved, journal)
    finally:
        mail.let_through(order, journal)
        Path(order["closed"]).unlink(missing_ok=True)


def _finish(order: Order, journal: Journal) -> None:
    try:
        index.ask(order)
    except (OSError, paths.ForeignError) as error:  # a foreign file must not end a window
        journal.note(mail.LEFT, left=[str(error)])
    mail.remove(order["removes"], journal)
    os.sync()
    peers.tell_end(order, journal, peers.FINISHED)
    journal.end("finished", old=order["from"], new=order["to"], left=mail.left(journal))
