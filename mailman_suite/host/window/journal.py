"""The journal of one window: what began, what ended, and whether it can be rolled back.

One JSON object for each line of `journal.jsonl`, on the disk before the next step begins. A line
that a power cut or a full disk left half-written is ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mailman_suite.host.base.files import write_durably
from mailman_suite.host.wire.journal import Line, Outcome, OutcomeName, StepTime

COMMITTED = "committed"  # from here on the window only goes forward


class Journal:
    """Appends to and reads the journal in a window's directory."""

    def __init__(self, directory: Path) -> None:
        """`directory` exists and belongs only to root."""
        self.directory = directory
        self._path = directory / "journal.jsonl"

    def note(self, event: str, **details: Any) -> None:
        """A line that is on the disk when this returns; shown to any follower."""
        line = json.dumps({"event": event, "at": round(time.time(), 3), **details})
        # A newline before it too: a half-written line must not swallow this one.
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n" if self._is_torn() else f"{line}\n")
            file.flush()
            os.fsync(file.fileno())
        print(line, flush=True)

    def lines(self) -> list[Line]:
        """Every complete line, oldest first."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return list(_whole(text))

    def _is_torn(self) -> bool:
        try:
            return self._path.read_bytes()[-1:] not in (b"", b"\n")
        except FileNotFoundError:
            return False

    def has(self, event: str) -> bool:
        """Whether such a line was written."""
        return any(line["event"] == event for line in self.lines())

    def has_begun(self, step: str) -> bool:
        """Whether the step began."""
        return noted(self.lines(), "begun", step)

    def has_done(self, step: str) -> bool:
        """Whether the step ended."""
        return noted(self.lines(), "done", step)

    def found(self, event: str) -> Line:
        """The last line of this kind; empty when there is none."""
        lines = (line for line in reversed(self.lines()) if line["event"] == event)
        return next(lines, Line())

    def outcome(self) -> Outcome | None:
        """How the window ended; None while it has not."""
        try:
            text = (self.directory / "outcome.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        outcome: Outcome = json.loads(text)
        return outcome

    def end(self, outcome: OutcomeName, **details: Any) -> None:
        """The window is over: its outcome is on the disk, with these details."""
        started = self.lines()[0]["at"] if self.lines() else time.time()
        told = {
            "outcome": outcome,
            "seconds": round(time.time() - started, 1),
            "steps": self.steps(),
            **details,
        }
        write_durably(self.directory / "outcome.json", json.dumps(told, indent=1) + "\n")

    def steps(self) -> list[StepTime]:
        """Each step with its start, in seconds since the first line, and its length in seconds."""
        lines = self.lines()
        begun = {line["step"]: line["at"] for line in lines if line["event"] == "begun"}
        return [
            {
                "step": line["step"],
                "start": round(begun[line["step"]] - lines[0]["at"], 2),
                "seconds": round(line["at"] - begun[line["step"]], 2),
            }
            for line in lines
            if line["event"] == "done" and line["step"] in begun
        ]


def noted(lines: Iterable[Line], event: str, step: str) -> bool:
    """Whether the lines of a journal hold this of a step."""
    return any((line["event"], line.get("step")) == (event, step) for line in lines)


def _whole(text: str) -> Iterator[Line]:
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            yield json.loads(line)
