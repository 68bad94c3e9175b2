"""Moves a suite made by hand out of the new suite's places, and puts it back.

Nothing is deleted: directories are renamed, files have their copies in the window's snapshot.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.apply.units import systemctl
from mailman_suite.host.base import files, paths
from mailman_suite.host.state import snapshot
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import Order, PutAside

_UNITS = "/etc/systemd/system"


def put_aside(order: Order, journal: Journal) -> None:
    """Moves units with their drop-ins, the proxy's site and directories out of the way."""
    its = order["by_hand"]
    assert its is not None, "only what makes room for something has this step"
    for name in its["units"]:
        systemctl("--quiet", "disable", name)
        _remove_file(f"{_UNITS}/{name}", order)
    for path in (*its.get("drop_ins", ()), *its["sites"]):
        _remove_file(path, order)
    for path, aside in its["aside"].items():
        if os.path.lexists(path) and not os.path.islink(path):
            files.rename(path, aside)
    for path, present in its["moved"].items():
        snapshot.replace(Path(path), Path(present))  # a copy; the file stays where it is


def put_back(order: Order) -> None:
    """Gives the directories their names again; restores files from the snapshot."""
    its: PutAside = order["by_hand"] or {"units": [], "sites": [], "aside": {}, "moved": {}}
    # A window that rolls back to a suite made by hand had given directories their names.
    for path, aside in its.get("returned", {}).items():
        if os.path.isdir(path) and not os.path.islink(path) and not os.path.lexists(aside):
            files.rename(path, aside)
    for path, aside in its["aside"].items():
        if os.path.lexists(aside):
            files.remove(path)
            files.rename(aside, path)
    for path in its["moved"]:
        with suppress(paths.ForeignError):  # nothing was copied through a link
            files.remove(path)


def remove_cron_jobs(order: Order, journal: Journal) -> None:
    """Removes the jobs that the suite's timers replace from the crontabs."""
    jobs = order["cron_jobs"]
    for path in sorted({job["file"] for job in jobs}):
        _without_jobs(path, {job["number"] for job in jobs if job["file"] == path}, order)


def _without_jobs(path: str, numbers: set[int], order: Order) -> None:
    """The crontab without the lines of these numbers, with a copy of what it was."""
    text = managed_files.read(path)
    if text is None:
        return
    managed_files.keep_copy(path, order["files"]["copies"])
    lines = enumerate(text.splitlines(keepends=True), 1)
    # A crontab that was edited since it was surveyed loses no other line.
    kept = [line for number, line in lines if number not in numbers or "mailman" not in line]
    managed_files.write(path, "".join(kept), managed_files.attributes(path))


def _remove_file(path: str, order: Order) -> None:
    managed_files.keep_copy(path, order["files"]["copies"])
    files.remove(path)
