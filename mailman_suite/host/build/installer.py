"""uv installs what the locks name; it is a locked wheel itself, which the system's pip installs.

pip takes the host's mirror, proxy and certificates from its configuration, and uv is told of them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mailman_suite.host.base.account import Account
from mailman_suite.host.build.package_index import pip_settings, uv_environment

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


class Pip:
    """The pip of a virtual environment in the scratch directory."""

    def __init__(self, python: str, account: Account) -> None:
        """Create the environment with that interpreter. Raises CommandError."""
        self._account = account
        self.environment = account.scratch / "installer"
        account.run(python, "-m", "venv", self.environment)

    def __call__(self, *words: str | Path) -> str:
        """Run a command of pip and return its output. Raises CommandError."""
        return self._account.run(self.environment / "bin" / "python", "-m", "pip", *words)


class Uv:
    """The locked uv, with the package index of the host's pip."""

    def __init__(self, pip: Pip, lock: Path, account: Account) -> None:
        """Install it beside pip. Raises CommandError."""
        self._account, self._program = account, pip.environment / "bin" / "uv"
        hashed = ("--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:")
        pip("install", *hashed, "--no-compile", "-r", lock)
        self._index = uv_environment(pip_settings(pip("config", "list")), os.environ)

    def __call__(self, *words: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """Run `uv pip` with these words and return its output. Raises CommandError."""
        variables = {**UV_SETTINGS, **self._index, **(environment or {})}
        return self._account.run(self._program, "pip", *words, environment=variables)

    def install_tools(self, lock: Path) -> None:
        """The locked build tools, in the scratch directory and never in the release."""
        into = ("--python", self._account.scratch / "installer", "--target", self._tools)
        self("install", "--quiet", "--no-deps", "--require-hashes", *into, "-r", lock)

    def install(self, lock: Path, patched: Path, python: Path) -> None:
        """Every package of the lock, in an empty environment; those of `patched` among them.

        Source packages are built by the tools. They are pure Python, so no compiler is needed:
        uWSGI is its maintainers' own wheel.
        """
        links = [str(patched), *filter(None, [self._index.get("UV_FIND_LINKS")])]
        build = {"PYTHONPATH": str(self._tools), "UV_FIND_LINKS": ",".join(links), **_REPRODUCIBLE}
        options = ("--quiet", "--require-hashes", "--no-build-isolation")
        self("sync", *options, "--python", python, lock, environment=build)
        self("check", "--python", python)

    @property
    def _tools(self) -> Path:
        return self._account.scratch / "tools"
