"""Makes the hashed locks under releases/.

    python -m mailman_suite.releases.locks [--upgrade] [RELEASE ...]

Pins that stand in a lock stay, as long as they fit the input; `--upgrade` looks for newer ones.
Needs the network and `uv`, both on the developer's machine only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from mailman_suite.host.build.patch_wheel import rebuild_wheels
from mailman_suite.releases.catalogue import INSTALLER_LOCK, RELEASES, Release, release_named

# What packages ask for that the resolver cannot unpack; only where a release needs it.
_KNOWN = "uv.toml"
_UNATTRIBUTED = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make locks"}


def main(arguments: list[str]) -> None:
    """Lock the installer and the named releases, or all."""
    parser = argparse.ArgumentParser(prog="locks", description="Make the hashed locks.")
    parser.add_argument("--upgrade", action="store_true", help="look for newer versions")
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help="all when none is named")
    wanted = parser.parse_args(arguments)
    options = ["--upgrade"] if wanted.upgrade else []
    oldest = min(release.pythons[0] for release in RELEASES.values())
    compiled(INSTALLER_LOCK.with_suffix(".in"), INSTALLER_LOCK, oldest, "--universal", *options)
    for name in wanted.releases or list(RELEASES):
        lock(release_named(name), options)


def lock(release: Release, options: list[str]) -> None:
    """Write every lock of a release; the wheels that we patch are built for their hashes."""
    folder = release.directory
    oldest = release.pythons[0]
    compiled(folder / "build.in", folder / "build.lock", oldest, "--universal", *options)
    with tempfile.TemporaryDirectory() as scratch:
        patched = Path(scratch, "patched")
        patched.mkdir()
        if release.patches():
            compiled(
                folder / "upstream.in", folder / "upstream.lock", oldest, "--no-deps", *options
            )
            patch_all(release, Path(scratch), patched)
        for python in release.pythons:
            resolved(release, python, patched, options)


def patch_all(release: Release, scratch: Path, patched: Path) -> None:
    """Build every patched wheel of a release, as a host does."""
    fetch = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    requirements = [
        "--requirement",
        str(release.directory / "upstream.lock"),
        "--dest",
        str(scratch),
    ]
    subprocess.run([sys.executable, "-m", "pip", *fetch, *requirements], check=True)
    rebuild_wheels(scratch, release.directory / "patches", patched)


def resolved(release: Release, python: tuple[int, int], patched: Path, options: list[str]) -> None:
    """Write the lock of a release for one Python."""
    source, target = release.directory / "requirements.in", release.lock_for(python)
    where = ["--python-platform", "linux", "--find-links", str(patched)]
    compiled(source, target, python, *where, *options)
    require_hashes(target, patched)


def require_hashes(lock: Path, patched: Path) -> None:
    """Refuse a lock that still has the hash of a wheel before its patch changed.

    The resolver keeps the hash of a version that it has seen, and a version must never stand for
    two contents.
    """
    text = lock.read_text(encoding="utf-8")
    for wheel in sorted(patched.glob("*.whl")):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() not in text:
            raise SystemExit(
                f"{lock.name} has another hash for {wheel.name} than the one built just now: "
                "a patch changed, so raise its +suite.N in the patch and in requirements.in"
            )


def compiled(source: Path, target: Path, python: tuple[int, int], *options: str) -> None:
    """Resolve one input file into one hashed lock for a Python, and say so."""
    print(f"{target.parent.name}/{target.name}", flush=True)
    version = ".".join(map(str, python))
    options = ("--generate-hashes", "--python-version", version, *options)
    files = ["--output-file", target.name, source.name]
    known = ["--config-file", _KNOWN] if (source.parent / _KNOWN).exists() else ["--no-config"]
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *known, *options, *files],
        cwd=source.parent,
        env=_UNATTRIBUTED,
        check=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
