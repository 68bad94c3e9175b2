"""What the last window on this host did, for the result of a rehearsal; reads only.

`look`: {"window": directory} -> {"id", "outcome": what the journal ended with, "before", "after":
        counts and digests, "bytes": of what it kept}; nothing where no window was opened.
"""

from __future__ import annotations

import json
import os
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.rehearsal import WindowQuestion, WindowResult


def look(asked: WindowQuestion) -> WindowResult | Nothing:
    """Its journal's end and its counts; an empty object for what does not exist."""
    place = asked["window"]
    order = read(place, "order.json")
    if not order:
        return {}
    manifest = read(place, "manifest.json")
    return {
        "id": order["id"],
        "outcome": read(place, "outcome.json"),
        "before": manifest.get("invariants", {}),
        "after": read(place, "counts_after.json"),
        "bytes": manifest.get("bytes", 0),
    }


def read(place: str, name: str) -> Any:
    """A file's JSON object; empty where there is no file."""
    try:
        with open(os.path.join(place, name), encoding="utf-8") as text:
            return json.load(text)
    except FileNotFoundError:
        return {}


if __name__ == "__main__":
    verbs.main({"look": look})
