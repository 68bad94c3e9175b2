"""Runs of the deploy over several machines of the lab at a time, each with data of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab import access
from lab.machines import Machine
from tests.lab import installed

# The command itself, with releases kept in a directory of the test's own.
_PYINFRA = """
import sys
from pathlib import Path
from pyinfra_cli.main import main
import mailman_suite.suite.release_archives as archives
archives.CACHE = Path(sys.argv.pop(1))
main()
"""


def inventory(place: Path, hosts: Mapping[str, tuple[Machine, Mapping[str, Any]]]) -> Path:
    """A file that names each machine as it is called here, with group data of its own."""
    lines = [
        (name, {**access.pyinfra_data(machine.address), **data})
        for name, (machine, data) in hosts.items()
    ]
    file = place / "fleet.py"
    file.write_text(f"hosts = {lines!r}\n")
    return file


def converge(
    hosts: Path, data: Mapping[str, Any], cache: Path, options: tuple[str, ...] = ("-y",)
) -> subprocess.CompletedProcess[str]:
    """One run over the inventory with these settings for all; `stdout` holds all that it said."""
    return subprocess.run(
        _words(hosts, data, cache, options), **_OUTPUT, timeout=installed.INSTALL_SECONDS
    )


def started(hosts: Path, data: Mapping[str, Any], cache: Path) -> subprocess.Popen[str]:
    """Such a run, while it goes on."""
    return subprocess.Popen(_words(hosts, data, cache, ("-y",)), **_OUTPUT)


_OUTPUT: dict[str, Any] = {
    "cwd": installed.REPOSITORY,
    "stdin": subprocess.DEVNULL,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "text": True,
}


def _words(
    hosts: Path, data: Mapping[str, Any], cache: Path, options: tuple[str, ...]
) -> list[str]:
    given = [
        word
        for key, value in data.items()
        for word in ("--data", f"{key}={value if isinstance(value, str) else json.dumps(value)}")
    ]
    words = [sys.executable, "-c", _PYINFRA, str(cache), *options, *given, str(hosts)]
    return [*words, "deploys/mailman.py"]


def ends(said: str) -> dict[str, str]:
    """Host -> where the run says at its end that it is."""
    _, _, last = said.partition("--> Where every host is:\n")
    rows = [line.split(maxsplit=3) for line in last.splitlines() if " wave " in line]
    return {row[0]: row[3] for row in rows}
