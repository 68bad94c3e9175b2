"""Turns hashed locks into a directory of wheels, or verifies one that an identical host made.

Everything downloaded is checked against the lock by pip before it is used; tools that build the
source-only packages are locked too. A manifest then pins the wheels themselves.
"""

from __future__ import annotations

import hashlib
import json
import re
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailman_suite.host.account import Account
from mailman_suite.host.patch_wheel import rebuilt_wheel

MANIFEST = "manifest.json"
_HASHED = ("--quiet", "--no-deps", "--require-hashes")
# Earliest time that a wheel can hold: the same source gives the same bytes.
_REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "315532800"}


class WheelsError(Exception):
    """Wheels that are not what the manifest or the patches say."""


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

    Those are pure Python, so no compiler is needed: uWSGI comes as its maintainers' own wheel.
    Two pips share the work, since one alone waits for the network half of the time.
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


def write_manifest(wheels: Path, identifier: str) -> str:
    """Pin what was built: file names with SHA-256, for which build and which kind of host."""
    manifest = {"identifier": identifier, "host": host_kind(), "sha256": _digests(wheels)}
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (wheels / MANIFEST).write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def verify_manifest(wheels: Path, identifier: str) -> str:
    """The manifest's SHA-256 when each wheel is exactly what it says; WheelsError otherwise."""
    try:
        text = (wheels / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WheelsError(f"no {MANIFEST} beside the wheels; ship the whole directory") from None
    manifest = json.loads(text)
    for name, found in (("identifier", identifier), ("host", host_kind())):
        if manifest[name] != found:
            raise WheelsError(
                f"these wheels are for {name} {manifest[name]!r}, this build is for {found!r}; "
                "leave them out, so that the host builds its own"
            )
    found_digests, wanted = _digests(wheels), manifest["sha256"]
    wrong = [
        name for name in {**wanted, **found_digests} if found_digests.get(name) != wanted.get(name)
    ]
    if wrong:
        raise WheelsError(
            f"missing, unexpected or changed since they were built: {', '.join(sorted(wrong))}; "
            "ship the whole wheels directory again"
        )
    return hashlib.sha256(text.encode()).hexdigest()


def host_kind() -> str:
    """What must agree where compiled wheels are shared; Python is part of the identifier."""
    release = {}
    for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        release[key] = value.strip("\"'")
    system = f"{release.get('ID', 'unknown')} {release.get('VERSION_ID', 'unknown')}"
    return f"{system}, {sysconfig.get_platform()}"


def _digests(wheels: Path) -> dict[str, str]:
    return {
        wheel.name: hashlib.sha256(wheel.read_bytes()).hexdigest()
        for wheel in sorted(wheels.glob("*.whl"))
    }
