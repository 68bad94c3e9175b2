"""Inspects a host before anything is changed: one JSON object on standard output.

Called as `host.py look JSON RUN TRACES`; reads only. The last two are other programs' answers.
"""

from __future__ import annotations

import glob
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time

from mailman_suite.host.base import verbs
from mailman_suite.host.inspect import stamps, windows
from mailman_suite.host.wire import inspection

# Upstream's images and those made after them, whatever their registry, tag or container's name.
_MAILMAN = re.compile("(?<![a-z])(mailman-?(core|web|3)|postorius)(?![a-z])").search
_CONTAINER_SECONDS = 10
_UNKNOWN: inspection.Listener = {"command": "an unknown process", "unit": "", "pid": ""}
_PAUSES_SECONDS = (0.3, 1, 2)


def os_release() -> dict[str, str]:
    """The os-release file with keys in lower case."""
    with open("/etc/os-release", encoding="utf-8") as lines:
        pairs = (line.strip().partition("=") for line in lines)
        return {key.lower(): value.strip("\"'") for key, equals, value in pairs if equals}


def interpreters(extra: list[str]) -> dict[str, list[int] | None]:
    """The version triple of every Python 3 in /usr/bin and of those named; None where it fails."""
    named = re.compile(r"/usr/bin/python3(\.\d+)?$").match
    paths = set(filter(named, glob.glob("/usr/bin/python3*")))
    return {path: version_of(path) for path in sorted(paths | set(filter(None, extra)))}


def version_of(interpreter: str) -> list[int] | None:
    """The [major, minor, micro] that an interpreter reports, or None."""
    ask = "import sys; print(*sys.version_info[:3])"
    words = [interpreter, "-I", "-c", ask]
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return [int(part) for part in done.stdout.split()] or None


def free_bytes(path: str) -> int:
    """Bytes that can still be written under a path, which need not exist yet."""
    while not os.path.exists(path):
        path = os.path.dirname(path)
    return shutil.disk_usage(path).free


def memory_bytes() -> int:
    """The host's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def listening_sockets() -> dict[str, tuple[str, int]]:
    """Inode -> (address in kernel notation, port) of every TCP socket that listens."""
    found = {}
    for table in filter(os.path.exists, ("/proc/net/tcp", "/proc/net/tcp6")):
        with open(table, encoding="ascii") as lines:
            for fields in (line.split() for line in list(lines)[1:]):
                if fields[3] == "0A":
                    address, _, port = fields[1].partition(":")
                    found[fields[9]] = (address, int(port, 16))
    return found


def listeners() -> dict[str, inspection.Listener]:
    """Port -> {"command", "unit", "pid"} of who listens; looks again while a service restarts."""
    found = listeners_now()
    for pause in _PAUSES_SECONDS:
        if all(one != _UNKNOWN for one in found.values()):
            break
        time.sleep(pause)
        found = listeners_now()
    return found


def listeners_now() -> dict[str, inspection.Listener]:
    """As `listeners`, at one glance."""
    sockets = listening_sockets()
    found: dict[str, inspection.Listener] = {}
    for link in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith("socket:["):
            place = sockets.get(target[8:-1])
            if place:
                found.setdefault(str(place[1]), owner(link.split("/")[2]))
    for _, port in sockets.values():
        found.setdefault(str(port), _UNKNOWN)
    return found


def owner(pid: str) -> inspection.Listener:
    """The command name and systemd unit of a process."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as text:
            command = text.read().strip()
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as text:
            unit = re.findall(r"/([^/\n]+\.service)", text.read())
    except OSError:
        return _UNKNOWN
    return {"command": command, "unit": unit[-1] if unit else "", "pid": pid}


def suite(paths: inspection.Paths) -> inspection.StandingSuite:
    """How Mailman came onto this host, if it did, and which release runs."""
    venv = paths["venv"]
    if is_ours(venv, paths["releases"]):
        release = os.path.basename(os.path.dirname(os.path.realpath(venv)))
        sides = stamps.digests(venv, paths["sides"])
        more = database(paths["core_config"])
        return {"kind": "ours", "release": release, "sides": sides, **more}
    if os.path.isdir(venv):
        return {"kind": "guide", "release": ""}
    if os.path.isfile("/usr/lib/mailman3/bin/mailman") or os.path.isdir("/usr/share/mailman3-web"):
        return {"kind": "packages", "release": "", **database(paths["core_config"])}
    found = containers(paths)
    if found:
        return {"kind": "containers", "release": "", "containers": found}
    return {"kind": "none", "release": ""}


def is_ours(venv: str, releases: str) -> bool:
    """Whether the link points to a release; any other link is not ours."""
    target = os.readlink(venv) if os.path.islink(venv) else ""
    return os.path.join(os.path.dirname(venv), target).startswith(f"{releases}/")


def containers(paths: inspection.Paths) -> list[str]:
    """What shows that Mailman lives in containers here, running or not; empty where it does not."""
    data = os.path.join(paths["home"], "core", "var")  # where the images' own compose file has it
    running = (one for tool in ("docker", "podman") for one in containers_of(tool))
    return [*filter(_MAILMAN, running), *filter(os.path.isdir, [data])]


def containers_of(tool: str) -> list[str]:
    """`NAME (IMAGE)` of every container of a tool that exists and answers."""
    words = [tool, "ps", "--all", "--format", "{{.Names}} ({{.Image}})"]
    try:
        done = subprocess.run(words, capture_output=True, timeout=_CONTAINER_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode(errors="replace").splitlines()


def database(core_config: str) -> inspection.SuiteDetails:
    """Kind of Core's database, and `HOST:PORT/NAME` on a server; "" where nothing says so yet."""
    try:
        with open(core_config, encoding="utf-8", errors="replace") as text:
            lines = text.read()
    except OSError:
        lines = ""
    kinds = re.findall(r"^class:\s*mailman\.database\.(\w+)\.", lines, re.M)
    places = re.findall(r"^url:.*@([^\s?]+)", lines, re.M)  # before it is a secret
    return {"database": (kinds or [""])[-1], "database_place": (places or [""])[-1]}


def lost(configurations: dict[str, list[str]]) -> list[str]:
    """The files that are gone although their package was installed to its end.

    Where an installation was interrupted they do not exist yet, and its repair makes them.
    """
    return [
        path
        for path, packages in configurations.items()
        if not os.path.exists(path) and any(map(is_installed, packages))
    ]


def is_installed(package: str) -> bool:
    """Whether dpkg or rpm has it, not merely unpacked."""
    dpkg = ["dpkg-query", "-W", "-f=${db:Status-Abbrev}", package]
    return said(*dpkg)[1:2] == "i" or bool(said("rpm", "-q", package))


def said(*words: str) -> str:
    """What a command prints; "" where it fails or does not exist."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.decode(errors="replace")


def look(arguments: inspection.Question) -> inspection.HostInspection:
    """Everything that a run needs to know before its first change."""
    paths = arguments["paths"]
    return {
        "os_release": os_release(),
        "machine": platform.machine(),
        "root": os.geteuid() == 0,
        "systemd": os.path.isdir("/run/systemd/system"),
        "interpreters": interpreters(arguments["interpreters"]),
        "free_bytes": free_bytes(paths["home"]),
        "memory_bytes": memory_bytes(),
        "listeners": listeners(),
        "missing_files": [path for path in arguments["files"] if not os.path.isfile(path)],
        "lost_configurations": lost(arguments["configurations"]),
        "suite": suite(paths),
        "window": windows.window(paths),
        "backup": windows.backup(paths),
        "kept": windows.kept(paths),
        "rehearsal": os.path.exists(paths["rehearsal"]),
    }


if __name__ == "__main__":
    more = [json.loads(said) for said in sys.argv[3:]]  # what others found in the same command
    verbs.main({"look": lambda asked: {**look(asked), "run": more[0], **more[1]}})
