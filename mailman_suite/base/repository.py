"""Where the files of this repository are on the computer that runs it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOYS = ROOT / "deploys"
HOST_PROGRAMS = ROOT / "mailman_suite" / "host"
RECORDS = ROOT / "records"  # who did what from here, and what rehearsals came to
