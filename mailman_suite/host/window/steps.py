"""Steps of a window or a backup: each is on disk in the journal before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import Order, SharedOrder

AnyOrder = TypeVar("AnyOrder", bound=SharedOrder)
Step = Callable[[Order, Journal], None]
Steps = Iterator[tuple[str, Step]]


@contextmanager
def recorded(journal: Journal, what: str) -> Iterator[None]:
    """The journal has the step's beginning, and its end if it reaches it."""
    journal.note("begun", step=what)
    yield
    journal.note("done", step=what)


def take(
    steps: Iterable[tuple[str, Callable[[AnyOrder, Journal], None]]],
    order: AnyOrder,
    journal: Journal,
) -> None:
    """Every step up to the commit, in turn."""
    for what, step in steps:
        with recorded(journal, what):
            step(order, journal)
