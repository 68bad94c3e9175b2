"""Back to the state before an earlier window, as the steps of a window of its own.

`past` of the order is the earlier window's directory. The present state is copied first, so that a
failure, or another rollback, can return to it. Queues are not rolled back: what was queued then was
sent long ago, what is queued now was accepted and is still to be sent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from mailman_suite.host.base import files, paths
from mailman_suite.host.check.queues import HELD
from mailman_suite.host.state import invariants, manifest, snapshot
from mailman_suite.host.state.invariants import differences
from mailman_suite.host.window import by_hand, mail, room, stopping, upgrade
from mailman_suite.host.window import data as window_data
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import Steps
from mailman_suite.host.wire.manifest import Tallies
from mailman_suite.host.wire.order import Order
from mailman_suite.host.wire.sides import SIDES, Side

# The archiver's own queue, below Core's data.
SPOOL = "archives/hyperkitty/spool"
_QUEUES = ("queue", HELD)


def steps(order: Order) -> Steps:
    """If the earlier window changed no data, neither does this."""
    data = bool(_kept(order))
    if data:
        yield "There is space for the snapshot and a rollback", room.require
    yield "Configuration is copied", upgrade.keep_configuration
    yield from stopping.stopping(data)
    if data:
        yield "Contents are counted", window_data.count_before
        yield "The snapshot's data is in place", put_data
    yield "The snapshot's configuration is in place", put_files
    if data:
        yield "Counts match the snapshot", compare
        yield "Mail that waits for the archive is kept", keep_spool
    yield "The web's cache is empty", empty_cache
    yield "The old release is started", upgrade.start
    yield from upgrade.serving()


def put_data(order: Order, journal: Journal) -> None:
    """The databases and Core's directory, but no queue; the journal says what is given up.

    What the earlier window left alone has no copy, and stays as it is.
    """
    past, then = Path(order["past"]), order_of(order["past"])
    now, was = (manifest.read(place / manifest.NAME) for place in (journal.directory, past))
    journal.note("given up", counts=given_up(now["invariants"], was["invariants"]))
    kept = _kept(order)
    if "core" in kept:
        snapshot.put_back_data(Path(order["var"]), kept["core"] / "var", keeps=_QUEUES)
    for side, place in kept.items():
        snapshot.put_back_database(side, then["databases"], place)


def _kept(order: Order) -> dict[Side, Path]:
    """The earlier window's copies of the data of each side that it changed."""
    copies = {side: Path(order["past"], "snapshot", side) for side in SIDES}
    return {side: place for side, place in copies.items() if snapshot.is_whole(place)}


def given_up(now: Tallies, then: Tallies) -> list[str]:
    """What changed since, a sentence each; queues stay as they are now.

    Of a side that the earlier window left alone nothing is given up.
    """
    kept = {invariants.side_of(name) for name in then}
    return differences(_without_queues(invariants.of_sides(now, kept)), then)


def put_files(order: Order, journal: Journal) -> None:
    """Configuration, units and the link; what was made by hand has its places again.

    The units that run this window stay: those of then may name other programs than it brought.
    """
    by_hand.put_back(order_of(order["past"]))
    kept = Path(order["past"], "snapshot", "files")
    snapshot.put_back_files(order["past_paths"], kept, keeps=order["own_units"])


def compare(order: Order, journal: Journal) -> None:
    """The databases match the snapshot's counts. Raises DataError naming what does not."""
    was = manifest.read(Path(order["past"], manifest.NAME))["invariants"]
    places = order_of(order["past"])["invariants_before"]
    found = differences(_without_queues(was), window_data.held(order, places)["invariants"])
    if found:
        raise window_data.DataError(
            "the data put back differs from the snapshot: " + "; ".join(found)
        )


def keep_spool(order: Order, journal: Journal) -> None:
    """Offers the archive again what it has not accepted yet."""
    keep_waiting(order, journal, [SPOOL])


def keep_waiting(order: Order, journal: Journal, folders: list[str]) -> None:
    """Files below these folders of Core's directory that were there before this window."""
    for folder in folders:
        kept, there = journal.directory / "snapshot" / "core" / "var", Path(order["var"])
        for part in Path(folder).parts:
            kept, there = kept / part, there / part
            if kept.is_dir():
                mail.like(kept, there)
        snapshot.add_missing(kept, there)


def empty_cache(order: Order, journal: Journal) -> None:
    """Nothing that the web remembers of the other state, or that another Django wrote, is read."""
    if not os.path.lexists(order["cache"]):
        return
    with paths.directory(order["cache"]) as cache:
        for entry in os.listdir(cache):
            files.remove_in(cache, entry)


def order_of(past: str) -> Order:
    """What the earlier window was told to do."""
    order: Order = json.loads(Path(past, "order.json").read_text(encoding="utf-8"))
    return order


def _without_queues(counts: Tallies) -> Tallies:
    return {name: one for name, one in counts.items() if not name.startswith("queue files")}
