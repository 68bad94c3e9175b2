"""Compares systemd units with what is declared, judged by state and never by memory of a change.

`look`:  {"units": {name: {"state": "running"|"waiting", "inputs": [...], "reload": bool,
         "pid_file"}}, "stamps"}
         -> what has to be done: enable, start, restart, reload, daemon_reload.
`apply`: the same on standard input; does it, and waits until each unit is active.

A unit must be restarted when it started before one of its inputs changed (their ctime: it cannot be
set back by a rename or a copied timestamp). A unit that reloads is judged by its last reload too.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from typing import Literal

from mailman_suite.host.base import files, verbs
from mailman_suite.host.wire.units import DeclaredUnit, DeclaredUnits, UnitsToDo

Action = Literal["start", "restart", "reload"]
_PROPERTIES = "Id,LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload,MainPID"
_TICKS = os.sysconf("SC_CLK_TCK")
# Process start times are whole ticks; a process reads its configuration well after it started.
_TICK_SECONDS = 0.05


def systemctl(*arguments: str) -> str:
    """Runs systemctl; ends the program with systemd's message if it fails."""
    done = subprocess.run(
        ["systemctl", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        raise SystemExit(f"systemctl {' '.join(arguments)}: {done.stdout.decode().strip()}")
    return done.stdout.decode()


def states(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Unit name -> its properties."""
    found = {}
    for block in systemctl("show", "--property", _PROPERTIES, *names).split("\n\n"):
        fields = dict(line.partition("=")[::2] for line in block.splitlines() if line)
        found[fields["Id"]] = fields
    return found


def started(pid: str) -> float:
    """When a process started, in seconds since the epoch; 0 where there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as text:
            ticks = int(text.read().rpartition(")")[2].split()[19])
    except (OSError, ValueError):
        return 0.0
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + ticks / _TICKS


def changed(path: str) -> float:
    """When a path itself last changed, in seconds since the epoch; 0 where it is missing."""
    try:
        return os.lstat(path).st_ctime
    except FileNotFoundError:
        return 0.0


def loaded(name: str, pid: str, stamps: str) -> float:
    """When a unit last read its inputs: at its start, or at a recorded reload."""
    return max(started(pid), changed(os.path.join(stamps, name)))


def look(declared: DeclaredUnits) -> UnitsToDo:
    """What is to be done, unit by unit; every list empty on a converged host."""
    todo: UnitsToDo = {
        "enable": [], "start": [], "restart": [], "reload": [], "daemon_reload": False
    }  # fmt: skip
    found = states(declared["units"])
    for name, wanted in declared["units"].items():
        state = found.get(name, {})
        if state.get("LoadState") == "not-found":
            todo["daemon_reload"] = True
        if state.get("NeedDaemonReload") == "yes":
            todo["daemon_reload"] = True
        if state.get("UnitFileState") not in ("enabled", "static", "alias", "generated"):
            todo["enable"].append(name)
        action = action_for(name, wanted, state, declared["stamps"])
        if action:
            todo[action].append(name)
    return todo


def action_for(
    name: str, wanted: DeclaredUnit, state: dict[str, str], stamps: str
) -> Action | None:
    """start, restart, reload or None."""
    if state.get("ActiveState") not in ("active", "reloading"):
        return "start"
    if wanted["state"] == "waiting":
        return "restart" if state["NeedDaemonReload"] == "yes" else None
    newest = max(map(changed, wanted["inputs"]), default=0.0)
    since = loaded(name, pid_of(wanted, state), stamps)
    if newest <= since + _TICK_SECONDS:
        return None
    return "reload" if wanted["reload"] else "restart"


def pid_of(wanted: DeclaredUnit, state: dict[str, str]) -> str:
    """The main process: systemd knows it, or the service writes it into a file."""
    if state.get("MainPID", "0") != "0" or not wanted["pid_file"]:
        return state.get("MainPID", "0")
    try:
        with open(wanted["pid_file"], encoding="utf-8") as text:
            return text.read().strip()
    except OSError:
        return "0"


def apply(declared: DeclaredUnits) -> None:
    """Brings every unit into its declared state."""
    systemctl("daemon-reload")
    todo = look(declared)
    if todo["enable"]:
        systemctl("--quiet", "enable", *todo["enable"])
    for verb in ("restart", "start"):
        for name in todo[verb]:
            print(f"{verb} {name}", flush=True)
            systemctl("reset-failed", name) if verb == "start" else None
            systemctl(verb, name)
    for name in todo["reload"]:
        print(f"reload {name}", flush=True)
        systemctl("reload-or-restart", name)
        stamp(os.path.join(declared["stamps"], name))


def stamp(path: str) -> None:
    """Records a reload, once it has succeeded."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    files.write_durably(path, "made after each successful reload\n")


if __name__ == "__main__":
    verbs.main({"look": look, "apply": verbs.from_stdin(apply)})
