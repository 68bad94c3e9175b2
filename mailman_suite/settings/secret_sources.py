"""Fetches secrets on the control machine: from its environment, a file, or a command.

A value lives in memory only inside pyinfra's `HiddenValue` and on the host in a file of its own.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from pyinfra.api import HiddenValue

from mailman_suite.base.refusal import Refusal, Refusals
from mailman_suite.settings.model import PREFIX
from mailman_suite.settings.secret_references import SecretReference

# What may stand unquoted in an ini file, in a database URL and in Python text alike.
ALLOWED = re.compile(r"[A-Za-z0-9._~-]{12,512}")
_MOST = 4096  # bytes; more is not read
_COMMAND_SECONDS = 60


def fetched(reference: SecretReference, setting: str) -> HiddenValue:
    """The value that a setting refers to. Raises `Refusal` where it cannot be had."""
    value = _SOURCES[reference.kind](reference.place, setting).strip()
    if not ALLOWED.fullmatch(value):
        raise Refusal(
            found=f"{setting} ({reference}) gave {len(value)} characters, or unsuitable ones",
            expected="12 to 512 letters, digits, '.', '_', '~' and '-'",
            remedy="choose such a value: it is written into an ini file and a database URL",
        )
    return HiddenValue(value)


def all_fetched(references: Mapping[str, SecretReference]) -> dict[str, HiddenValue]:
    """The values of those secrets that are not generated on the host, by name.

    Raises `Refusals` with a reason for each one that cannot be had.
    """
    values: dict[str, HiddenValue] = {}
    reasons: list[Refusal] = []
    for name, reference in references.items():
        try:
            if not reference.is_generated:
                values[name] = fetched(reference, f"{PREFIX}{name}")
        except Refusal as refusal:
            reasons.append(refusal)
    if reasons:
        raise Refusals(reasons)
    return values


def _from_environment(name: str, setting: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Refusal(
            found=f"{setting} refers to the environment variable {name}, which is not set",
            expected=f"{name} in the environment of the pyinfra command",
            remedy=f"export {name}, or change {setting}",
        )
    return value


def _from_file(path: str, setting: str) -> str:
    try:
        return _text_of(Path(path).expanduser())
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(
            found=f"{setting} refers to the file {path}, which cannot be read"
            f" ({getattr(error, 'strerror', None) or 'not text'})",
            expected="a readable text file on the control machine with the secret and nothing else",
            remedy=f"create {path}, or change {setting}",
        ) from None


def _text_of(path: Path) -> str:
    """The file's text, up to more than any secret has; never waits for a pipe or a device."""
    if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open(encoding="utf-8") as stream:
        return stream.read(_MOST)


def _from_command(command: str, setting: str) -> str:
    try:
        status, printed = _run(command)
    except (TimeoutError, subprocess.TimeoutExpired):
        outcome = f"did not end within {_COMMAND_SECONDS} seconds"
    else:
        if status == 0:
            return printed.decode(errors="replace")  # what is no text is refused as unsuitable
        outcome = f"ended with exit status {status}"
    raise Refusal(
        found=f"{setting} refers to a command that {outcome}",
        expected="a command that prints the secret on its standard output",
        remedy="run it by hand on the control machine and correct it",
    )


def _run(command: str) -> tuple[int, bytes]:
    """Exit status and output. Raises `TimeoutError` or `subprocess.TimeoutExpired`.

    Not `subprocess.run`: under gevent it waits for children that keep the output open, however
    long they run.
    """
    with subprocess.Popen(
        command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
    ) as process:
        try:
            assert process.stdout is not None
            printed = _read(process.stdout.fileno(), time.monotonic() + _COMMAND_SECONDS)
            return process.wait(_COMMAND_SECONDS), printed
        finally:
            process.kill()


def _read(output: int, deadline: float) -> bytes:
    """The content of a pipe, until its end or until it is longer than any secret."""
    printed = b""
    while len(printed) < _MOST:
        if not select.select([output], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        if not (more := os.read(output, _MOST)):
            break
        printed += more
    return printed


_SOURCES: Mapping[str, Callable[[str, str], str]] = {
    "env": _from_environment,
    "file": _from_file,
    "cmd": _from_command,
}
