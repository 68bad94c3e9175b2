"""The result of a rehearsal for tests.

The window and the counts in rehearsals/window.json are those of a real window that took a seeded
suite on PostgreSQL from 3.3.10 to 3.3.10+django52 on a machine of the lab; the rest of that file is
written by hand around them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_WINDOW = Path(__file__).parent / "rehearsals" / "window.json"


def result(**more: Any) -> dict[str, Any]:
    """A rehearsal that passed; `more` replaces parts of it."""
    return {**json.loads(_WINDOW.read_text(encoding="utf-8")), **more}


def failed_early(**more: Any) -> dict[str, Any]:
    """One that came to nothing before it could copy."""
    nothing: dict[str, Any] = {name: [] for name in ("gates", "invariants", "verify", "fences")}
    empty: dict[str, Any] = {"window": {}, "copy": {}, "disk": {}, "stages": []}
    reason = "12 MiB free on staging, the copy needs 3 GiB"
    return result(**nothing, **empty, outcome="failed", reason=reason, **more)
