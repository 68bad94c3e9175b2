"""Whether a suite that was just started serves, before its users can reach it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from mailman_suite.host.check import core as verify_core
from mailman_suite.host.check import web as verify_web
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.checks import CoreQuestion
from mailman_suite.host.wire.order import Order, SharedOrder

_POLL_SECONDS = 0.25


class UnhealthyError(Exception):
    """A service that did not answer in time, with the last complaint."""


def web_answers(order: Order, journal: Journal) -> None:
    """The archives' first page opens, asked of the WSGI server itself."""
    _eventually(order["patience"]["web"], lambda: web_complaint(order))


def core_answers(order: SharedOrder, journal: Journal) -> None:
    """Collections, LMTP, every runner, and a page that needs all of these."""
    core_serves(order)


def core_serves(order: SharedOrder) -> None:
    """Returns once Core does; UnhealthyError when it does not in time."""
    _eventually(order["patience"]["core"], lambda: next(core_complaints(order), None))


def web_complaint(order: Order) -> str | None:
    """What is wrong with the archives' page; None when it is right, or on another host."""
    return _page_complaint(order, order["archives_page"]) if order["archives_page"] else None


def core_complaints(order: SharedOrder) -> Iterator[str]:
    """What is wrong with Core, beginning with what takes longest to start."""
    try:
        if order["core_questions"]:  # else Core is on another host, and its page tells
            yield from _core_complaints(order["core_questions"])
    except Exception as error:
        yield f"{type(error).__name__}: {error}"
        return
    complaint = order["lists_page"] and _page_complaint(order, order["lists_page"])
    if complaint:
        yield complaint


def _core_complaints(questions: CoreQuestion) -> Iterator[str]:
    for name, (status, _) in verify_core.rest(questions)["collections"].items():
        if status != 200:
            yield f"REST answers {status} for {name}"
    greeting = verify_core.lmtp(questions)
    if not greeting.startswith("220"):
        yield f"LMTP greets with {greeting!r}"
    found = verify_core.runners(questions)
    for name, number in found["configured"].items():
        if len(found["running"].get(name, [])) < number:
            yield f"the runner {name} does not run"


def _page_complaint(order: SharedOrder, path: str) -> str | None:
    try:
        found = verify_web.page(order["web_questions"], path)
    except Exception as error:
        return f"{path}: {type(error).__name__}: {error}"
    return None if found["status"] == 200 else f"{path} answers {found['status']}"


def _eventually(seconds: float, complaint: Callable[[], str | None]) -> None:
    deadline = time.monotonic() + seconds
    while True:
        found = complaint()
        if found is None:
            return
        if time.monotonic() > deadline:
            raise UnhealthyError(f"after {seconds:.0f} s still: {found}")
        time.sleep(_POLL_SECONDS)
