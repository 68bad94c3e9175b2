"""Writes down in which order files are opened for writing, renamed, and brought to the disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.windows.product import Journal

_WRITING = os.O_WRONLY | os.O_RDWR
_listening: list[Callable[[str, tuple[Any, ...]], None]] = []


class Event(NamedTuple):
    """`what` is create, write, rename (to `path`), fsync, syncfs, sync, or line (its text)."""

    what: str
    path: str = ""
    source: str = ""


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for listener in _listening:
        listener(event, arguments)


sys.addaudithook(_hear)  # stays, as it cannot be removed; it hears only for whoever records


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch, without: Path) -> Iterator[list[Event]]:
    """The events as they come, but for files below `without`; nothing here waits for a disk."""
    events: list[Event] = []

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)) and _writes(arguments):
            path = _named(os.path.abspath(os.fsdecode(arguments[0])))
            if not Path(path).is_relative_to(without):
                events.append(Event("write" if os.path.exists(path) else "create", path))
        elif event == "os.rename":
            source, target, *folders = arguments
            source, target = map(_resolved, (source, target), folders)
            if not Path(target).is_relative_to(without):
                events.append(Event("rename", target, source))
        elif event == "subprocess.Popen" and [*arguments[1]][:2] == ["sync", "-f"]:
            events.append(Event("syncfs", arguments[1][2]))

    note = Journal.note

    def noted(journal: Journal, event: str, **details: Any) -> None:
        events.append(Event("line", event))
        note(journal, event, **details)

    def synced(file: Any) -> None:
        events.append(Event("fsync", _of(file)))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", synced)
        patched.setattr(os, "sync", lambda: events.append(Event("sync")))
        patched.setattr(Journal, "note", noted)
        _listening.append(heard)
        try:
            yield events
        finally:
            _listening.remove(heard)


def _writes(arguments: tuple[Any, ...]) -> bool:
    return bool(arguments[2] & _WRITING)


def _named(path: str) -> str:
    """The path of a file that was opened in an opened directory, /proc/self/fd/NUMBER/name."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _of(file: Any) -> str:
    return os.readlink(f"/proc/self/fd/{file if isinstance(file, int) else file.fileno()}")


def _resolved(path: Any, folder: int) -> str:
    name = os.fsdecode(path)
    return os.path.abspath(name if folder < 0 else os.path.join(_of(folder), name))


class Disk:
    """What was written and renamed so far, and would not be there after a power cut."""

    def __init__(self) -> None:
        self.contents: set[str] = set()
        self.names: set[str] = set()
        self.renamed_early: list[str] = []  # before their contents were on the disk

    def after(self, event: Event) -> None:
        """One event more."""
        if event.what in ("create", "write"):
            self.contents.add(event.path)
            self.names |= {event.path} if event.what == "create" else set()
        elif event.what == "rename":
            self._renamed(event.source, event.path)
        elif event.what == "fsync":
            self.contents.discard(event.path)
            self.names -= {path for path in self.names if os.path.dirname(path) == event.path}
        elif event.what in ("sync", "syncfs"):  # tests write to one file system
            self.contents.clear()
            self.names.clear()

    def _renamed(self, source: str, target: str) -> None:
        if source in self.contents:
            self.renamed_early.append(target)
            self.contents.remove(source)
            self.contents.add(target)
        self.names.discard(source)
        self.names.add(target)

    @property
    def missing(self) -> set[str]:
        """What a power cut now would take or leave under its old name."""
        return self.contents | self.names


def renamed_early(events: list[Event]) -> list[str]:
    """Files that were renamed to where they count before their contents were on the disk."""
    disk = Disk()
    for event in events:
        disk.after(event)
    return disk.renamed_early


def missing_at(events: list[Event], line: str) -> set[str]:
    """What was not on the disk when a line of the journal said that it is."""
    disk = Disk()
    for event in events[: events.index(Event("line", line))]:
        disk.after(event)
    return disk.missing


def missing_before(events: list[Event], name: str) -> set[str]:
    """What was not on the disk when a file of this name was begun."""
    disk = Disk()
    for event in events:
        if event.what == "create" and os.path.basename(event.path) == name:
            return disk.missing
        disk.after(event)
    raise AssertionError(f"{name} was not written")


def missing_while(events: list[Event], name: str) -> set[str]:
    """Files of this name that were not on the disk when the next thing was written or said."""
    disk, found = Disk(), set()
    for event in events:
        if event.what in ("create", "write", "line") and event.path not in disk.missing:
            found |= {path for path in disk.missing if os.path.basename(path) == name}
        disk.after(event)
    return found


def unsynced_lines(events: list[Event]) -> list[str]:
    """Lines of the journal after which something else happened before they were on the disk."""
    found = []
    for number, event in enumerate(events):
        if event.what == "line":
            after = [one.what for one in events[number + 1 : number + 3]]
            if after not in (["write", "fsync"], ["create", "fsync"]):
                found.append(event.path)
    return found
