"""Messages that Core's stop itself shunted: they are queued again, all others stay shunted.

A runner that is stopped in the middle of a message takes that for an error of the message and puts
it into the shunt queue (mailman/core/runner.py: RunnerInterrupt is an Exception), with the queue
that it came from in its metadata.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

from mailman_suite.host.base import files, paths
from mailman_suite.host.base.files import write_durably
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.order import SharedOrder

_NOTE = "shunted.json"


def remember(order: SharedOrder, journal: Journal) -> None:
    """What is shunted when Core is to be stopped for the first time stays so; call this before."""
    if (journal.directory / _NOTE).exists():
        return
    names = sorted(path.name for path in _shunt(order).glob("*.pck"))
    write_durably(journal.directory / _NOTE, json.dumps(names))


def queue_again(order: SharedOrder, journal: Journal) -> None:
    """What was shunted since is in its own queue again; call this when Core is stopped."""
    try:
        names = json.loads((journal.directory / _NOTE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    since = [path for path in sorted(_shunt(order).glob("*.pck")) if path.name not in names]
    back = [path for path in since if (queue := queue_of(path)) and _moved(path, queue)]
    if back:
        journal.note("queued again", messages=len(back))


def _moved(path: Path, queue: str) -> bool:
    """Whether the message is in the queue; one that cannot be moved stays shunted."""
    try:
        files.rename(path, path.parent.with_name(queue) / path.name)
    except (OSError, paths.ForeignError):
        return False
    return True


def _shunt(order: SharedOrder) -> Path:
    return Path(order["var"], "queue", "shunt")


class _Blind(pickle.Unpickler):
    """Reads plain values; whatever else a pickle names is an empty object and runs no code."""

    def find_class(self, module: str, name: str) -> Any:
        """A class that takes anything."""
        return _Anything


class _Anything:
    def __init__(self, *arguments: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        """A list that a message subclasses."""

    def __setitem__(self, key: Any, value: Any) -> None:
        pass


def queue_of(path: Path) -> str | None:
    """The queue that a shunted message came from; None where the file does not say.

    A file is two pickles, message and metadata.
    """
    try:
        with files.opened(path) as file:
            _Blind(file).load()
            name = _Blind(file).load()["whichq"]
    except (Exception, paths.ForeignError):  # whatever it is, it is no reason to fail: it stays
        return None
    queues = path.parent.parent
    own = (one.name for one in queues.iterdir() if one.is_dir() and not one.is_symlink())
    return next((one for one in own if one == name), None)
