"""Makes the secrets that all hosts of a suite share, each in a private file on this computer.

python -m mailman_suite.preflight.shared_secrets [DIRECTORY]
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from mailman_suite.base.refusal import Refusal
from mailman_suite.base.repository import ROOT
from mailman_suite.settings.secret_references import SHARED

DIRECTORY = ROOT / "secrets"


def main(arguments: Sequence[str]) -> int:
    """Writes those that are missing, and prints the lines for group data, never a value."""
    if len(arguments) > 1 or any(one.startswith("-") for one in arguments):
        print(
            "usage: python -m mailman_suite.preflight.shared_secrets [DIRECTORY]", file=sys.stderr
        )
        return 2
    directory = Path(arguments[0]).expanduser() if arguments else DIRECTORY
    try:
        written = make(directory)
    except (Refusal, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"# {len(written)} generated, {len(SHARED) - len(written)} already existed.")
    print("# Lines for group_data, the same on every host of the suite:")
    print("\n".join(lines(directory)))
    return 0


def make(directory: Path) -> list[str]:
    """Writes each missing secret; returns their names. Raises `Refusal`."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_if_others_read(directory)
    missing = [name for name in SHARED if not (directory / name).exists()]
    for name in missing:
        _write(directory / name, secrets.token_urlsafe(32))
    for name in SHARED:
        _refuse_if_others_read(directory / name)
    return missing


def lines(directory: Path) -> list[str]:
    """The lines of group data that refer to the files."""
    place = directory.resolve()
    return [f"mailman_{name} = {json.dumps(f'file:{place / name}')}" for name in SHARED]


def _write(path: Path, value: str) -> None:
    """A private file with the value, complete or missing; an existing one stays."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f"{value}\n")
        stream.flush()
        os.fsync(descriptor)
    try:
        os.link(fresh, path)  # unlike a rename, never over a file that was created meanwhile
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _refuse_if_others_read(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise Refusal(
            found=f"{path} has the mode {mode:o}",
            expected="a secret that only its owner can read",
            remedy=f"chmod go= '{path}', and generate a new secret if somebody may have read it",
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
