"""Rebuilds an upstream wheel with a small patch; the same input gives the same bytes everywhere.

The result's hash is therefore in a lock like every other. A patch applies exactly where it
says or not at all: no fuzz, no offset, no guessing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can hold


class PatchError(Exception):
    """A patch that does not fit the wheel, with the place."""


class Hunk(NamedTuple):
    """One change: `before`, at line `start` (counted from 1), becomes `after`."""

    start: int
    before: list[str]
    after: list[str]


def rebuild_wheels(wheels: Path, patches: Path, directory: Path) -> None:
    """Rebuild every wheel of a directory with the patch of its project; raises like the next."""
    for wheel in sorted(wheels.glob("*.whl")):
        project = wheel.name.split("-")[0].replace("_", "-").lower()
        rebuilt_wheel(wheel, patches / f"{project}.patch", directory)


def rebuilt_wheel(wheel: Path, patch: Path, directory: Path) -> Path:
    """Write the patched wheel into `directory` and return its path.

    Name and version come from the patched METADATA, so a patch must raise the version.
    Raises PatchError where the patch does not fit.
    """
    files = _contents(wheel)
    for path, hunks in parsed_patch(patch.read_text(encoding="utf-8")).items():
        if path not in files:
            raise PatchError(f"{patch.name} changes {path}, which {wheel.name} does not have")
        files[path] = _applied(files[path], hunks, f"{patch.name}: {path}")
    old, new = _distributions(wheel, files)
    if old == new:
        raise PatchError(f"{patch.name} leaves the version at {new}; give it a local version")
    files = {re.sub(rf"^{re.escape(old)}(?=\.)", new, path): body for path, body in files.items()}
    files[f"{new}.dist-info/RECORD"] = _record(files, f"{new}.dist-info/RECORD")
    target = directory / wheel.name.replace(old, new, 1)
    _write(target, files)
    return target


def parsed_patch(text: str) -> dict[str, list[Hunk]]:
    """The hunks of a unified diff by path, without the leading `b/`; PatchError when malformed.

    What stands before the first file is for readers, as patch(1) takes it too.
    """
    patches: dict[str, list[Hunk]] = {}
    lines = iter(text.splitlines(keepends=True))
    for line in lines:
        if line.startswith("--- "):
            path = _path(line, next(lines, ""))
            patches[path] = []
        elif line.startswith("@@ ") and patches:
            patches[path].append(_hunk(line, lines))
        elif patches:
            raise PatchError(f"not part of a unified diff: {line.rstrip()!r}")
    if not patches or not all(patches.values()):
        raise PatchError("the patch changes nothing")
    return patches


def _path(old: str, new: str) -> str:
    before, after = old[4:].strip(), new[4:].strip()
    if not new.startswith("+++ ") or before[:2] != "a/" or f"b/{before[2:]}" != after:
        raise PatchError(f"expected a/PATH and b/PATH, found {before!r} and {after!r}")
    return before[2:]


def _hunk(header: str, lines: Iterator[str]) -> Hunk:
    found = _HUNK.match(header)
    if found is None:
        raise PatchError(f"not a hunk header: {header.rstrip()!r}")
    wanted = (int(found[2] or 1), int(found[3] or 1))
    hunk = Hunk(int(found[1]), [], [])
    while (len(hunk.before), len(hunk.after)) != wanted:
        line = next(lines, "")
        if line[:1] not in (" ", "-", "+") or not line:
            raise PatchError(f"hunk {header.rstrip()!r} ends early or has a bad line: {line!r}")
        if line[0] != "+":
            hunk.before.append(line[1:])
        if line[0] != "-":
            hunk.after.append(line[1:])
    if not hunk.before:
        raise PatchError(f"hunk {header.rstrip()!r} has no context to check")
    return hunk


def _applied(body: bytes, hunks: list[Hunk], where: str) -> bytes:
    lines = body.decode("utf-8").splitlines(keepends=True)
    for hunk in reversed(hunks):  # from the end, so that earlier line numbers stay true
        first = hunk.start - 1
        last = first + len(hunk.before)
        if lines[first:last] != hunk.before:
            raise PatchError(f"{where}: line {hunk.start} and following are not as the patch says")
        lines[first:last] = hunk.after
    return "".join(lines).encode("utf-8")


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}


def _distributions(wheel: Path, files: dict[str, bytes]) -> tuple[str, str]:
    """`name-version` of the wheel as it came and as its patched METADATA says."""
    name, version = wheel.name.split("-")[:2]
    metadata = files[f"{name}-{version}.dist-info/METADATA"].decode("utf-8")
    found = re.search(r"^Version: (\S+)$", metadata, re.MULTILINE)
    if found is None:
        raise PatchError(f"the METADATA of {wheel.name} has no version")
    return f"{name}-{version}", f"{name}-{found[1]}"


def _record(files: dict[str, bytes], own_path: str) -> bytes:
    """The wheel's list of files with hash and size; its own line has neither (PEP 376)."""
    lines = [
        f"{path},sha256={_digest(body)},{len(body)}\n"
        for path, body in sorted(files.items())
        if path != own_path
    ]
    return "".join([*lines, f"{own_path},,\n"]).encode("utf-8")


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode("ascii")


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Stored, sorted, with fixed times and modes: compressors differ between zlib versions."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, body in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _FIXED_TIME)
            entry.create_system = 3  # Unix, also when built elsewhere
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, body)
