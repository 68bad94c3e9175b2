"""One point in time of a suite, kept on its host and put back whole: files, Core's data, databases.

Everything is idempotent: what was interrupted is simply done again. The caller sees to it that the
services are stopped while databases and Core's data are taken or put back.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from mailman_suite.host.base import files, trees
from mailman_suite.host.state import database_copies
from mailman_suite.host.wire.connections import Connections, DatabaseName

# Core rewrites these; logs stay as they are, because they say what happened. Packages have the
# web's files in the same directory: its database is copied separately.
_NOT_DATA = ("cache", "locks", "logs", "web")


def take_files(patterns: Iterable[str], place: Path) -> None:
    """Copies of every file, directory and link that the patterns name, with all attributes."""
    files.remove(place)
    place.mkdir(parents=True, mode=0o700)
    for path in _named(patterns):
        copy = place / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        trees.copy(Path(path), copy)


def put_back_files(patterns: Iterable[str], place: Path, keeps: Collection[str] = ()) -> None:
    """What the patterns name is as it was: changed back, removed, or restored.

    Files whose names are in `keeps` are not touched, wherever they are.
    """
    kept = {path.removeprefix(str(place)) for path in _named(patterns, str(place))}
    for path in sorted({*_named(patterns), *kept}):
        if Path(path).name in keeps:
            continue
        if path in kept:
            replace(Path(path), place / path.lstrip("/"))
        else:
            files.remove(path)


def _named(patterns: Iterable[str], below: str = "") -> list[str]:
    """Every path that a pattern names, without those below another one."""
    found: list[str] = []
    for path in sorted({path for pattern in patterns for path in glob.glob(below + pattern)}):
        if not (found and path.startswith(f"{found[-1]}/")):
            found.append(path)
    return found


def take_data(var: Path, place: Path) -> None:
    """Core's data directory but its logs: queues, messages, templates, lists' own files.

    Core never changes a queued or stored message in place, so those are linked and cost no room.
    """
    files.remove(place)
    place.mkdir(parents=True, mode=0o700)
    for entry in _data(var):
        trees.copy(entry, place / entry.name, link=_is_linked(entry, place))


def data_bytes(var: Path, beside: Path) -> int:
    """How much space `take_data` needs in a directory beside another."""
    paths = (
        path
        for entry in _data(var)
        if not _is_linked(entry, beside)
        for path in (entry, *entry.rglob("*"))
    )
    return sum(path.lstat().st_blocks for path in paths) * 512


def _is_linked(entry: Path, place: Path) -> bool:
    return entry.name in ("queue", "messages", "archives") and same_device(entry, place)


def put_back_data(var: Path, place: Path, keeps: Collection[str] = ()) -> None:
    """Core's data directory is as it was when it was taken; entries in `keeps` are not touched."""
    for entry in _data(var):
        if entry.name not in keeps and not (place / entry.name).exists():
            files.remove(entry)
    for entry in sorted(place.iterdir()):
        if entry.name not in keeps:
            replace(var / entry.name, entry)


def add_missing(place: Path, target: Path) -> None:
    """Restores what a kept directory has and the target lacks; what the target has stays."""
    if not place.is_dir():
        return
    if not os.path.lexists(target):
        its = place.stat()
        files.make_directory(target, its.st_uid, its.st_gid, its.st_mode & 0o7777)
    for entry in place.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            add_missing(entry, target / entry.name)
        elif not os.path.lexists(target / entry.name):
            trees.copy(entry, target / entry.name)


def _data(var: Path) -> list[Path]:
    return [entry for entry in sorted(var.iterdir()) if entry.name not in _NOT_DATA]


def same_device(one: Path, other: Path) -> bool:
    """Whether hard links are possible from one to the other."""
    return one.stat().st_dev == other.stat().st_dev


def take_database(name: DatabaseName, databases: Connections, place: Path) -> None:
    """A copy of the `core` or `web` database."""
    database_copies.take(databases[name], databases["secrets"], place / name)


def put_back_database(name: DatabaseName, databases: Connections, place: Path) -> None:
    """The `core` or `web` database as it was."""
    database_copies.put_back(databases[name], databases["secrets"], place / name)


def seal(place: Path) -> None:
    """The snapshot is whole and on the disk."""
    os.sync()
    files.write_durably(place / "complete", "\n")


def is_whole(place: Path) -> bool:
    """Whether the snapshot was sealed."""
    return (place / "complete").exists()


def replace(path: Path, copy: Path) -> None:
    """Replaces a path by its copy; the copy stays. A directory with entries is moved away first."""
    fresh = path.with_name(f".{path.name}.back")
    files.remove(fresh)
    files.make_parents(path)
    if path.is_dir() and not path.is_symlink():
        files.remove(path)
    trees.copy(copy, fresh)
    files.rename(fresh, path)
