"""Lets one run at a time begin on a host, and records how each ended; runs there as root.

Called as `runs.py VERB JSON`; answers one JSON object on standard output. Verbs:

`look`:    {"history"} -> {"last": the last run's ID, "busy": one in progress, or {}}; reads only.
`begin`:   {"history", "places", "record", "seen", "breaks", "controller"} -> {"begun"} or {"busy"}.
`end`:     {"history", "places", "run", "outcome", "reason", "changed"} -> the run's record.
`history`: {"history", "places"} -> {"records": [...]}, oldest first; reads only.

"history" is a file with one JSON object a run. The last run has the host as long as the process
lives that its commands come from: the SSH server's for this one connection, or pyinfra itself where
it runs on the host. So a controller that was killed leaves nothing that would have to be cleaned
up. "places" are the directories of the last window and the last backup.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from typing import Any

from mailman_suite.host.base import files, verbs

Json = dict[str, Any]

_KEPT_RECORDS = 1000
_SERVES_SSH = re.compile(r"(sshd|dropbear|tinysshd)").match
_LOST = "its control machine was lost"


def look(asked: Json) -> Json:
    """The last run and the one in progress; the asking run does not count."""
    last = (records(asked["history"]) or [{}])[-1]
    own = [(one["pid"], one["started"]) for one in ancestors()]
    busy = is_at_it(last) and (last["holder"]["pid"], last["holder"]["started"]) not in own
    return {"last": last.get("run", ""), "busy": told(last) if busy else {}}


def begin(asked: Json) -> Json:
    """The host is this run's, unless another run has it, or has had it since the inspection.

    "busy" is {} where the history has vanished since then.
    """
    run, holder = asked["record"]["run"], connection(asked["controller"])
    with locked(os.path.dirname(asked["history"])):
        kept = records(asked["history"])
        last = (kept or [{}])[-1]
        unseen = last.get("run", "") not in (asked["seen"], run)
        if unseen or (is_at_it(last) and last["run"] not in (asked["breaks"], run)):
            return {"busy": told(last)}
        begun = {**asked["record"], "began": now(), "ended": "", "holder": holder}
        if last.get("run") == run:  # a second deploy of one command
            begun = {**kept.pop(), "to": begun["to"]}
        elif last and not last["ended"]:
            kept[-1] = closed(last, asked)
        write(asked["history"], [*kept, begun][-_KEPT_RECORDS:])
    return {"begun": begun["began"]}


def end(asked: Json) -> Json:
    """The run's whole record is kept, and the host is free; {} if it was not this run's."""
    with locked(os.path.dirname(asked["history"])):
        kept = records(asked["history"])
        last = (kept or [{}])[-1]
        if last.get("run") != asked["run"] or last["ended"]:
            return {}
        known = {key: asked[key] for key in ("outcome", "changed", "reason")}
        ended = {**last, "ended": now(), "seconds": seconds_since(last), **known}
        kept[-1] = public(with_window(ended, asked["places"]))
        write(asked["history"], kept)
    return kept[-1]


def history(asked: Json) -> Json:
    """Every run on record, with the one that is in progress or was lost."""
    found = records(asked["history"])
    last = (found or [{}])[-1]
    if is_at_it(last):
        found[-1] = {**told(last), "outcome": "under way"}
    elif last and not last["ended"]:
        found[-1] = lost(last, _LOST, asked["places"])
    return {"records": found}


def closed(last: Json, asked: Json) -> Json:
    """The record of a run that ended without recording it; one that still hangs is killed."""
    reason = _LOST
    if is_at_it(last):
        reason = f"superseded by {asked['record']['who']}"
        stop(last["holder"])
    return lost(last, reason, asked["places"])


def lost(record: Json, reason: str, places: list[str]) -> Json:
    """A run that was interrupted at an unknown time; its window may have continued."""
    return public(with_window({**record, "outcome": "interrupted", "reason": reason}, places))


def with_window(record: Json, places: list[str]) -> Json:
    """The record with the window or backup that the run opened, and how that ended."""
    for place in places:
        order = document(os.path.join(place, "order.json"))
        if order.get("run") == record["run"]:
            outcome = document(os.path.join(place, "outcome.json"))
            return {**record, "window": order["id"], "reason": reasons(record, order, outcome)}
    return record


def reasons(record: Json, order: Json, outcome: Json) -> str:
    """Why a run ended as it did; empty if all went well."""
    said = outcome.get("outcome", "not ended")
    if record["outcome"] == "done" and said == "finished":
        return str(record["reason"])
    why = next(iter(outcome.get("reason", "").strip().splitlines()), "")[:300]
    window = f"{order['id']} {said}" + (f": {why}" if why else "")
    return "; ".join(filter(None, [record["reason"], window]))


def ancestors() -> list[Json]:
    """The processes above this one, the nearest first."""
    found: list[Json] = []
    one = process(os.getppid())
    while one:
        found.append(one)
        one = process(one["parent"])
    return found


def process(pid: int) -> Json:
    """A process's id, name, parent and start in ticks since boot; {} if there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as text:
            name, _, rest = text.read().partition("(")[2].rpartition(")")
    except OSError:
        return {}
    fields = rest.split()
    found = {"pid": pid, "name": name, "parent": int(fields[1]), "started": int(fields[19])}
    return {} if fields[0] in ("Z", "X") else found


def connection(controller: int) -> Json:
    """The process that lives as long as this run can send commands. Raises SystemExit.

    `controller` is pyinfra's own process where it runs on this host, else 0.
    """
    above = ancestors()
    found = [one for one in above if one["pid"] == controller]
    found += [one for one in above if _SERVES_SSH(one["name"])]
    if not found:
        names = " < ".join(one["name"] for one in above)
        raise SystemExit(
            f"these commands come from {names}; expected an SSH server or pyinfra among them. "
            "To do: reach the host by SSH or as @local"
        )
    one = {key: found[0][key] for key in ("pid", "started")}
    return {**one, "boot": boot_id(), "at": time.monotonic()}


def boot_id() -> str:
    """What distinguishes this boot: process ids and their starts begin again with each."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as text:
        return text.read().strip()


def is_at_it(record: Json) -> bool:
    """Whether the run has not ended and its process still lives."""
    return bool(record) and not record["ended"] and lives(record["holder"])


def lives(holder: Json) -> bool:
    """Whether that very process still runs."""
    return (process(holder["pid"]).get("started"), boot_id()) == (holder["started"], holder["boot"])


def stop(holder: Json) -> None:
    """Kills the process: it changes nothing more, even if its network recovers."""
    for _ in range(100):
        if not lives(holder):
            return
        os.kill(holder["pid"], signal.SIGKILL)
        time.sleep(0.05)
    raise SystemExit(f"process {holder['pid']} does not end, although it was killed")


def told(record: Json) -> Json:
    """What another operator is told; "seconds" since it began, while it is in progress."""
    return public({**record, "seconds": seconds_since(record)} if is_at_it(record) else record)


def public(record: Json) -> Json:
    """A record without what only this host needs."""
    return {key: value for key, value in record.items() if key != "holder"}


def seconds_since(record: Json) -> float:
    """How long ago a run of this boot began, whatever was done to the clock since."""
    return round(time.monotonic() - float(record["holder"]["at"]), 1)


def now() -> str:
    """This computer's time, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@contextlib.contextmanager
def locked(directory: str) -> Iterator[None]:
    """Only one program is in such a block for this directory; made for root only if missing."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    place = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(place, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(place, fcntl.LOCK_UN)  # gevent, on the controller, closes it only later
        os.close(place)


def records(path: str) -> list[Json]:
    """Every record of a history; none if there is no such file, or it cannot be read."""
    try:
        with open(path, encoding="utf-8") as text:
            return [dict(json.loads(line)) for line in text]
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def document(path: str) -> Json:
    """A file's JSON object; {} where there is no such file."""
    try:
        with open(path, encoding="utf-8") as text:
            return dict(json.load(text))
    except FileNotFoundError:
        return {}


def write(path: str, found: list[Json]) -> None:
    """Writes the newest of these records; the old file stays if power fails meanwhile."""
    files.write_durably(path, "".join(f"{json.dumps(one)}\n" for one in found))


if __name__ == "__main__":
    verbs.main({"look": look, "begin": begin, "end": end, "history": history})
