"""Runs programs of the box; defines the one error that the lab raises."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence


class LabError(Exception):
    """The lab cannot do this; the text says what was found and what to do."""


def run(argv: Sequence[str], *, stdin: str = "", check: bool = True) -> str:
    """Output of a finished command; LabError with the end of its output when it fails."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, errors="replace")
    if check and done.returncode != 0:
        words = (done.stderr or done.stdout).strip()[-2000:]
        raise LabError(f"`{' '.join(argv)}` ended with {done.returncode}: {words}")
    return done.stdout


def contained(argv: Sequence[str]) -> list[str]:
    """The command, in its own namespaces, which end with all mounts when the lab ends."""
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
        *argv,
    ]
