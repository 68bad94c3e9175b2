"""Whether the fences work that keep a rehearsal's mail on this host; reads only.

`look`: {"table", "unit", "postfix": {parameter: value}, "files": {path: text}}
        -> {"packet filter", "Postfix", "Core", "web"}: whether each works; for the last two,
        whether the copied configuration has it, and null if there is none yet.
"""

from __future__ import annotations

import subprocess

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.rehearsal import Fences, FencesQuestion


def look(asked: FencesQuestion) -> Fences:
    """Each fence by itself; one that cannot be asked counts as down."""
    return {
        "packet filter": said("nft", "list", "table", "inet", asked["table"]) is not None
        and said("systemctl", "is-enabled", asked["unit"]) == "enabled",
        "Postfix": all(said("postconf", "-h", key) == value for key, value in postfix(asked)),
        **{name: holds(**one) for name, one in asked["files"].items()},
    }


def postfix(asked: FencesQuestion) -> list[tuple[str, str]]:
    """The parameters that keep mail from leaving, and their values."""
    return list(asked["postfix"].items())


def said(*words: str) -> str | None:
    """What a command prints; None where it fails or is not there."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return None if done.returncode else done.stdout.decode(errors="replace").strip()


def holds(path: str, text: str) -> bool | None:
    """Whether a file ends with the fence, so that nothing after it says otherwise."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip().endswith(text.strip())
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    verbs.main({"look": look})
