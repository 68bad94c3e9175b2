"""Production as a rehearsal sees it: read-only, over OpenSSH."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from pyinfra.api import StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.base.refusal import Refusal
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.host.wire.inspection import Inspection, Question
from mailman_suite.host.wire.rehearsal import CopyOutQuestion, Measured
from mailman_suite.parts.database.connections import connections
from mailman_suite.settings import Settings
from mailman_suite.suite.suite import Suite
from mailman_suite.windows.upgrade import configuration_paths

_OPTIONS = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15")
_LOOK_SECONDS = 300
# What Core and web rewrite, logs, and the databases, which are copied separately.
_SKIPS = (
    *(f"{layout.VAR}/{name}" for name in ("cache", "locks", "logs")),
    layout.WEB_LOGS,
    layout.WEB_CACHE,
    *(
        f"{path}{suffix}"
        for path in (layout.CORE_DATABASE, layout.WEB_DATABASE)
        for suffix in ("", "-wal", "-shm", "-journal")
    ),
)


def look(settings: Settings, asked: Question) -> Inspection:
    """The inspection of the production host, as at the start of every run. Raises `Refusal`."""
    seen: Inspection = _answer(settings, HostInspection().command(asked))
    return seen


def measured(suite: Suite, running: str) -> Measured:
    """Production's machine, and the size of what is copied. Raises `Refusal`."""
    measured: Measured = _answer(suite.settings, _copy_out("look", suite, running))
    return measured


def _answer(settings: Settings, command: StringCommand) -> Any:
    """The JSON in the last line of a command's output on the production host."""
    done = subprocess.run(
        _words(settings, command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_LOOK_SECONDS,
    )
    lines = done.stdout.splitlines()
    if done.returncode == 0 and lines:
        return json.loads(lines[-1])
    said = done.stderr.strip().splitlines()[-3:] or [f"exit status {done.returncode}"]
    raise Refusal(
        found=f"no answer from production: {'; '.join(said)}",
        expected=f"`ssh {settings.rehearses}` to run a program there as root, without questions",
        remedy="try `ssh -o BatchMode=yes` yourself; correct mailman_rehearses or "
        "mailman_rehearses_ssh, and make sure that this machine knows the host key",
    )


def streaming(suite: Suite, running: str) -> subprocess.Popen[bytes]:
    """The process that copies; its standard output is the archive."""
    return subprocess.Popen(
        _words(suite.settings, _copy_out("stream", suite, running)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _copy_out(verb: str, suite: Suite, running: str) -> StringCommand:
    # -B: the interpreter does not even write its cache.
    return program("rehearsal.copy_out", verb, question(suite, running), flags="-IB")


def _words(settings: Settings, command: StringCommand) -> list[str]:
    """The command line that runs a command there, with the program's text in it."""
    remote = command.get_raw_value()
    return ["ssh", *_OPTIONS, *settings.rehearses_ssh, settings.rehearses, remote]


def question(suite: Suite, running: str) -> CopyOutQuestion:
    """The arguments of `host/rehearsal/copy_out.py`; units last, so that none starts too early."""
    # These name production's host; the run writes staging's own.
    own = {suite.proxy.site, suite.mta.configuration}
    found = [path for path in configuration_paths(suite) if path not in own]
    units = [path for path in found if path.startswith(layout.UNITS)]
    return {
        "patterns": [
            f"{layout.RELEASES}/{running}",
            os.path.dirname(layout.VAR),
            layout.WEB,
            *(path for path in found if path not in units and path != layout.STATIC),
            layout.PROGRAMS,
            *units,
        ],
        "skips": list(_SKIPS),
        "databases": connections(suite.settings),
    }


def places() -> list[str]:
    """The paths and directories to which a copy may write on staging."""
    return [layout.HOME, layout.ETC, layout.UNITS, layout.LOGROTATE, layout.PROGRAMS,
            f"{layout.STATE}/files.json", *layout.COMMANDS]  # fmt: skip


def targets(suite: Suite) -> Mapping[str, str]:
    """Where the two databases are copied: a file to its place, a dump beside it until its load."""
    return suite.database.targets(suite.settings)
