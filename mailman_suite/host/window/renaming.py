"""Renames the data of a suite from packages to our places in a window, and renames them back.

Nothing is copied, whatever its size. Before the first rename a note says what goes where, and who
owned every file: ours belong to one account, theirs to two.
"""

from __future__ import annotations

import json
import os
import pwd
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TypedDict

from mailman_suite.host.apply import files as managed_files
from mailman_suite.host.base import files, trees
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.check.core import processes
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import Order, Renames

Pair = tuple[str, str]  # the path before, and with us

_NOTE = "renamed.json"
_BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")
_JOB_SECONDS = 60
_POLL_SECONDS = 0.2


class _Note(TypedDict):
    pairs: list[Pair]
    attributes: list[tuple[str, int, int, int]]


class RenameError(Exception):
    """What keeps the data from being renamed, with what was found."""


def rename(order: Order, journal: Journal) -> None:
    """Everything is in the suite's places and belongs to its account; Postfix finds its maps."""
    its = _its(order)
    for unit in its["masked"]:
        managed_files.make_link(unit, os.devnull)  # so that nothing can start it
    wait_for_jobs(its["programs"])
    pairs = list(_pairs(its))
    taken = [new for _, new in pairs if _is_taken(new)]
    if taken:
        raise RenameError(f"{', '.join(taken)} exists; expected nothing there. Remove it.")
    paths = [its["var"], *its["also"], *(path for old, _ in pairs for path in _tree(old))]
    note: _Note = {"pairs": pairs, "attributes": [_attributes(path) for path in paths]}
    write_durably(journal.directory / _NOTE, json.dumps(note))
    for old, new in pairs:
        files.make_parents(new)
        files.rename(old, new)
    _name_maps(order)
    account = pwd.getpwnam(order["user"])
    own = _in_snapshots(journal)
    for _, new in pairs:
        trees.give(new, account.pw_uid, account.pw_gid, own=own)


def _in_snapshots(journal: Journal) -> Counter[trees.File]:
    """The names of files in this and earlier windows' snapshots, which share them with the data.

    Root alone can give names there.
    """
    kept = journal.directory.resolve().parent.glob("*/snapshot")
    return sum(map(trees.names, kept), Counter())


def _its(order: Order) -> Renames:
    its = order["renames"]
    assert its is not None, "only a suite from packages has this step"
    return its


def wait_for_jobs(programs: Iterable[str]) -> None:
    """No process of the packages runs, such as a cron job from before its line was removed."""
    deadline = time.monotonic() + _JOB_SECONDS
    while left := _running(programs):
        if time.monotonic() > deadline:
            raise RenameError(f"after {_JOB_SECONDS} s still running: {left}")
        time.sleep(_POLL_SECONDS)


def put_back(journal: Journal) -> None:
    """Everything has its own name and owner again; call this before anything is put back into it.

    The snapshot shares files with it, and so has their owners again too.
    """
    for old, new in _note(journal)["pairs"]:
        if os.path.lexists(new):
            # A job of theirs that ran meanwhile may have begun an empty one.
            files.remove(old)
            files.rename(new, old)
    put_attributes_back(journal)


def put_attributes_back(journal: Journal) -> None:
    """Every path has its old owner, even if the new release had removed and replaced it."""
    for path, user, group, mode in _note(journal)["attributes"]:
        if os.path.lexists(path):
            files.set_attributes(path, user, group, mode)


def _pairs(its: Renames) -> Iterator[Pair]:
    for name in sorted(os.listdir(its["var"])):
        if name not in its["stays"]:
            yield os.path.join(its["var"], name), os.path.join(its["to"], name)
    for new, old in its["files"].items():
        for suffix in _BESIDE_SQLITE:
            if os.path.lexists(old + suffix):
                yield old + suffix, new + suffix


def _is_taken(path: str) -> bool:
    if os.path.isdir(path) and not os.path.islink(path):
        return bool(os.listdir(path))
    return os.path.lexists(path)


def _tree(path: str) -> Iterator[str]:
    yield path
    if os.path.isdir(path) and not os.path.islink(path):
        for place, directories, names in os.walk(path):
            yield from (os.path.join(place, name) for name in (*directories, *names))


def _attributes(path: str) -> tuple[str, int, int, int]:
    status = os.lstat(path)
    return path, status.st_uid, status.st_gid, status.st_mode & 0o7777


def _name_maps(order: Order) -> None:
    """At once after the renames: a starting Postfix process opens what is named at that time."""
    its = _its(order)
    path = its["postfix"]
    text = managed_files.read(path)
    if text is None or not its["maps"]:
        return
    managed_files.keep_copy(path, order["files"]["copies"])
    for theirs in sorted(its["maps"], key=len, reverse=True):
        text = text.replace(theirs, its["maps"][theirs])
    managed_files.write(path, text, managed_files.attributes(path))


def _running(programs: Iterable[str]) -> str:
    """The command line of a process that runs one of the programs; "" if none does."""
    for one in processes():
        if any(word.startswith(tuple(programs)) for word in one["words"][:3]):
            return " ".join(one["words"]).strip()
    return ""


def _note(journal: Journal) -> _Note:
    try:
        note: _Note = json.loads((journal.directory / _NOTE).read_text(encoding="utf-8"))
        return note
    except FileNotFoundError:
        return {"pairs": [], "attributes": []}
