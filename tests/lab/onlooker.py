"""Somebody who looks at the pages again and again while a window is open."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.lab.installed import DOMAIN, WEB_HOST
from tests.lab.suites import Suite

ASKED = {
    "archive": ("GET", f"/archives/list/announce@{DOMAIN}/"),
    "lists": ("GET", "/mailman3/lists/"),
    "change": ("POST", "/accounts/login/"),
}
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Sight:
    """Statuses and Retry-After of all pages, asked right after one another."""

    statuses: dict[str, int]
    retry_after: dict[str, str | None]


class Onlooker:
    """Collects what was seen."""

    def __init__(self, suite: Suite) -> None:
        self.sights: list[Sight] = []
        self._address = suite.machine.address
        self._end = threading.Event()

    def run(self) -> None:
        """Looks until told to stop."""
        while not self._end.wait(_PAUSE_SECONDS):
            answers = {name: self._ask(*words) for name, words in ASKED.items()}
            statuses = {name: status for name, (status, _) in answers.items()}
            self.sights.append(Sight(statuses, {name: one for name, (_, one) in answers.items()}))

    def stop(self) -> None:
        """No more looks from now on."""
        self._end.set()

    def _ask(self, method: str, path: str) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        try:
            connection.request(method, path, headers={"Host": WEB_HOST})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers["Retry-After"]
        finally:
            connection.close()


@contextmanager
def looking(suite: Suite) -> Iterator[Onlooker]:
    """An onlooker while the block runs."""
    onlooker = Onlooker(suite)
    thread = threading.Thread(target=onlooker.run)
    thread.start()
    try:
        yield onlooker
    finally:
        onlooker.stop()
        thread.join()
