"""The result of a rehearsal for tests.

rehearsals/passed.json was written by a real rehearsal of the way from 3.3.9 to 3.3.10+forked on
two machines of the lab, with a seeded suite on SQLite; the names of the two are others here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_PASSED = Path(__file__).parent / "rehearsals" / "passed.json"


def result(**more: Any) -> dict[str, Any]:
    """A rehearsal that passed; `more` replaces parts of it."""
    return {**json.loads(_PASSED.read_text(encoding="utf-8")), **more}


def failed_early(**more: Any) -> dict[str, Any]:
    """One that came to nothing before it could copy."""
    nothing: dict[str, Any] = {name: [] for name in ("gates", "invariants", "verify", "fences")}
    empty: dict[str, Any] = {"window": {}, "copy": {}, "disk": {}, "stages": []}
    reason = "12 MiB free on staging, the copy needs 3 GiB"
    return result(**nothing, **empty, outcome="failed", reason=reason, **more)
