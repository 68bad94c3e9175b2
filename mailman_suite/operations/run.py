"""One run at a time: it takes its hosts before it changes anything on them."""

from __future__ import annotations

from collections.abc import Generator

from pyinfra import host
from pyinfra.api import QuoteString, StringCommand, operation
from pyinfra.context import ctx_host

from mailman_suite.runs import end
from mailman_suite.runs import record as run_record
from mailman_suite.suite.suite import Suite


@operation()
def begun(suite: Suite, to: str) -> Generator[StringCommand, None, None]:
    """This run has the host until it ends, and the host's history has its record.

    This never counts as a change, and a plan writes nothing. `runs/end.py` records the end.

    + suite: what runs on the host, and which run was the last one there at its inspection
    + to: what will run there
    """
    if not host.state.is_executing:
        host.noop("the run checks again for other runs when it begins")
        return
    record = run_record.record(host.name, suite.running, to)
    # The host itself: the name `host` stands for another host later.
    why_not = end.begin(ctx_host.get(), record, suite.last_run, suite.breaks)
    if why_not:
        yield StringCommand("echo", QuoteString(f"error: {why_not}"), ">&2; exit 1")
    else:
        host.noop(f"this is run {record['run']}")
