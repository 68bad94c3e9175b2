"""Lists the windows with a snapshot that the suite can be rolled back to; reads only.

`look`: {"windows": directory, "releases": directory, "secrets": directory} -> {"windows": [...]},
newest first, only those that finished. "missing" are missing paths that a rollback needs;
"other_passwords" names database passwords that were changed since.
"""

from __future__ import annotations

import glob
import json
import os
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.journal import Outcome
from mailman_suite.host.wire.kept import KeptWindow, KeptWindows, KeptWindowsQuestion
from mailman_suite.host.wire.manifest import Manifest
from mailman_suite.host.wire.order import Order, PutAside
from mailman_suite.host.wire.sides import SIDES, Side


def read(path: str) -> Any:
    """A file's JSON; None where there is none or it is damaged."""
    try:
        with open(path, encoding="utf-8") as text:
            return json.load(text)
    except (OSError, ValueError):
        return None


def content(path: str) -> bytes:
    """A file's bytes; none where there is no file."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def window(place: str, asked: KeptWindowsQuestion) -> KeptWindow | None:
    """What one window's directory keeps; None where there is nothing to go back to."""
    parts = ("order.json", "manifest.json", "outcome.json")
    found = [read(os.path.join(place, name)) for name in parts]
    order: Order | None
    manifest: Manifest | None
    outcome: Outcome | None
    order, manifest, outcome = found
    if not (order and manifest and outcome) or outcome["outcome"] != "finished":
        return None
    kept = os.path.join(place, "snapshot")
    if not os.path.exists(os.path.join(kept, "complete")):
        return None
    by_hand = order["by_hand"] if order["kind"] == "release" else None
    return {
        "directory": place,
        "id": order["id"],
        "made": manifest["made"],
        "from": order["from"],
        "to": order["to"],
        "data": data(kept, order),
        "aside": by_hand["aside"] if by_hand else {},
        "missing": missing(order, by_hand, asked["releases"]),
        "renamed": bool(order.get("renames")),  # orders from before there were any have none
        "other_passwords": other_passwords(order["databases"], kept, asked["secrets"]),
        "databases": order["databases"],
        "paths": order["paths"],
        "units": order["units"],
        "running": running(place),
    }


def data(kept: str, order: Order) -> list[Side]:
    """The sides whose data the window copied: all that it changed, or none."""
    changed = [side for side in SIDES if side not in order.get("leaves", [])]
    whole = (os.path.exists(os.path.join(kept, side, "complete")) for side in changed)
    return changed if all(whole) else []


def missing(order: Order, by_hand: PutAside | None, releases: str) -> list[str]:
    """What the older state needs and is not kept with it: its release, or directories made by hand.

    One that was not there when the window began is not missed.
    """
    if not by_hand:
        needed = [os.path.join(releases, order["from"], "stamp.json")]
    else:
        needed = [path for link, path in by_hand["aside"].items() if link == order["link"]]
    return [path for path in needed if not os.path.lexists(path)]


def other_passwords(databases: Connections, kept: str, secrets: str) -> list[str]:
    """The files of databases' passwords that hold another one now than then."""
    both = (databases["core"], databases["web"])
    names = {one["secret"] for one in both if "secret" in one}
    then = os.path.join(kept, "files", secrets.lstrip("/"))
    return [
        os.path.join(secrets, name)
        for name in sorted(names)
        if content(os.path.join(secrets, name)) != content(os.path.join(then, name))
    ]


def running(place: str) -> list[str]:
    """The units that ran when the window began."""
    with open(os.path.join(place, "journal.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            if '"running"' in line and json.loads(line)["event"] == "running":
                return list(json.loads(line)["units"])
    return []


def look(asked: KeptWindowsQuestion) -> KeptWindows:
    """Every window of the host that can tell."""
    places = sorted(glob.glob(os.path.join(asked["windows"], "*")), reverse=True)
    return {"windows": [one for one in (window(place, asked) for place in places) if one]}


if __name__ == "__main__":
    verbs.main({"look": look})
