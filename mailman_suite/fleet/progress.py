"""The progress of each host of a run, noted while it runs, and where that leaves it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from pyinfra.api import State
from pyinfra.api.host import Host

from mailman_suite.fleet.table import present
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.suite.suite import Suite

# The last words of `host/window/program.py follow`.
_FINISHED = re.compile(r"^\S+ runs; the window took ([\d.]+) s$", re.MULTILINE)
_ENDED_BADLY = re.compile(
    r"^error: (rolled back|stuck) to [^:]*: (.*?)(?:\nthe lines above the error .*)?\Z",
    re.MULTILINE | re.DOTALL,
)
_UNSEEN = "not checked yet"


@dataclass
class Progress:
    """What was seen of one host in this run."""

    window: Sequence[str] | None = None  # what its window said; None where none was opened
    healthy: bool = False  # whether its wave's health check passed
    failed: str = ""  # the operation that failed


# By name, since operations know their host through pyinfra's context, which is another object.
_PROGRESS: WeakKeyDictionary[State, dict[str, Progress]] = WeakKeyDictionary()


def progress_of(host: Host) -> Progress:
    """The notes about this host, to be read and written."""
    return _PROGRESS.setdefault(host.state, {}).setdefault(host.name, Progress())


def where(prospect: Prospect, progress: Progress) -> str:
    """Where the run left a host, in half a sentence. The prospect is one that was not refused."""
    assert prospect.suite is not None, "a run with a refused host does not begin"
    if prospect.suite.changes_release:
        return _changed(prospect.suite, present(prospect), progress)
    if progress.failed:
        return f"failed at: {progress.failed}"
    if not prospect.suite.settings.runs_release:
        return f"{prospect.suite.settings.role}, {'healthy' if progress.healthy else 'not reached'}"
    runs = f"runs {prospect.suite.release.name}"
    if progress.healthy:
        return f"{runs}, healthy" if prospect.suite.running else f"new, {runs}, healthy"
    return (
        f"not reached, {runs} as before" if prospect.suite.running else "not reached, has no suite"
    )


def _changed(suite: Suite, before: str, progress: Progress) -> str:
    """Of a host whose release was to change."""
    if progress.window is None:
        return f"{_failed_or(progress, 'not reached')}, still runs {before}"
    said = "\n".join(progress.window)
    if match := _FINISHED.search(said):
        runs = f"runs {suite.release.name}, was {before} (window {match[1]} s)"
        return f"{runs}, {_failed_or(progress, 'healthy' if progress.healthy else _UNSEEN)}"
    if match := _ENDED_BADLY.search(said):
        went = "rolled back to" if match[1] == "rolled back" else "STUCK while rolling back to"
        # A reason may be all that a program said; its last line is what it stumbled over.
        return f"{went} {before}: {match[2].splitlines()[-1]}"
    return (
        f"its window began at {before} and the connection was lost; the next run reports how it "
        "ended"
    )


def _failed_or(progress: Progress, otherwise: str) -> str:
    return f"failed at: {progress.failed}" if progress.failed else otherwise
