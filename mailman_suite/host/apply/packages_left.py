"""Keeps the package tool from changing the files of a suite that was moved away from packages.

`look`: {"names": [...], "databases": pattern of dbconfig-common's files}
        -> {"unheld": [installed packages without a hold], "databases": [files that would let
        a removal drop a database]}.
`apply`: the same; holds the packages, and takes the databases out of the tool's hands.

The packages' scripts own paths that are ours now: an upgrade would give the configuration to the
packages' account, a purge removes it. With a hold, neither happens unless somebody says so.
"""

from __future__ import annotations

import glob
import re
import subprocess

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.packages_left import PackagesQuestion, PackagesToDo

_MANAGED = re.compile(r"^dbc_install=['\"]?true['\"]?$", re.MULTILINE)


def run(*words: str) -> str:
    """The output of a command; ends the program with the command's message if it fails."""
    done = subprocess.run(words, capture_output=True)
    if done.returncode:
        raise SystemExit(f"{words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def unheld(names: list[str]) -> list[str]:
    """Those of the packages that are installed and not on hold."""
    found = []
    for line in run("dpkg-query", "-W", "-f", "${Package} ${Status}\\n").splitlines():
        name, wanted, _, state = line.split()
        if name in names and wanted != "hold" and state != "config-files":
            found.append(name)
    return found


def managed(pattern: str) -> list[str]:
    """The files that let a removal change a database."""
    return [path for path in sorted(glob.glob(pattern)) if _MANAGED.search(read(path))]


def read(path: str) -> str:
    """A file's text."""
    with open(path, encoding="utf-8") as text:
        return text.read()


def look(asked: PackagesQuestion) -> PackagesToDo:
    """What is still to be done; empty on a host without such packages."""
    return {"unheld": unheld(asked["names"]), "databases": managed(asked["databases"])}


def apply(asked: PackagesQuestion) -> None:
    """Does everything that is still to be done."""
    todo = look(asked)
    if todo["unheld"]:
        print(run("apt-mark", "hold", *todo["unheld"]).strip())
    for path in todo["databases"]:
        text = _MANAGED.sub("dbc_install='false'", read(path))
        with open(path, "w", encoding="utf-8") as file:  # keeps its owner and mode
            file.write(text)
        print(f"{path}: removing the package no longer touches the database")


if __name__ == "__main__":
    verbs.main({"look": look, "apply": apply})
