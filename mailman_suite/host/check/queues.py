"""Counts what waits in Core's queues and in the archiver's spool; judges nothing.

`look`: {"var"} -> {"queues": {queue: [messages, seconds since the oldest came]}, "spool" and
        "held", what a window set aside: the same,
        "failed": {queue: [messages since Core started, older ones]}}.
"""

from __future__ import annotations

import glob
import os
import time

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.checks import QueueObservations, QueuesQuestion

HELD = "queue-held"  # where a window sets the queues aside
_FAILED = ("shunt", "bad")


def ages(directory: str) -> list[int]:
    """Seconds since each message arrived."""
    now, found = time.time(), []
    for path in glob.glob(f"{directory}/*.pck"):
        try:
            found.append(round(now - os.stat(path).st_mtime))
        except FileNotFoundError:
            continue
    return found


def waiting(directory: str) -> list[int]:
    """[number of messages, age of the oldest in seconds]."""
    found = ages(directory)
    return [len(found), max(found, default=0)]


def core_age(var: str) -> float:
    """Seconds since Core's master started, which wrote its file then; for ever without one."""
    try:
        return time.time() - os.stat(f"{var}/master.pid").st_mtime
    except FileNotFoundError:
        return float("inf")


def failed(var: str, queue: str) -> list[int]:
    """[messages that failed since Core started, those that waited for a person before]."""
    began, found = core_age(var), ages(f"{var}/queue/{queue}")
    recent = sum(age <= began for age in found)
    return [recent, len(found) - recent]


def look(declared: QueuesQuestion) -> QueueObservations:
    """Every queue and the spool."""
    var = declared["var"]
    places = [place for place in glob.glob(f"{var}/queue/*") if os.path.isdir(place)]
    return {
        "queues": {os.path.basename(place): waiting(place) for place in places},
        "failed": {queue: failed(var, queue) for queue in _FAILED},
        "held": waiting(f"{var}/{HELD}/*"),
        "spool": waiting(f"{var}/archives/hyperkitty/spool"),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
