"""Removes a rehearsal's copy of production from its host; the fences stay.

`apply`: {"mark", "units", "paths", "engine", "databases": [names], "roles": [names], "port"};
         refuses a host where no rehearsal left its mark. The mark goes last.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess

from mailman_suite.host.base import verbs
from mailman_suite.host.rehearsal import database_copies
from mailman_suite.host.wire.rehearsal import Clearing


def apply(asked: Clearing) -> None:
    """Removes the whole copy. SystemExit on a host that has none."""
    if not os.path.exists(asked["mark"]):
        raise SystemExit(f"there is no {asked['mark']}: this suite does not belong to a rehearsal")
    stop(asked["units"])
    if shutil.which("postsuper"):
        command("postsuper", "-d", "ALL")
    for pattern in asked["paths"]:
        for path in glob.glob(pattern):
            remove(path)
    database_copies.drop(asked)
    command("systemctl", "daemon-reload")
    remove(asked["mark"])
    print("the copy is removed; the fences are still active", flush=True)


def stop(patterns: list[str]) -> None:
    """No unit of the suite runs, and none starts at the next boot."""
    command("systemctl", "stop", *patterns)
    for path in (path for one in patterns for path in glob.glob(f"/etc/systemd/system/*/{one}")):
        os.unlink(path)


def remove(path: str) -> None:
    """Removes a file, link or directory."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def command(*words: str) -> None:
    """Runs a command, or ends with its message."""
    done = subprocess.run(words, capture_output=True, cwd="/")
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:6])}: {done.stderr.decode(errors='replace').strip()}")


if __name__ == "__main__":
    verbs.main({"apply": apply})
