"""The window's program within a test: its commands are answered here, it can be killed anywhere."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.windows import pretending
from tests.windows.hosts import Host
from tests.windows.loopback import loopback
from tests.windows.product import (
    Journal,
    by_hand,
    gate_changes,
    host_backup,
    host_window,
    layout,
    manifest,
    room,
    schema,
    units,
    verify_core,
    window_health,
    window_mail,
)

_PROGRAMS: dict[str, Callable[[Any], Any]] = {
    "state.schema": schema.look,
    "state.manifest": manifest.tables,
    "window.gate_changes": gate_changes.apply,
}
# The program that a release's interpreter is handed on its standard input.
_ASKED = re.compile(r'^run\("mailman_suite\.host\.([\w.]+)", input\(\)\)$', re.MULTILINE)


class Killed(BaseException):
    """The program's end in the middle, which nothing in it can notice."""


def watched(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on every command goes to the host's pretending programs; nothing waits long."""
    loopback().host, really = host, subprocess.run

    def run(words: list[str], **more: Any) -> subprocess.CompletedProcess[Any]:
        if asked := _ASKED.search(" ".join(words)):
            assert words[:2] == ["runuser", "-u"], "root runs no code of a release"
            return _completed(words, *_program(host, asked[1], words[4:]), more)
        if os.path.basename(words[0]) in pretending.PROGRAMS:
            return _completed(words, *pretending.answer(host.root, words), more)
        return really(words, **more)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("PATH", f"{host.root}/bin:{os.environ['PATH']}")
    monkeypatch.setattr(verify_core, "processes", lambda: _core_processes(host))
    monkeypatch.setattr(units, "started", lambda pid: float(pid))
    monkeypatch.setattr(units, "_TICK_SECONDS", 0)
    monkeypatch.setattr(by_hand, "_UNITS", str(host.path(layout.UNITS)))
    monkeypatch.setattr(window_health, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(window_mail, "_QUIET_SECONDS", 0)
    monkeypatch.setattr(window_mail, "_DRAIN_SECONDS", 0)
    monkeypatch.setattr(room, "RESERVE_BYTES", 4096)  # it is copied with its host
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(os, "nice", lambda by: by)


def done(host: Host) -> None:
    """The host's window was, and finished; for what came before the one in question."""
    with pytest.MonkeyPatch.context() as patched:
        watched(host, patched)
        call(host, "run")
    assert host.outcome["outcome"] == "finished", host.outcome
    host.at_work(False)
    shutil.rmtree(host.place / "program")  # half of all files, which nothing calls any more


def _program(host: Host, name: str, words: list[str]) -> pretending.Answer:
    if not os.path.exists(words[0]):
        return 127, f"runuser: failed to execute {words[0]}: No such file or directory\n"
    asked = json.loads(words[-1])
    try:
        said = _peers(host, words[-2], asked) if name == "window.peers" else _PROGRAMS[name](asked)
        return 0, json.dumps(said) + "\n"
    except Exception as error:
        return 1, f"{type(error).__name__}: {error}\n"


def _peers(host: Host, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The word in the web's database, as `window/peers.py` keeps it in PostgreSQL's."""
    place = host.root / "pretended/word"
    word = json.loads(place.read_text()) if place.exists() else {}
    if verb != "say":
        return {"peers": []} if verb == "peers" else word
    if word.get("run") == asked["run"] and word["state"] in asked["unless"]:
        return {"state": word["state"]}
    place.write_text(json.dumps({"run": asked["run"], "state": asked["state"]}))
    return {"state": asked["state"]}


def _completed(
    words: list[str], status: int, text: str, more: dict[str, Any]
) -> subprocess.CompletedProcess[Any]:
    said: Any = text if more.get("text") else text.encode()
    nothing = said[:0]
    together = more.get("stderr") == subprocess.STDOUT
    output, errors = (said, nothing) if not status or together else (nothing, said)
    return subprocess.CompletedProcess(words, status, output, errors)


def _core_processes(host: Host) -> Iterator[dict[str, Any]]:
    """A master and its runners, where Core runs; without the runner that a test took away."""
    if host.unit("mailman3.service")["state"] != "active":
        return
    config = str(host.path("/etc/mailman3/mailman.cfg"))
    yield {
        "pid": 1,
        "parent": 0,
        "name": "python",
        "words": ["python", "master", config],
        "started": 0.0,
    }
    if not (host.root / "pretended/without-runners").exists():
        words = ["python", "runner", "--runner=in:0:1", config]
        yield {"pid": 2, "parent": 1, "name": "python", "words": words, "started": 0.0}


def call(host: Host, verb: str) -> None:
    """One verb of the window's, or the backup's, program."""
    mask = os.umask(0o022)  # the program has a stricter one
    main = host_backup.main if host.kind == "backup" else host_window.main
    try:
        main([verb, str(host.place)])
    finally:
        os.umask(mask)


@contextlib.contextmanager
def at_lines(monkeypatch: pytest.MonkeyPatch, then: Callable[[int], None]) -> Iterator[None]:
    """Calls `then` with its number after each line of the journal, and after the outcome."""
    note, end = Journal.note, Journal.end
    count = 0

    def told(write: Callable[..., None]) -> Callable[..., None]:
        def written(*arguments: Any, **details: Any) -> None:
            nonlocal count
            write(*arguments, **details)
            count += 1
            then(count)

        return written

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "note", told(note))
        patched.setattr(Journal, "end", told(end))
        yield


def killed_at(host: Host, monkeypatch: pytest.MonkeyPatch, line: int) -> bool:
    """Whether the program came to this line of the journal, and was killed there; mail comes in."""

    def then(count: int) -> None:
        host.mail_arrives()
        if count == line:
            raise Killed

    with at_lines(monkeypatch, then), contextlib.suppress(Killed):
        call(host, "run")
        return False
    return True


def assert_called(host: Host) -> None:
    """The units on the host call the programs that the window or the backup brought."""
    for brought in (host.place / "units").iterdir():
        there = host.path(layout.UNITS) / brought.name
        assert there.read_text() == brought.read_text(), f"{there} is another"


def settle(host: Host) -> None:
    """systemd calls it however the program ended."""
    assert_called(host)
    call(host, "settle")
    host.at_work(False)


def boot(host: Host) -> None:
    """The host loses its power and boots; a window is ended before services start."""
    assert_called(host)
    pretending.power_off(host.root)
    pretending.begin_boot(host.root)
    if host.kind == "backup":
        pretending.end_boot(host.root)
        call(host, "settle")
    else:
        call(host, "boot")
        assert host.outcome.get("health", "not asked").startswith("not asked"), "nothing runs yet"
        pretending.end_boot(host.root)
