"""Follows a journal and prints its steps until the program ends."""

from __future__ import annotations

import time
from collections.abc import Callable

from mailman_suite.host.window.journal import Journal, noted
from mailman_suite.host.wire.journal import Line, Outcome

_POLL_SECONDS = 0.3
# How often to ask whether the program that writes the journal still runs.
_ALIVE_SECONDS = 5


def follow(journal: Journal, is_at_work: Callable[[], bool], until: str = "") -> Outcome | None:
    """How it ended; prints each step as it begins and ends. None if nothing runs any more.

    `is_at_work` asks for the unit that writes the journal; the end of the step `until` is an end
    too, which is not yet an outcome.
    """
    shown, deadline = 0, time.monotonic() + _ALIVE_SECONDS
    while True:
        outcome = journal.outcome()
        lines = journal.lines()
        for line in lines[shown:]:
            print(told(line, lines[0]["at"]), flush=True)
        shown = len(lines)
        if outcome or noted(lines, "done", until):
            return outcome
        if time.monotonic() > deadline:
            if not is_at_work() and not journal.outcome():
                return None
            deadline = time.monotonic() + _ALIVE_SECONDS
        time.sleep(_POLL_SECONDS)


def told(line: Line, start: float) -> str:
    """A line of the journal for people; `start` is the time of its first line."""
    rest = {key: value for key, value in line.items() if key not in ("event", "at", "step")}
    what = {"begun": line.get("step", ""), "done": f"  done: {line.get('step', '')}"}
    said = what.get(line["event"], line["event"])
    details = ", ".join(f"{key}: {value}" for key, value in rest.items())
    return f"[{line['at'] - start:6.1f} s] {said}{' (' + details + ')' if details else ''}"
