"""What `host/apply/runs.py` is asked and answers, and what a history keeps of each run."""

from __future__ import annotations

from typing import Literal, TypedDict

from mailman_suite.host.wire.nothing import Nothing

RunOutcome = Literal[
    "", "done", "failed", "interrupted", "refused", "under way"
]  # "" as long as it is under way
_From = TypedDict("_From", {"from": str})  # a keyword cannot be a class's field


class RunRecord(_From):
    """One run on one host; times are UTC, `seconds` and `changed` null as long as unknown."""

    run: str
    who: str
    host: str
    deploy: str
    began: str
    ended: str
    seconds: float | None
    to: str
    window: str
    outcome: RunOutcome
    changed: int | None
    reason: str


class HistoryQuestion(TypedDict):
    """The file with the records, and the directories of the last window and the last backup."""

    history: str
    places: list[str]


class LastRun(TypedDict):
    """The ID of the last run, "" if there was none, and the run in progress."""

    last: str
    busy: RunRecord | Nothing


class Begun(TypedDict):
    """When the run began."""

    begun: str


class Records(TypedDict):
    """Oldest first."""

    records: list[RunRecord]
