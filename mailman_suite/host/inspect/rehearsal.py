"""Which machine a staging host is, and whether it has a rehearsal's mark; reads only.

`look`: {"mark": path} -> {"machine": digest, "mark": what it says, or null}.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.rehearsal import StagingFound, StagingQuestion


def look(asked: StagingQuestion) -> StagingFound:
    """The digest that `copy_out.py` gives of another machine, and the mark."""
    with open("/etc/machine-id", "rb") as text:
        machine = hashlib.sha256(text.read().strip()).hexdigest()
    return {"machine": machine, "mark": mark(asked["mark"])}


def mark(path: str) -> Any:
    """The content of the mark; None if there is none."""
    try:
        with open(path, encoding="utf-8") as text:
            return json.load(text)
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    verbs.main({"look": look})
