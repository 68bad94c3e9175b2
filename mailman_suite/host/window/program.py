"""Changes a suite as one transaction; runs on the host as root, under systemd.

    PYTHONPATH=WINDOW/program python3 -s -m mailman_suite.host.window.program VERB WINDOW

WINDOW is a directory with `order.json`, which says what to do, and the journal. Its `kind` says
which steps these are: another release, the state before a window, the state in a backup. Verbs:

`run`:     does every step; whatever fails before the commit, the host is put back as it was.
`settle`:  ends what was interrupted: forward after the commit, back before it; a web's host as
           Core's host did. After `run` it finds nothing to do.
`boot`:    the same before any service starts; waits for none, since they wait for it.
`closed`:  prints progress until a web's host has stopped; 0 when it has.
`follow`:  prints progress until the window has ended; 0 if it finished, 1 if it was rolled back.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from mailman_suite.host.base import verbs
from mailman_suite.host.window import (
    progress,
    restore,
    rollback,
    services,
    undo,
    upgrade,
)
from mailman_suite.host.window import (
    web as window_web,
)
from mailman_suite.host.window.journal import COMMITTED, Journal
from mailman_suite.host.window.steps import Steps, take
from mailman_suite.host.wire.journal import Outcome
from mailman_suite.host.wire.order import Order

_STEPS = {
    "release": upgrade.steps,
    "rollback": rollback.steps,
    "restore": restore.steps,
    "web": window_web.steps,
}

_AGAIN = (
    "the lines above the error are the last log lines of Core and web; to try again, remove the "
    'cause and set mailman_acknowledged_window = "{id}" in group data'
)
_STUCK = (
    "error: the window ended without an outcome; see journalctl -u mailman-window, remove the "
    "cause, then systemctl restart mailman-window-recovery"
)


def main(arguments: list[str]) -> int:
    """Run one verb on one window; the exit status says whether it did what it should."""
    verb, place = arguments
    action = verbs.named(_VERBS, verb)
    os.umask(0o077)
    window = Path(place)
    order: Order = json.loads((window / "order.json").read_text(encoding="utf-8"))
    return action(order, Journal(window)) or 0


def run(order: Order, journal: Journal) -> None:
    """Every step in turn; rolls back when one fails."""
    if journal.outcome() or journal.lines():
        return  # begun before: that is for `settle`
    journal.note("opened", id=order["id"], old=order["from"], new=order["to"])
    try:
        take(_STEPS[order["kind"]](order), order, journal)
        _commit(journal)
    except (Exception, SystemExit) as error:  # programs beside this one end with SystemExit
        undo.roll_back(order, journal, reason=f"{type(error).__name__}: {error}")
        return
    upgrade.complete(order, journal)


def settle(order: Order, journal: Journal) -> None:
    """An interrupted window ends: in the new release after its commit, else in the old one."""
    if journal.outcome() or not journal.lines():
        return
    if services.host_goes_down():
        return  # services are being stopped; the boot ends this
    reason = "the window was interrupted"
    if reason := _why_back(order, journal, window_web.forward(), reason):
        undo.roll_back(order, journal, reason=reason)
    else:
        upgrade.complete(order, journal)


def settle_at_boot(order: Order, journal: Journal) -> None:
    """As `settle`; the services that this boot is about to start wait for it.

    They also start it when the window itself starts them; then there is nothing to settle.
    """
    if journal.outcome() or not journal.lines() or services.is_open(order):
        return
    reason = "the host went down during the window"
    # The services that should run afterwards wait for this.
    if reason := _why_back(order, journal, window_web.switched(), reason):
        undo.put_back_at_boot(order, journal, reason=reason)
    else:
        upgrade.complete_at_boot(order, journal)


def _why_back(order: Order, journal: Journal, forward: Steps, reason: str) -> str:
    """Why an interrupted window ends in the old release; empty after its commit.

    The window of a web's host that can only go forward takes the steps `forward` and is committed.
    """
    if journal.has(COMMITTED):
        return ""
    try:
        if not window_web.must_go_on(order, journal):
            return reason
        take(forward, order, journal)
        _commit(journal)
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _commit(journal: Journal) -> None:
    """From here on nothing is rolled back, so the steps' results have to survive a power cut."""
    os.sync()
    journal.note(COMMITTED)


def until_closed(order: Order, journal: Journal) -> int:
    """As `follow`, until the host has nothing more to do before Core's host."""
    outcome = progress.follow(journal, lambda: services.is_open(order), until=window_web.CLOSED)
    if outcome is None and journal.has_done(window_web.CLOSED):
        return 0
    return _ended(outcome, order)


def follow(order: Order, journal: Journal) -> int:
    """Each step as it begins and ends, with the seconds since the window opened."""
    return _ended(progress.follow(journal, lambda: services.is_open(order)), order)


def _ended(outcome: Outcome | None, order: Order) -> int:
    if outcome is None:
        print(_STUCK, flush=True)
        return 1
    return _verdict(outcome, order)


def _verdict(outcome: Outcome, order: Order) -> int:
    if outcome["outcome"] == "finished":
        print(f"{order['to']} runs; the window took {outcome['seconds']} s", flush=True)
        for line in order["afterwards"]:
            print(line, flush=True)
        for found in outcome.get("left", []):
            print(f"error: mail flows, but this is in the way: {found}", flush=True)
        return 1 if outcome.get("left") else 0
    for line in outcome.get("evidence", []):
        print(line, flush=True)
    for found in outcome.get("left", []):
        print(f"error: this is in the way: {found}", flush=True)
    print(f"error: {outcome['outcome']} to {order['from']}: {outcome['reason']}", flush=True)
    print(_AGAIN.format(id=order["id"]), flush=True)
    return 1


_VERBS: dict[str, Callable[[Order, Journal], int | None]] = {
    "run": run,
    "settle": settle,
    "boot": settle_at_boot,
    "follow": follow,
    "closed": until_closed,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
