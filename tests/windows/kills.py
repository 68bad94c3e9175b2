"""What a window leaves behind where its program is killed: a copy of the host from each instant.

A window runs once, and goes on after each copy. A copy has what a killed program leaves half done,
such as a file that has not got its name yet.
"""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.windows import hosts, in_process, pretending
from tests.windows.hosts import Host
from tests.windows.product import units

_changed = units.changed


@dataclass(frozen=True)
class Left:
    """A host as a kill leaves it, kept aside; `said` is where in the window that was."""

    said: str
    host: Host
    place: Path
    changed: dict[str, float]  # when what services read changed, which a copy cannot have

    def come_back(self, monkeypatch: pytest.MonkeyPatch) -> Host:
        """The host is this one from now on, in the place where it always was."""
        hosts.remove(self.host.root)
        self.place.rename(self.host.root)
        copied = {path: _changed(path) for path in self.changed}

        def changed(path: str) -> float:
            now = _changed(path)
            return self.changed[path] if copied.get(path) == now else now

        monkeypatch.setattr(units, "changed", changed)
        return self.host


def after_lines(host: Host, monkeypatch: pytest.MonkeyPatch) -> list[Left]:
    """Killed after each line of the journal, and after the outcome; mail comes in at each."""
    left: list[Left] = []

    def then(count: int) -> None:
        host.mail_arrives()
        _keep(left, host, f"killed after line {count}: {host.journal.lines()[count - 1 : count]}")

    with in_process.at_lines(monkeypatch, then):
        in_process.call(host, "run")
    return left


def after_commands(
    host: Host, monkeypatch: pytest.MonkeyPatch, since: str = "opened"
) -> list[Left]:
    """Killed after each command since a line of the journal; mail comes in at each.

    Where nothing changed since the kill before, it would be the same once more.
    """
    left: list[Left] = []
    really, one_at_a_time = pretending.answer, threading.RLock()
    before = _changes(host)

    def answer(root: Path, words: list[str]) -> pretending.Answer:
        nonlocal before
        with one_at_a_time:  # the two schemas migrate side by side
            said = really(root, words)
            if "show" not in words and host.journal.has(since) and _changes(host) != before:
                host.mail_arrives()
                _keep(left, host, f"killed after {host.commands[-1]!r}, command {len(left) + 1}")
                before = _changes(host)
            return said

    with monkeypatch.context() as patched:
        patched.setattr(pretending, "answer", answer)
        in_process.call(host, "run")
    return left


def _changes(host: Host) -> set[tuple[str, int, int, int]]:
    """What tells whether anything changed but the list of commands: paths, sizes and times."""
    found = set()
    for folder, folders, names in os.walk(host.root):
        for path in (f"{folder}/{name}" for name in (*folders, *names) if name != "commands"):
            status = os.lstat(path)
            found.add((path, status.st_ino, status.st_size, status.st_mtime_ns))
    return found


def before_names(host: Host, monkeypatch: pytest.MonkeyPatch, every: int) -> list[Left]:
    """Killed before each such file or link has its name."""
    left: list[Left] = []
    targets: list[str] = []

    def named(target: str) -> None:
        targets.append(target)
        if len(targets) % every == every - 1:
            _keep(left, host, f"killed before {target} had its name, the {len(targets)}th to do so")

    with _told_of_names(monkeypatch, named):
        in_process.call(host, "run")
    return left


@contextmanager
def _told_of_names(monkeypatch: pytest.MonkeyPatch, named: Callable[[str], None]) -> Iterator[None]:
    """Calls `named` with the name that a file or link is about to get, but those of pretending."""
    is_told = True

    def telling(really: Callable[..., None]) -> Callable[..., None]:
        def made(source: Any, target: Any, *arguments: Any, **more: Any) -> None:
            nonlocal is_told
            if is_told and "/pretended/" not in str(target):
                is_told = False  # not of those that a copy gets
                named(str(target))
                is_told = True
            really(source, target, *arguments, **more)

        return made

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "symlink", "link"):
            patched.setattr(os, name, telling(getattr(os, name)))
        yield


def _keep(left: list[Left], host: Host, said: str) -> None:
    place = host.root.with_name(f"left-{len(left)}")
    hosts.copy(host.root, place)
    changed = {path: _changed(path) for path in _read_by_services(host)}
    left.append(Left(said, copy.deepcopy(host), place, changed))


def _read_by_services(host: Host) -> Iterator[str]:
    declared = host.order.get("declared_units", {"units": {}})
    for name, unit in declared["units"].items():
        yield from unit["inputs"]
        yield os.path.join(declared["stamps"], name)
