"""Copies production's archive to a staging host: from an OpenSSH client to pyinfra's connection."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.host.wire.rehearsal import PseudonymQuestion, ReceiveQuestion
from mailman_suite.parts.database.connections import connections
from mailman_suite.preflight.refusals import GIB
from mailman_suite.rehearsal import fences, production
from mailman_suite.rehearsal.declared import Rehearsal
from mailman_suite.suite.suite import Suite

_CHUNK = 1 << 18
_SHOWN_SECONDS = 5


class CopyError(Exception):
    """An incomplete copy, with the messages of both hosts."""


def carried(host: Host, rehearsal: Rehearsal) -> dict[str, Any]:
    """Makes the copy and returns what the result says of it. Raises `CopyError`.

    Nothing of the copy is written to this machine's disk.
    """
    began = time.monotonic()
    source = production.streaming(rehearsal.suite, rehearsal.running)
    target = _receiver(host, rehearsal)
    count = _Count(host, int(rehearsal.production["bytes"]))
    assert source.stdout is not None and source.stderr is not None
    try:
        while chunk := source.stdout.read(_CHUNK):
            target.sendall(chunk)
            count.add(len(chunk))
    except OSError:
        source.kill()  # the receiver has ended; it says why
    target.shutdown_write()
    said, complaint = _all(target.recv), _all(target.recv_stderr)
    there = source.stderr.read().decode(errors="replace").strip()
    if source.wait() or target.recv_exit_status():
        reasons = [text[-1000:] for text in (there, complaint.strip()) if text]
        raise CopyError("; ".join(reasons) or "the connection ended")
    seconds = round(time.monotonic() - began, 1)
    return {"bytes": count.sent, "seconds": seconds, **json.loads(said.splitlines()[-1])}


def _receiver(host: Host, rehearsal: Rehearsal) -> Any:
    """The channel of `host/rehearsal/copy_in.py` on staging, as root."""
    asked: ReceiveQuestion = {
        "targets": dict(production.targets(rehearsal.suite)),
        "below": production.places(),
        "append": fences.appended(rehearsal.suite),
    }
    client = getattr(host.connector, "client", None)
    if client is None:
        raise CopyError("pyinfra does not reach the staging host by SSH; use its host name")
    channel = client.get_transport().open_session()
    command = program("rehearsal.copy_in", "receive", asked).get_raw_value()
    channel.exec_command(f"sudo -n {command}" if host.data.get("_sudo") else command)
    return channel


def _all(receive: Callable[[int], bytes]) -> str:
    parts = []
    while part := receive(_CHUNK):
        parts.append(part)
    return b"".join(parts).decode(errors="replace")


class _Count:
    """How much has been copied, printed every few seconds."""

    def __init__(self, host: Host, expected: int) -> None:
        self.sent, self._host, self._expected = 0, host, max(expected, 1)
        self._next = time.monotonic() + _SHOWN_SECONDS

    def add(self, count: int) -> None:
        """Counts more bytes."""
        self.sent += count
        if time.monotonic() > self._next:
            self._next = time.monotonic() + _SHOWN_SECONDS
            percent = min(100 * self.sent // self._expected, 99)
            logger.info(f"{self._host.print_prefix}copied {self.sent / GIB:.2f} GiB, {percent} %")


def pseudonym_question(suite: Suite) -> PseudonymQuestion:
    """The arguments of `host/pseudonyms/program.py`; the superuser's own account stays."""
    return {
        "databases": connections(suite.settings),
        "var": layout.VAR,
        "web": layout.WEB,
        "keep_users": [suite.settings.superuser_name],
    }


def mark(rehearsal: Rehearsal) -> str:
    """The command that marks the staging host as one with a copy, before there is any."""
    text = json.dumps({"id": rehearsal.name, "of": rehearsal.of, "began": int(rehearsal.began)})
    return (
        f"install -d -m 700 {layout.STATE} {layout.REHEARSAL} && install -m 600 /dev/stdin"
        f" {layout.REHEARSAL_MARK} <<'MARK'\n{text}\nMARK"
    )
