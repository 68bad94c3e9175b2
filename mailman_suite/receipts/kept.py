"""The receipts of rehearsals on the control machine, in one directory each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mailman_suite.base.repository import RECORDS
from mailman_suite.receipts.receipt import Kept

REHEARSALS = RECORDS / "rehearsals"
RESULT, RECEIPT = "result.json", "receipt.json"


def kept(records: Path = REHEARSALS) -> list[Kept]:
    """Every rehearsal with its receipt; one that cannot be read has an empty one."""
    return [_kept(place) for place in sorted(records.glob("*")) if not place.name.startswith(".")]


def _kept(place: Path) -> Kept:
    try:
        receipt = json.loads((place / RECEIPT).read_bytes())
        return Kept(place.name, dict(receipt), sha256((place / RESULT).read_bytes()))
    except (OSError, ValueError, TypeError):
        return Kept(place.name, {}, "")


def sha256(content: bytes) -> str:
    """The digest of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
