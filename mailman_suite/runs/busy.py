"""What other runs on a host mean for this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.runs import record
from mailman_suite.settings import Settings

Record = Mapping[str, Any]


def busy(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """One run at a time. One that hangs may be superseded by its ID, or by its own computer:

    a run that has ended by the records here is over, whatever a host knows of its connection.
    """
    running = look["run"]["busy"]
    if running and running["run"] != settings.break_run and not record.has_ended(running["run"]):
        yield in_the_way(running)


def in_the_way(other: Record) -> Refusal:
    """Why a run cannot begin: `other` has the host, or has had it since the inspection.

    It is empty where the host has forgotten all runs since then.
    """
    if not other:
        return Refusal(
            found=f"{layout.HISTORY} has been removed since this run inspected the host",
            expected="the host as this run inspected it",
            remedy="run again; it inspects the host again",
        )
    if other["ended"] or other["seconds"] is None:
        return Refusal(
            found=f"{named(other)} has changed this host since this run inspected it",
            expected="the host as this run inspected it",
            remedy="run again; it inspects the host again",
        )
    return Refusal(
        found=f"{named(other)} has been running deploys/{other['deploy']}.py since "
        f"{other['began']} ({round(other['seconds'])} s)",
        expected="one run at a time",
        remedy="wait until it has ended, then run again; if its connection hangs, supersede it: "
        f"--data mailman_break_run={other['run']}",
    )


def named(one: Record) -> str:
    """Whose run it is, and its ID."""
    return f"{one['who']} (run {one['run']})"
