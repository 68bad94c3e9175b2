"""A Postfix that pretends: its configuration is a file, what it accepted waits or goes to Core."""

from __future__ import annotations

import re
from pathlib import Path

from tests.windows import pretended_core
from tests.windows.units import state

Answer = tuple[int, str]
UNIT, _CORE = "postfix.service", "mailman3.service"


def _main_cf(root: Path) -> Path:
    return root / "etc/postfix/main.cf"


def _deferred(root: Path) -> str:
    found = re.search(r"^defer_transports =(.*)$", _main_cf(root).read_text(), re.M)
    return found[1].strip() if found else ""


def postconf(root: Path, words: list[str]) -> Answer:
    if words[1] == "-h":
        return 0, f"{_deferred(root)}\n"
    lines = _main_cf(root).read_text().splitlines()
    kept = [line for line in lines if not line.startswith("defer_transports")]
    added = [words[2]] if words[1] == "-e" else []
    _main_cf(root).write_text("".join(f"{line}\n" for line in [*kept, *added]))
    return 0, ""


def postfix(root: Path, words: list[str]) -> Answer:
    if state(root, UNIT)["state"] != "active":
        return 1, "the Postfix mail system is not running\n"
    if words[1] == "reload":
        read_transports(root)
    return 0, ""


def read_transports(root: Path) -> None:
    (root / "pretended/transports").write_text(_deferred(root))


def transports(root: Path) -> str:
    """What a running Postfix holds back."""
    return (root / "pretended/transports").read_text()


def postqueue(root: Path, words: list[str]) -> Answer:
    hand_over(root)
    return 0, ""


def hand_over(root: Path) -> None:
    """Postfix tries what it has, as far as it holds nothing back and Core listens, and works."""
    core = state(root, _CORE)
    runs = core["state"] == state(root, UNIT)["state"] == "active"
    if runs and "lmtp" not in transports(root).split():
        for message in sorted((root / "pretended/postfix").iterdir()):
            pretended_core.send_on(root, message.name, core["release"])
            message.unlink()
        pretended_core.work(root, core)


def arrive(root: Path, message: str) -> None:
    """Somebody sends a message; Postfix accepts it unless the host is off."""
    (root / "pretended/postfix" / message).touch()
    hand_over(root)
