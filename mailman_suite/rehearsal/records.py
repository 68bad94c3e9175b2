"""Records of rehearsals on the control machine: one directory each, with report and receipt."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from mailman_suite.receipts.kept import RECEIPT, REHEARSALS, RESULT, sha256
from mailman_suite.receipts.receipt import receipt_of
from mailman_suite.rehearsal.report import report

REPORT = "report.html"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


def keep(
    result: Mapping[str, Any], ended: datetime, key: str | None, records: Path = REHEARSALS
) -> Path:
    """The directory with the report, the result and the receipt of a rehearsal, all or nothing.

    Only their owner can read them: they name lists, and say what a host runs. Raises ValueError
    for an ID that cannot be a directory's name, OSError if the disk is full.
    """
    if not _ID.fullmatch(result["id"]):
        raise ValueError(f"{result['id']!r} as the ID of a rehearsal; expected letters and digits")
    text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    receipt = receipt_of(result, sha256(text.encode()), ended, key)
    files = {
        REPORT: report(result, receipt),
        RESULT: text,
        RECEIPT: json.dumps(receipt, indent=1, ensure_ascii=False) + "\n",
    }
    return _written(records / result["id"], files)


def _written(place: Path, files: Mapping[str, str]) -> Path:
    fresh = place.with_name(f".{place.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    for name, text in files.items():
        with open(os.open(fresh / name, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            file.write(text.encode())
            os.fsync(file.fileno())
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    return place
