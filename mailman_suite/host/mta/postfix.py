"""What a window asks of Postfix: to keep the mail of one transport in its own queue."""

from __future__ import annotations

import shutil
import subprocess


def run(*words: str) -> str:
    """The output of one of Postfix's commands. Raises RuntimeError with its message."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def held() -> list[str]:
    """The transports whose mail is kept."""
    return run("postconf", "-h", "defer_transports").split()


def hold(transports: list[str]) -> None:
    """Keep only the mail of these transports, from the next reload on."""
    if transports:
        run("postconf", "-e", f"defer_transports = {' '.join(transports)}")
    elif held():
        run("postconf", "-X", "defer_transports")


def flush() -> None:
    """Deliver what was kept now, not after the usual delay."""
    if is_running():
        run("postqueue", "-f")


def reload_if_running() -> None:
    """Read the configuration again; a Postfix that is stopped does so when it starts."""
    if is_running():
        run("postfix", "reload")


def is_running() -> bool:
    """Whether Postfix is installed and runs."""
    if shutil.which("postfix") is None:
        return False
    return subprocess.run(["postfix", "status"], capture_output=True).returncode == 0
