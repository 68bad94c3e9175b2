"""Observes units, timers, processes, sockets and private files of the suite; judges nothing.

`look`: {"services", "ours", "servers", "jobs": {timer: service}, "venv", "releases", "static",
         "sides", "stamps": {service: path}, "private": [...], "secrets", "index": {"wanted",
         "unit"}} -> {"booted", "units", "timers", "processes", "sockets", "private", "release",
         "index"}; whatever could not be observed is {"error": why}. `ours` are those services that
         run the release's code, `stamps` the files that say since when it is theirs; with `servers`
         the names of database servers' units begin.
"""

from __future__ import annotations

import glob
import grp
import os
import pwd
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.check.processes import processes, started
from mailman_suite.host.wire.checks import (
    Attributes,
    IndexState,
    ReleaseLinks,
    SystemQuestion,
)

Json = dict[str, Any]

_UNIT = "Id,LoadState,ActiveState,SubState,Result,UnitFileState,ActiveEnterTimestampMonotonic"
_TIMER = "Id,LoadState,ActiveState,SubState,UnitFileState,NextElapseUSecRealtime"


def observed(question: Callable[..., Any], *arguments: Any) -> Any:
    """What a question answers, or why there is no answer: nothing here may pass silently."""
    try:
        return question(*arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def shown(properties: str, names: list[str]) -> dict[str, Json]:
    """Unit -> those of its properties, as systemd knows them now."""
    done = subprocess.run(
        ["systemctl", "show", "--property", properties, *names],
        capture_output=True, timeout=30,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"systemctl: {done.stderr.decode().strip()}")
    blocks = done.stdout.decode().strip().split("\n\n")
    fields = [dict(line.partition("=")[::2] for line in one.splitlines()) for one in blocks]
    return {one["Id"]: one for one in fields}


def units(declared: SystemQuestion) -> dict[str, Json]:
    """Each service's state and the seconds since it became active."""
    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    found = shown(_UNIT, declared["services"])
    for one in found.values():
        entered = int(one.pop("ActiveEnterTimestampMonotonic") or 0) / 1e6
        one["age"] = round(now - entered) if entered else None
    return found


def timers(declared: SystemQuestion) -> dict[str, Json]:
    """Each timer's state and next time, with the outcome of its job's last run."""
    jobs = declared["jobs"]
    found = shown(_TIMER, list(jobs))
    outcomes = shown("Id,LoadState,ActiveState,Result,ExecMainStatus", list(jobs.values()))
    for timer, one in found.items():
        one["job"] = outcomes.get(jobs[timer])
    return found


def pids(declared: SystemQuestion) -> dict[int, str]:
    """pid -> unit, for every process of the suite's services and of a database server."""
    servers = [rf"{re.escape(name)}[^/\n]*\.service" for name in declared["servers"]]
    names = [*map(re.escape, declared["ours"]), *servers]
    pattern = re.compile("/(" + "|".join(names) + ")(?:/|$)", re.M)
    found = {}
    for path in glob.glob("/proc/[0-9]*/cgroup"):
        try:
            with open(path, encoding="utf-8") as text:
                match = pattern.search(text.read())
        except OSError:
            continue
        if match:
            found[int(path.split("/")[2])] = match.group(1)
    return found


def sockets(owned: dict[int, str]) -> dict[str, list[str]]:
    """Unit -> the TCP addresses on which its processes listen."""
    listening = listeners()
    found: dict[str, set[str]] = {}
    for pid, unit in owned.items():
        for link in glob.glob(f"/proc/{pid}/fd/*"):
            try:
                target = os.readlink(link)
            except OSError:
                continue
            if target.startswith("socket:[") and target[8:-1] in listening:
                found.setdefault(unit, set()).add(listening[target[8:-1]])
    return {unit: sorted(addresses) for unit, addresses in found.items()}


def listeners() -> dict[str, str]:
    """Inode -> `address port` of every TCP socket that listens."""
    found = {}
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        if not os.path.exists(f"/proc/net/{table}"):
            continue
        with open(f"/proc/net/{table}", encoding="ascii") as lines:
            for fields in (line.split() for line in list(lines)[1:]):
                if fields[3] == "0A":
                    address, _, port = fields[1].partition(":")
                    found[fields[9]] = f"{readable(family, address)} {int(port, 16)}"
    return found


def readable(family: int, text: str) -> str:
    """An address of /proc/net/tcp, which holds 32-bit words in the machine's byte order."""
    words = [bytes.fromhex(text[at : at + 8]) for at in range(0, len(text), 8)]
    ordered = [word[::-1] if sys.byteorder == "little" else word for word in words]
    return socket.inet_ntop(family, b"".join(ordered))


def private(declared: SystemQuestion) -> dict[str, Attributes | None]:
    """Path -> [owner, group, octal mode, bytes] of each file that holds a secret."""
    paths = [*declared["private"], *glob.glob(f"{declared['secrets']}/*")]
    return {path: attributes(path) for path in sorted(paths)}


def attributes(path: str) -> Attributes | None:
    """[owner, group, octal mode, bytes] of a path, or None where it is missing."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    owner, group = pwd.getpwuid(status.st_uid).pw_name, grp.getgrgid(status.st_gid).gr_name
    return owner, group, f"{status.st_mode & 0o7777:o}", status.st_size


def release(declared: SystemQuestion) -> ReleaseLinks:
    """Which release is current, and for which settings the static files were built."""
    try:
        with open(f"{declared['static']}/.stamp", encoding="utf-8") as text:
            stamp = text.read().strip()
    except FileNotFoundError:
        stamp = ""
    return {
        "current": os.path.dirname(os.path.realpath(declared["venv"])),
        "static": os.path.dirname(os.path.realpath(declared["static"])),
        "stamp": stamp,
    }


def index(declared: SystemQuestion) -> IndexState:
    """Whether a search index is requested, the state of its unit, and the unit's last output."""
    unit = declared["index"]["unit"]
    wanted = os.path.exists(declared["index"]["wanted"])
    (state,) = shown("Id,ActiveState,SubState", [unit]).values()
    words = ["journalctl", "--boot", "--quiet", "--no-pager", "--output=cat", "--lines=1"]
    said = subprocess.run([*words, f"_SYSTEMD_UNIT={unit}"], capture_output=True, timeout=30)
    return {
        "wanted": wanted,
        "state": f"{state['ActiveState']}/{state['SubState']}",
        "said": said.stdout.decode(errors="replace").strip(),
    }


def look(declared: SystemQuestion) -> Json:
    """Everything that the system shows of the suite."""
    owned = pids(declared)
    return {
        "booted": round(time.time() - started(1)),
        "units": observed(units, declared),
        "timers": observed(timers, declared),
        "processes": observed(processes, declared, owned),
        "sockets": observed(sockets, owned),
        "private": observed(private, declared),
        "release": observed(release, declared),
        "index": observed(index, declared),
    }


if __name__ == "__main__":
    verbs.main({"look": look})
