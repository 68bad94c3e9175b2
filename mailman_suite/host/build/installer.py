"""uv installs what the locks name; it is a locked wheel itself, which the system's pip installs.

pip takes the host's mirror, proxy and certificates from its configuration, and uv is told of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from mailman_suite.host.base import files
from mailman_suite.host.base.account import Account
from mailman_suite.host.build.package_index import pip_settings, uv_environment

HASHED = ("--quiet", "--no-deps", "--require-hashes")
# Earliest time that a wheel can hold: the same source gives the same bytes.
_REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "315532800"}
UV_SETTINGS = {
    "UV_NO_CACHE": "1",  # a directory of its own below the scratch directory, for each command
    "UV_LINK_MODE": "copy",
    "UV_NO_CONFIG": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_SYSTEM_CERTS": "1",
    "UV_INDEX_STRATEGY": "unsafe-best-match",  # all indexes count, as for pip: hashes decide
}


class Locks(NamedTuple):
    """A lock in two parts: what uv installs, and what pip builds before; that can be empty."""

    uv: Path
    pip: Path


def divided(lock: Path, by_pip: Collection[str], directory: Path) -> Locks:
    """Write both parts of a lock into a directory; `by_pip` are names as they stand in the lock."""
    text = lock.read_text(encoding="utf-8")
    entries = [part for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if _name(part)]
    parts = Locks(directory / "uv.lock", directory / "pip.lock")
    files.write_durably(
        parts.uv, "".join(one for one in entries if _name(one) not in by_pip), 0o644
    )
    files.write_durably(parts.pip, "".join(one for one in entries if _name(one) in by_pip), 0o644)
    return parts


def _name(entry: str) -> str:
    """The project of an entry; empty for comments."""
    return re.split(r"[^\w.-]", entry, maxsplit=1)[0]


class Pip:
    """The pip of a virtual environment in the scratch directory."""

    def __init__(self, python: str, account: Account) -> None:
        """Create the environment with that interpreter. Raises CommandError."""
        self._account = account
        self.environment = account.scratch / "installer"
        account.run(python, "-m", "venv", self.environment)

    def __call__(self, *words: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """Run a command of pip and return its output. Raises CommandError."""
        python = self.environment / "bin" / "python"
        return self._account.run(python, "-m", "pip", *words, environment=environment)

    def download(self, lock: Path, into: Path) -> None:
        """The wheels of a lock, as the index has them."""
        self("download", *HASHED, "--only-binary=:all:", "--dest", into, "-r", lock)

    def built(self, lock: Path, tools: Mapping[str, str]) -> list[Path]:
        """A wheel for each entry of a lock, made by the build tools of that environment."""
        wheels = self._account.directory(self._account.scratch / "built")
        options = ("--no-build-isolation", "--wheel-dir", wheels)
        self("wheel", *HASHED, *options, "-r", lock, environment=tools)
        return sorted(wheels.glob("*.whl"))


class Uv:
    """The locked uv, with the package index of the host's pip."""

    def __init__(self, pip: Pip, lock: Path, account: Account) -> None:
        """Install it beside pip. Raises CommandError."""
        self._account, self._pip = account, pip
        pip("install", *HASHED, "--only-binary=:all:", "--no-compile", "-r", lock)
        self._index = uv_environment(pip_settings(pip("config", "list")), os.environ)
        self._tools = account.scratch / "tools"
        self._building = {"PYTHONPATH": str(self._tools), **_REPRODUCIBLE}

    def __call__(self, *words: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """Run `uv pip` with these words and return its output. Raises CommandError."""
        variables = {**UV_SETTINGS, **self._index, **(environment or {})}
        uv = self._pip.environment / "bin" / "uv"
        return self._account.run(uv, "pip", *words, environment=variables)

    def install_tools(self, lock: Path) -> None:
        """The locked build tools, in the scratch directory and never in the release."""
        into = ("--python", self._pip.environment, "--target", self._tools)
        self("install", *HASHED, *into, "-r", lock)

    def install(self, locks: Locks, patched: Path, python: Path) -> None:
        """Every package of the locks, in an empty environment; those of `patched` among them.

        Source packages are built by the tools. They are pure Python, so no compiler is needed:
        uWSGI is its maintainers' own wheel.
        """
        into = ("--quiet", "--python", python)
        links = [str(patched), *filter(None, [self._index.get("UV_FIND_LINKS")])]
        environment = {**self._building, "UV_FIND_LINKS": ",".join(links)}
        options = ("--require-hashes", "--no-build-isolation")
        self("sync", *into, *options, locks.uv, environment=environment)
        if locks.pip.stat().st_size:
            wheels = self._pip.built(locks.pip, self._building)
            self("install", *into, "--no-index", "--no-deps", *wheels)
        self("check", "--python", python)
