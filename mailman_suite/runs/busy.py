"""What other runs on a host mean for this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.runs import record
from mailman_suite.settings import Settings

Record = Mapping[str, Any]


def busy(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """One run at a time. One that hangs may be put aside by its name, or by its own computer:

    what the records here call over is over, whatever a host believes of its connection.
    """
    at_it = look["run"]["busy"]
    if at_it and at_it["run"] != settings.break_run and not record.has_ended(at_it["run"]):
        yield in_the_way(at_it)


def in_the_way(other: Record) -> Refusal:
    """Why a run cannot begin: `other` is at it, or was since this one looked."""
    if other["ended"] or other["seconds"] is None:
        return Refusal(
            found=f"{named(other)} has been at this host since it was looked at",
            expected="a host as this run saw it",
            remedy="run again: it looks anew",
        )
    ago = f"{round(other['seconds'])} s ago"
    return Refusal(
        found=f"{named(other)} is at it since {other['began']} by the host's clock, {ago}",
        expected="one run at a time",
        remedy="wait for its end, then run again; if its connection hangs, end it and go on: "
        f"--data mailman_break_run={other['run']}",
    )


def named(one: Record) -> str:
    """Whose run it is and what it does."""
    return f"{one['who']} (deploys/{one['deploy']}.py, run {one['run']})"
