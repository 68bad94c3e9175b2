"""What a window's or a backup's journal and outcome say."""

from __future__ import annotations

from typing import Literal, TypedDict

OutcomeName = Literal["finished", "rolled back", "failed"]


class Line(TypedDict, total=False):
    """One line; `at` is in seconds since the epoch, what else there is depends on the event."""

    event: str
    at: float
    step: str
    id: str
    old: str
    new: str
    units: list[str]
    reason: str
    seconds: float
    left: list[str]


class StepTime(TypedDict):
    """When a step began, in seconds since the first line, and how many it took."""

    step: str
    start: float
    seconds: float


class _Outcome(TypedDict):
    outcome: OutcomeName
    seconds: float
    steps: list[StepTime]


class Outcome(_Outcome, total=False):
    """How it ended; `reason`, `evidence` and `health` if it rolled back or failed.

    The rest is of a backup: the archive's path, bytes that it holds and takes, Core's pause.
    """

    old: str
    new: str
    reason: str
    evidence: list[str]
    health: str
    left: list[str]
    archive: str
    bytes: int
    packed: int
    pause: float
