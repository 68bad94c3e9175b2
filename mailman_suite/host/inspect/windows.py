"""How the last window and the last backup on a host ended, and what earlier ones keep."""

from __future__ import annotations

import glob
import json
import os
import subprocess
from typing import Any

from mailman_suite.host.inspect import in_use
from mailman_suite.host.wire import inspection
from mailman_suite.host.wire.nothing import Nothing


def window(paths: inspection.Paths) -> inspection.LastWindow | Nothing:
    """The last window: its id, kind and state, `open`, `interrupted` or how it ended.

    One that was brought to the host and never opened did nothing, and is none.
    """
    order = read(os.path.join(paths["window"], "order.json"))
    if not order:
        return {}
    # Orders from before there were several kinds name none.
    state = progress(paths["window"], paths["window_unit"])
    if not state:
        return {}
    return {
        "id": order["id"],
        "kind": order.get("kind", "release"),
        "to": order["to"],
        "proven": os.path.exists(os.path.join(paths["window"], "proven")),
        **state,
    }


def backup(paths: inspection.Paths) -> inspection.LastBackup | Nothing:
    """The last backup, in the same way."""
    order = read(os.path.join(paths["backup"], "order.json"))
    if not order:
        return {}
    state = progress(paths["backup"], paths["backup_unit"])
    return {"id": order["id"], **state} if state else {}


def progress(place: str, unit: str) -> inspection.Progress | Nothing:
    """How something with a journal ended, or `open` or `interrupted`; nothing if it never began."""
    outcome = read(os.path.join(place, "outcome.json"))
    if outcome:
        return {"state": outcome["outcome"], "reason": outcome.get("reason", "")}
    asked = ["systemctl", "show", "--property=ActiveState", "--value", unit]
    active = subprocess.run(asked, stdout=subprocess.PIPE).stdout.decode().strip()
    if active not in ("inactive", "failed"):
        return {"state": "open"}
    return {"state": "interrupted"} if os.path.exists(os.path.join(place, "journal.jsonl")) else {}


def kept(paths: inspection.Paths) -> inspection.Kept:
    """What earlier runs left: windows with snapshots, and releases."""
    found: list[inspection.KeptState] = []
    for place in sorted(glob.glob(os.path.join(paths["windows"], "*"))):
        if os.path.isdir(os.path.join(place, "snapshot")):
            manifest, outcome = (read(f"{place}/{name}.json") for name in ("manifest", "outcome"))
            seconds = outcome["seconds"] if outcome.get("outcome") == "finished" else None
            found.append(
                {
                    "id": os.path.basename(place),
                    "ended": bool(outcome),
                    "seconds": seconds,
                    "release": manifest.get("release", ""),
                    "bytes": manifest.get("bytes", 0),
                }
            )
    releases = sorted(glob.glob(os.path.join(paths["releases"], "*")))
    return {
        "windows": found,
        "releases": [os.path.basename(path) for path in releases],
        "in_use": in_use.releases(paths["releases"]),
    }


def read(path: str) -> Any:
    """A file's JSON object; empty where there is no file."""
    try:
        with open(path, encoding="utf-8") as text:
            return json.load(text)
    except OSError:
        return {}
