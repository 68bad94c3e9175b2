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


def checked(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    """The finished command. Raises `CalledProcessError`, its output as a note, if it failed."""
    try:
        done.check_returncode()
    except subprocess.CalledProcessError as error:
        error.add_note((done.stdout + done.stderr)[-4000:])
        raise
    return done


def contained(argv: Sequence[str]) -> list[str]:
    """The command, in its own namespaces, which end with all mounts when the lab ends."""
    return [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
        *argv,
    ]
