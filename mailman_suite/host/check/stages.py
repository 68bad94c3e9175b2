"""The stages of something that is followed: each is waited for, timed and announced."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from typing import Any

_PAUSE_SECONDS = 0.25


class Failed(Exception):
    """A stage did not succeed; the text says what was found."""


class Stages:
    """The stages of one post, each announced with its seconds when it ends.

    `patience` is in seconds; `waiting` returns the names of what waits in the queues that hold
    the post. While something leaves them, the patience begins anew.
    """

    def __init__(self, patience: float, waiting: Callable[[], frozenset[str]]) -> None:
        self.seconds: dict[str, float] = {}
        self._patience = patience
        self._waiting = waiting

    def reach(self, stage: str, attempt: Callable[[], Any]) -> Any:
        """What `attempt` returns once that is not None. Raises `Failed` after the patience."""
        begin = time.monotonic()
        try:
            result = self._awaited(attempt)
        except (Failed, OSError, RuntimeError, smtplib.SMTPException) as error:
            raise Failed(f"{stage}: {error}") from None
        self.seconds[stage] = round(time.monotonic() - begin, 2)
        print(f"{self.seconds[stage]:6.2f} s  {stage}", flush=True)
        return result

    def _awaited(self, attempt: Callable[[], Any]) -> Any:
        result = attempt()
        waited, seen = time.monotonic(), self._waiting() if result is None else frozenset()
        while result is None:
            if time.monotonic() - waited > self._patience:
                now = self._waiting()
                if not now or not seen - now:
                    raise Failed(f"nothing came in {self._patience:.0f} s")
                print(f"          it waits in a queue of {len(now)}", flush=True)
                waited, seen = time.monotonic(), now
            time.sleep(_PAUSE_SECONDS)
            result = attempt()
        return result
