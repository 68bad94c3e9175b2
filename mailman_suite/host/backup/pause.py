"""The pause of a backup: mail waits in Postfix, pages are read-only, and everything is copied.

The web keeps running. The proxy holds back changes, so that both databases and Core's directory are
of one instant.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailman_suite.host.state import manifest
from mailman_suite.host.window import data as window_data
from mailman_suite.host.window import health, mail, services, shunted, stopping, upgrade
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.window.steps import recorded, take
from mailman_suite.host.wire.manifest import Held
from mailman_suite.host.wire.order import BackupOrder as Order

PAUSED = "paused"
_COPIES = (stopping.keep_core, stopping.keep_web)


class BusyError(Exception):
    """Something else is changing the suite; the text says what to do."""


def copy(order: Order, journal: Journal) -> None:
    """The state directory is complete, and the suite continues."""
    with recorded(journal, "Configuration is copied"):
        require_quiet(order)
        upgrade.keep_configuration(order, journal)
    start = time.monotonic()
    take(_pause(), order, journal)
    journal.note(PAUSED, seconds=round(time.monotonic() - start, 1))


def _pause() -> Iterator[tuple[str, Callable[[Order, Journal], None]]]:
    yield "Postfix holds mail back, pages are read-only", stopping.close
    yield "Jobs have ended", stopping.end_jobs
    yield "Core has emptied its queues", mail.drain
    yield "Core is stopped", stopping.stop_core
    yield "Data is copied and counted", keep
    yield "Core is started again", start_again
    yield "Core answers", core_answers
    yield "Mail flows again", open_again


def require_quiet(order: Order) -> None:
    """No change of release is in progress. Raises BusyError."""
    if services.is_open(order):
        raise BusyError(
            f"a change of release is in progress; wait until it has ended (systemctl status "
            f"{order['window_unit']}), then make the backup"
        )


def keep(order: Order, journal: Journal) -> None:
    """Copies and counts both databases and Core's directory in parallel: nothing changes now."""
    with ThreadPoolExecutor(len(_COPIES) + 1) as pool:
        counting = pool.submit(counted, order)
        for copying in [pool.submit(step, order, journal) for step in _COPIES]:
            copying.result()
        manifest.write(journal.directory, order, order["from"], counting.result())


def counted(order: Order) -> Held:
    """Heads, counts and digests."""
    return window_data.held(order, {"databases": order["databases"], "var": order["var"]})


def start_again(order: Order, journal: Journal) -> None:
    """Starts whatever ran before; units that run are not touched."""
    services.begin(journal.found("running").get("units", []))


def core_answers(order: Order, journal: Journal) -> None:
    """Core answers; one that did not run before is not waited for."""
    if order["units"]["core"][0] in journal.found("running").get("units", []):
        health.core_serves(order)


def open_again(order: Order, journal: Journal) -> None:
    """Pages can be changed, and Postfix delivers what it kept."""
    Path(order["closed"]).unlink(missing_ok=True)
    mail.let_through(order, journal)
    mail.mta(order).reload_if_running()
    mail.mta(order).flush()


def go_on(order: Order, journal: Journal) -> str:
    """Makes the suite work as before the pause, whenever that was interrupted; what Core shows."""
    if not journal.found("running"):
        return "nothing was stopped"
    shunted.queue_again(order, journal)
    start_again(order, journal)
    try:
        core_answers(order, journal)
    except health.UnhealthyError as error:
        return str(error)
    finally:
        open_again(order, journal)
    return "Core answers"
