"""Which run this is, and this computer's records of runs: who did what, and what it came to.

`records/history.jsonl` has one JSON object for each run and host that ended. What has begun is in
a file of its own run below `records/begun/`, locked as long as the run's process lives; so a run
that was killed is seen to be lost, and the next one notes it. `MAILMAN_RECORDS` in the environment
names another directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import getpass
import json
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import click

from mailman_suite.base.repository import RECORDS
from mailman_suite.host.apply import runs

Record = dict[str, Any]

_UNDER_WAY = "under way"
_KEPT_RECORDS = 10_000
_LOST = "its process ended without a report; the host's own history has the outcome"


@dataclass(frozen=True)
class Run:
    """One call of pyinfra: `deploy` names its files, `who` is user@computer."""

    id: str
    who: str
    deploy: str


@functools.cache
def this_run() -> Run:
    """The one that this process is."""
    begun = f"{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(3)}"
    return Run(begun, f"{plain(_user())}@{plain(socket.gethostname())}", "+".join(deploys()))


def deploys() -> list[str]:
    """The names of the deploy files on the command line; none outside of pyinfra's command."""
    context = click.get_current_context(silent=True)
    words = context.params.get("operations", ()) if context else ()
    return [Path(word).stem for word in words if word.endswith(".py")]


def plain(word: str) -> str:
    """A name that says nothing to shells, terminals and tables."""
    return re.sub(r"[^A-Za-z0-9._+-]", "?", word)[:64]


def _user() -> str:
    """Who called, also through sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        return str(os.getuid())


def record(host: str, old: str, new: str) -> Record:
    """What is known of this run on a host when it begins; `old` and `new` are what runs there."""
    run = this_run()
    names = {"run": run.id, "who": run.who, "host": host, "deploy": run.deploy}
    times = {"began": runs.now(), "ended": "", "seconds": None}
    aims = {"from": old, "to": new, "window": ""}
    return {**names, **times, **aims, "outcome": "", "changed": None, "reason": ""}


def note_begun(one: Record) -> None:
    """This run is at a host."""
    with runs.locked(str(_place("begun"))):
        file = _own_file()
        file.write(json.dumps(one) + "\n")
        file.flush()


def note_ended(ended: Sequence[Record]) -> None:
    """Writes the final records of this run and of all lost ones."""
    with runs.locked(str(_place("begun"))):
        lost = [one for path in _begun() if _is_lost(path) for one in _taken(path)]
        kept = runs.records(str(_history()))
        runs.write(str(_history()), [*kept, *lost, *ended][-_KEPT_RECORDS:])
        _own_path().unlink(missing_ok=True)


def history() -> list[Record]:
    """Every record, those of runs that have not ended last."""
    found = runs.records(str(_history()))
    for path in _begun():
        outcome = _lost_one if _is_lost(path) else _one_under_way
        found += [outcome(one) for one in runs.records(str(path))]
    return found


def has_ended(run: str) -> bool:
    """Whether a run of this computer is over, whatever a host still believes of its connection."""
    return any(one["run"] == run and one["outcome"] != _UNDER_WAY for one in history())


def _place(name: str) -> Path:
    return Path(os.environ.get("MAILMAN_RECORDS") or RECORDS) / name


def _history() -> Path:
    return _place("history.jsonl")


def _begun() -> list[Path]:
    return sorted(_place("begun").glob("*.jsonl"))


def _own_path() -> Path:
    return _place("begun") / f"{this_run().id}.jsonl"


@functools.cache
def _own_file() -> IO[str]:
    """Locked until this process ends, for any reason."""
    file = open(os.open(_own_path(), os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8")  # noqa: SIM115
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _is_lost(path: Path) -> bool:
    """Whether the process that wrote this has ended."""
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY)
    try:
        yield file
    finally:
        os.close(file)


def _taken(path: Path) -> list[Record]:
    """The records of a lost run, whose file is removed."""
    found = [_lost_one(one) for one in runs.records(str(path))]
    path.unlink()
    return found


def _lost_one(one: Record) -> Record:
    return {**one, "outcome": "interrupted", "reason": _LOST}


def _one_under_way(one: Record) -> Record:
    return {**one, "outcome": _UNDER_WAY}
