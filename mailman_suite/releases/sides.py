"""Which side of a suite a change of release concerns: Core's, the web's, or both. Pure.

What neither side's processes import cannot change what they do. A release that differs from the one
that runs in the web's packages alone, such as a security release of Django, leaves Core running.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from mailman_suite.host.wire.sides import SIDES, Side
from mailman_suite.releases.catalogue import Python, Release

_DRIVER = "psycopg2-binary"  # both sides reach the database
_CORE = frozenset({"mailman", "mailman-hyperkitty", _DRIVER})
_DIRECT = "-r requirements.in"
_ENTRY = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
_VIA = re.compile(r"^    #(?: via|  ) +(\S.*)$", re.MULTILINE)


def unconcerned(running: Mapping[Side, str], release: Release, python: Python) -> tuple[Side, ...]:
    """The sides whose digest in the release that runs is that of this release.

    None where both are the same: a change that concerns neither side still has to take place.
    """
    same = tuple(side for side in SIDES if running.get(side) == digest(release, python, side))
    return same if len(same) < len(SIDES) else ()


@cache
def digest(release: Release, python: Python, side: Side) -> str:
    """What identifies all code of one side: locked packages, our patches to them, the Python."""
    lock = release.lock_for(python).read_text(encoding="utf-8")
    build = (release.directory / "build.lock").read_bytes()
    found = hashlib.sha256(f"{python[0]}.{python[1]}\n".encode() + build)
    entries = packages(lock)
    for name in sorted(_closure(entries, side)):
        found.update(entries[name].partition("    # via")[0].encode())
        patch = release.directory / "patches" / f"{name}.patch"
        found.update(_bytes_of(patch))
    return found.hexdigest()


def packages(lock: str) -> dict[str, str]:
    """Name -> its entry in the text of a lock, as `uv pip compile` writes it."""
    entries = _ENTRY.split(lock)[1:]
    return {entry.partition("==")[0]: entry for entry in entries}


def _closure(entries: dict[str, str], side: Side) -> set[str]:
    """The names of what the side's processes may import."""
    wanted_by = {name: frozenset(_VIA.findall(entry)) for name, entry in entries.items()}
    direct = {name for name, whose in wanted_by.items() if _DIRECT in whose}
    # What we pin for Core alone counts for the web too: too much rather than too little.
    roots = direct & _CORE if side == "core" else direct - _CORE | {_DRIVER}
    return _reached(roots, wanted_by)


def _reached(roots: Iterable[str], wanted_by: dict[str, frozenset[str]]) -> set[str]:
    found: set[str] = set()
    fresh = set(roots)
    while fresh:
        found |= fresh
        fresh = {name for name, whose in wanted_by.items() if whose & found} - found
    return found


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
