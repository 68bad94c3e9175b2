"""Turns hashed locks into a directory of wheels.

Everything downloaded is checked against the lock by pip before it is used; tools that build the
source-only packages are locked too.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailman_suite.host.base.account import Account
from mailman_suite.host.build.patch_wheel import rebuilt_wheel

_HASHED = ("--quiet", "--no-deps", "--require-hashes")
# Earliest time that a wheel can hold: the same source gives the same bytes.
_REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "315532800"}


def fetch_tools(python: Path, locks: Path, account: Account) -> None:
    """Install the locked build tools into the scratch directory, never into the release."""
    tools = account.scratch / "tools"
    account.run(
        python, "-m", "pip", "install", *_HASHED, "--target", tools, "-r", locks / "build.lock"
    )


def fetch_patched(python: Path, locks: Path, patches: Path, account: Account) -> None:
    """Download the upstream wheels that have a patch, and rebuild each with it."""
    upstream = account.directory(account.scratch / "upstream")
    patched = account.directory(account.scratch / "patched")
    if not (locks / "upstream.lock").exists():
        return
    wanted = ("--only-binary=:all:", "--dest", upstream, "-r", locks / "upstream.lock")
    account.run(python, "-m", "pip", "download", *_HASHED, *wanted)
    for wheel in sorted(upstream.glob("*.whl")):
        project = wheel.name.split("-")[0].replace("_", "-").lower()
        rebuilt_wheel(wheel, patches / f"{project}.patch", patched)


def build_all(python: Path, locks: Path, account: Account, wheels: Path) -> None:
    """Fill `wheels` with one wheel per entry of the lock; source packages are built here.

    Those are pure Python, so no compiler is needed: uWSGI is its maintainers' own wheel.
    Two pips share the work, because one would wait for the network half of the time.
    """
    lock = (locks / "packages.lock").read_text(encoding="utf-8")
    halves = [account.scratch / f"half-{number}.lock" for number in (1, 2)]
    for number, half in enumerate(halves):
        half.write_text("".join(entries(lock)[number::2]), encoding="utf-8")
    with ThreadPoolExecutor(len(halves)) as pool:
        list(pool.map(lambda half: _build(python, half, account, wheels), halves))


def entries(lock: str) -> list[str]:
    """The entries of a lock, each with its hashes."""
    return [part for part in re.split(r"^(?=\w)", lock, flags=re.MULTILINE) if part[:1].isalnum()]


def _build(python: Path, lock: Path, account: Account, wheels: Path) -> None:
    patched = account.scratch / "patched"
    account.run(
        *(python, "-m", "pip", "wheel", *_HASHED, "--no-build-isolation"),
        *("--find-links", patched, "--wheel-dir", wheels, "-r", lock),
        environment={"PYTHONPATH": str(account.scratch / "tools"), **_REPRODUCIBLE},
    )
