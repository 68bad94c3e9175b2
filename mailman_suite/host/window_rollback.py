"""The way back of a window: everything as it was, from whatever instant it was left."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from mailman_suite.host import snapshot, window_by_hand, window_health, window_mail, window_services
from mailman_suite.host.units import systemctl
from mailman_suite.host.window_journal import Journal

Order = dict[str, Any]

_EVIDENCE_LINES = 40


def roll_back(order: Order, journal: Journal, *, reason: str) -> None:
    """The old release serves again with its data; the outcome says why, with the evidence."""
    evidence = _evidence(order)
    journal.note("going back", reason=reason)
    stopping = _host_goes_down()
    _put_back(order, journal)
    if stopping:
        return  # the boot's own settling ends this
    window_services.begin(journal.found("running").get("units", []))
    health = _health(order)
    _reopen(order)
    journal.end("rolled back", reason=reason, evidence=evidence, health=health)


def put_back_at_boot(order: Order, journal: Journal, *, reason: str) -> None:
    """As `roll_back`; the boot starts the services, which wait for this."""
    journal.note("going back", reason=reason)
    _put_back(order, journal)
    Path(order["closed"]).unlink(missing_ok=True)
    systemctl("daemon-reload")
    journal.end("rolled back", reason=reason, evidence=[], health="not asked: the host was booting")


def _put_back(order: Order, journal: Journal) -> None:
    """Files, link, data: each from its sealed copy; without one it was never touched."""
    place = journal.directory / "snapshot"
    if not snapshot.is_whole(place):
        return
    window_services.stop([name for group in order["units"].values() for name in group])
    if snapshot.is_whole(place / "core"):
        snapshot.put_back_data(Path(order["var"]), place / "core" / "var")
        snapshot.put_back_database("core", order, place / "core")
    else:
        window_mail.put_queues_back(order)
    if snapshot.is_whole(place / "web"):
        snapshot.put_back_database("web", order, place / "web")
    window_by_hand.put_back(order)
    snapshot.put_back_files(order["paths"], place / "files")


def _reopen(order: Order) -> None:
    """Postfix reads its old configuration again and tries what it kept; pages can be changed."""
    Path(order["closed"]).unlink(missing_ok=True)
    if subprocess.run(["postfix", "status"], capture_output=True).returncode == 0:
        window_mail.postfix("postfix", "reload")
        window_mail.flush()
    window_services.reload("nginx.service")


def _health(order: Order) -> str:
    """What the old release shows of itself; a complaint is evidence, not a reason to stop."""
    try:
        window_health.core_serves(order)
    except window_health.UnhealthyError as error:
        return str(error)
    return "Core answers"


def _evidence(order: Order) -> list[str]:
    """The last words of the units in question."""
    units = [
        word for name in order["units"]["core"] + order["units"]["web"] for word in ("-u", name)
    ]
    words = ["journalctl", "--boot", "--no-pager", "-q", "-n", str(_EVIDENCE_LINES), *units]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace")
    return done.stdout.splitlines()


def _host_goes_down() -> bool:
    done = subprocess.run(["systemctl", "is-system-running"], capture_output=True, text=True)
    return done.stdout.strip() == "stopping"
