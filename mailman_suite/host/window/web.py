"""The part of a web's host in the window of a suite on several hosts, as steps of its own window.

It is closed before Core's host begins and opens when that has finished, even if this one was
interrupted meanwhile; if Core's host rolled back, or never began, this one rolls back. Neither
needs the control machine.
"""

from __future__ import annotations

from mailman_suite.host.window import health, peers, services, stopping, upgrade
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import Steps
from mailman_suite.host.wire.order import Order

CLOSED = "The web is stopped"  # from here on Core's host may begin


def steps(order: Order) -> Steps:
    """Another release; Core's host changes the data."""
    yield "Configuration is copied", upgrade.keep_configuration
    yield "Pages are closed", close
    yield "Jobs have ended", stopping.end_jobs
    yield CLOSED, stop
    if order["awaits"]:
        yield "Core's host has finished", peers.await_core
    yield from forward()


def forward() -> Steps:
    """The new release is in its place and running."""
    yield from switched()
    yield "The new release is started", upgrade.start
    yield "The web answers", health.web_answers
    yield "Core answers the web", health.core_answers


def switched() -> Steps:
    """The new release is in its place."""
    yield "The new configuration is in place", upgrade.configure
    yield "The link leads to the new release", upgrade.switch


def must_go_on(order: Order, journal: Journal) -> bool:
    """Whether an interrupted window can only go forward: Core's host has changed the data for good.

    Waits for the end of Core's window. Raises DataError if the database stays down.
    """
    return not journal.has("going back") and peers.give_up(order) == peers.FINISHED


def close(order: Order, journal: Journal) -> None:
    """Visitors are told to come back in a minute."""
    stopping.close_pages(order)


def stop(order: Order, journal: Journal) -> None:
    """Nothing on this host uses the web's database any more."""
    services.stop([*order["units"]["core"], *order["units"]["web"]])
