"""Removes what earlier changes of release left on a host and no rollback needs."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host, logger
from pyinfra.api import QuoteString, StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.inspection.suites import question
from mailman_suite.releases.retention import Old, old
from mailman_suite.suite.suite import Suite


@operation()
def kept(suite: Suite) -> Generator[StringCommand, None, None]:
    """Windows keep their snapshots, and releases stay, only if a rollback may need them.

    + suite: says what is old, as inspected before the run's first change
    """
    if suite.changes_release and not host.state.is_executing:
        host.noop("retention is decided after the window")
        return
    found = _after_window(suite) if suite.changes_release else suite.old
    if found.stays and not host.state.is_executing:
        logger.info(f"{host.print_prefix}{found.stays}")  # a part of the plan
    if not found:
        host.noop(found.stays or "no window has a snapshot")
        return
    for name in found.windows:
        yield _without_state(f"{layout.WINDOWS}/{name}")
    for name in found.releases:
        yield _without_release(name)


def _after_window(suite: Suite) -> Old:
    look = host.get_fact(HostInspection, arguments=question(suite.settings))
    return old(look, suite.settings.keep_windows, suite.identifier)


def _without_state(window: str) -> StringCommand:
    """Removes the seal first: nothing may roll back to half a snapshot."""
    seal, state, programs = (
        QuoteString(f"{window}/{part}") for part in ("snapshot/complete", "snapshot", "program")
    )
    return StringCommand("rm -f", seal, "&& rm -rf", state, programs)


def _without_release(name: str) -> StringCommand:
    """Removes the stamp first: half a release must not count as built."""
    place = f"{layout.RELEASES}/{name}"
    stamp, lock = (QuoteString(path) for path in (f"{place}/stamp.json", _lock(name)))
    return StringCommand("rm -f", stamp, "&& rm -rf", QuoteString(place), lock)


def _lock(name: str) -> str:
    """The lock that its builder held, as in `host/base/release_tree.py`."""
    return f"{layout.RELEASES}/.{name}.lock"
