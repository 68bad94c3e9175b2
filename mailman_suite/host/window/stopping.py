"""The steps of a window that close the suite, stop it, and copy what will change."""

from __future__ import annotations

from pathlib import Path

from mailman_suite.host.state import snapshot
from mailman_suite.host.window import mail, services, shunted
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import Steps
from mailman_suite.host.wire.order import Order, SharedOrder


def stopping_what_changes(order: Order, data: bool) -> Steps:
    """A side of the suite that is the same in both releases goes on."""
    leaves = order.get("leaves", [])
    if "core" in leaves:
        yield "Pages are read-only", close
        yield "Jobs have ended", end_jobs
        yield from stopping_web(data)
    elif "web" in leaves:
        yield from stopping_core(data)
        yield "Queues are set aside", mail.set_aside
    else:
        yield from stopping(data)


def stopping(data: bool) -> Steps:
    """Nothing runs and nothing enters; `data` says whether databases and data will change."""
    yield from stopping_core(data)
    yield from stopping_web(data)
    yield "Queues are set aside", mail.set_aside


def stopping_core(data: bool) -> Steps:
    """Core is stopped between two messages, and gets none."""
    yield "Postfix holds mail back, pages are read-only", close
    yield "Jobs have ended", end_jobs
    yield "Core has emptied its queues", mail.drain
    yield "Core is stopped", stop_core
    if data:
        yield "Core's snapshot is taken", keep_core


def stopping_web(data: bool) -> Steps:
    """Nobody uses the web's database."""
    yield "The web is stopped", lambda order, journal: services.stop(order["units"]["web"])
    if data:
        yield "The web's snapshot is taken", keep_web


def close(order: SharedOrder, journal: Journal) -> None:
    """Nothing new enters: neither mail to Core nor changes over the web."""
    close_pages(order)
    mail.hold_back(order, journal)


def close_pages(order: SharedOrder) -> None:
    """The proxy lets people read at most."""
    closed = Path(order["closed"])
    closed.parent.mkdir(mode=0o755, exist_ok=True)
    closed.parent.chmod(0o755)
    closed.touch(mode=0o644)
    closed.chmod(0o644)


def end_jobs(order: SharedOrder, journal: Journal) -> None:
    """No timer starts another job, and those that run end."""
    services.stop(order["units"]["timers"])
    services.end(order["units"]["jobs"])


def stop_core(order: SharedOrder, journal: Journal) -> None:
    """Stops Core; a message that it was processing is in its queue again."""
    shunted.remember(order, journal)
    services.stop(order["units"]["core"])
    shunted.queue_again(order, journal)


def keep_core(order: SharedOrder, journal: Journal) -> None:
    """Core's database and its data directory; a rollback only uses a sealed copy."""
    place = journal.directory / "snapshot" / "core"
    snapshot.take_data(Path(order["var"]), place / "var")
    snapshot.take_database("core", order["databases_before"], place)
    snapshot.seal(place)


def keep_web(order: SharedOrder, journal: Journal) -> None:
    """The web's database."""
    place = journal.directory / "snapshot" / "web"
    place.mkdir(mode=0o700, exist_ok=True)
    snapshot.take_database("web", order["databases_before"], place)
    snapshot.seal(place)
