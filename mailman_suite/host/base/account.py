"""Runs what was downloaded as an ordinary user, never as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping
from pathlib import Path

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The operator decides how a host reaches a package index; everything else starts clean.
_PASSED_ON = {
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "pip_cert",
    "pip_client_cert",
    "pip_default_timeout",
    "pip_extra_index_url",
    "pip_index_url",
    "pip_trusted_host",
    "requests_ca_bundle",
    "ssl_cert_dir",
    "ssl_cert_file",
}


class CommandError(Exception):
    """A command that failed, with the end of its output."""


class Account:
    """An unprivileged user whose commands run in `scratch` with a clean environment."""

    def __init__(self, name: str, scratch: Path, held: tuple[int, ...] = ()) -> None:
        """Look the user up; `held` are descriptors (a lock) that its commands keep open."""
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise CommandError(
                f"user {name} does not exist on this host; create it first"
            ) from None
        if entry.pw_uid == 0:
            raise CommandError(f"downloaded code must not run as {name}, which is root")
        self.uid, self.gid = entry.pw_uid, entry.pw_gid
        self.scratch, self._held = scratch, held

    def directory(self, path: Path) -> Path:
        """Make a directory that this user owns."""
        path.mkdir(mode=0o755)
        os.chown(path, self.uid, self.gid)
        return path

    def run(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """Run a command and return its standard output; CommandError when it fails."""
        try:
            done = self._finished(command, {**self._environment(), **(environment or {})})
        except FileNotFoundError:
            raise CommandError(f"{command[0]} is not on this host; install it first") from None
        if done.returncode != 0:
            raise CommandError(_told(command, done))
        return done.stdout

    def _finished(
        self, command: tuple[str | Path, ...], environment: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(word) for word in command],
            cwd=self.scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            umask=0o022,
            pass_fds=self._held,
        )

    def _environment(self) -> dict[str, str]:
        passed_on = {
            name: value for name, value in os.environ.items() if name.lower() in _PASSED_ON
        }
        return {
            **passed_on,
            "PATH": _PATH,
            "LANG": "C.UTF-8",
            "HOME": str(self.scratch),
            "TMPDIR": str(self.scratch),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_INPUT": "1",
        }


def _told(command: tuple[str | Path, ...], done: subprocess.CompletedProcess[str]) -> str:
    shown = " ".join(str(word).split("\n")[0] for word in command[:6])
    said = (done.stdout + done.stderr).strip().splitlines()[-25:]
    return "\n".join([f"`{shown} ...` ended with status {done.returncode}:", *said])
