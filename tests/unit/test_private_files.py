"""What root writes for a few is open to nobody else for an instant, and counts only as a whole."""

from __future__ import annotations

import builtins
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import adopted_secrets, runs, secrets
from mailman_suite.host.state import database_copies
from tests.unit.test_managed_files import Host
from tests.windows import recording

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to accounts, as root does")
Write = Callable[[Path, pytest.MonkeyPatch], Any]


def managed_file(place: Path, _: pytest.MonkeyPatch) -> None:
    host = Host(place)
    host.apply()
    host.content = "another text\n"
    host.apply()


def secret(place: Path, _: pytest.MonkeyPatch) -> None:
    names = {name: ["root", "600"] for name in ("given", "generated")}
    secrets.apply({"directory": str(place), "names": names, "values": {"given": "hunter2"}})


def adopted_secret(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adopted_secrets, "found", lambda asked: {"rest_password": {"hunter2"}})
    adopted_secrets.apply({"directory": str(place), "given": []})


def record_of_a_run(place: Path, _: pytest.MonkeyPatch) -> None:
    record = {"run": "one", "who": "anna@laptop", "ended": ""}
    asked = {"history": str(place / "history.jsonl"), "record": record, "places": []}
    runs.begin({**asked, "seen": "", "breaks": "", "controller": os.getppid()})
    runs.end({**asked, "run": "one", "outcome": "done", "changed": 0, "reason": ""})


def password_for_a_copy(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "password").write_text("hunter2")
    (place / "pg_dump").symlink_to(shutil.which("true") or "")
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    server = {"engine": "postgresql", "host": "::1", "port": 5432, "name": "x", "user": "x"}
    database_copies.take({**server, "secret": "password"}, str(place), place / "copy")


def database_put_back(place: Path, _: pytest.MonkeyPatch) -> None:
    (place / "copy").mkdir()
    (place / "copy/database").write_bytes(b"rows")
    (place / "copy/database").chmod(0o600)
    database = {"engine": "sqlite", "path": str(place / "mailman.db")}
    database_copies.put_back(database, "", place / "copy")
    assert (place / "mailman.db").read_bytes() == b"rows"


WRITERS = (
    managed_file, secret, adopted_secret, record_of_a_run, password_for_a_copy, database_put_back
)  # fmt: skip
every_writer = pytest.mark.parametrize("write", WRITERS, ids=lambda one: one.__name__)


@pytest.fixture
def modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """Path -> the mode with which a file began, on a host whose umask takes nothing away."""
    found: dict[str, int] = {}

    def watched(really: Callable[..., Any]) -> Callable[..., Any]:
        def opening(path: Any, *arguments: Any, **more: Any) -> Any:
            new = not isinstance(path, int) and not os.path.exists(path)
            opened = really(path, *arguments, **more)
            if new and (real := Path(path).resolve()).is_relative_to(tmp_path):
                found[str(real)] = os.stat(path).st_mode & 0o777
            return opened

        return opening

    for module, name in ((os, "open"), (builtins, "open"), (io, "open")):
        monkeypatch.setattr(module, name, watched(getattr(module, name)))
    mask = os.umask(0)
    yield found
    os.umask(mask)


@pytest.mark.parametrize("write", WRITERS[:-2], ids=lambda one: one.__name__)
def test_a_file_is_private_from_its_first_byte(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, modes: dict[str, int]
) -> None:
    write(tmp_path, monkeypatch)
    ours = {path: mode for path, mode in modes.items() if not path.endswith((".lock", "password"))}
    assert ours
    assert {path: f"{mode:o}" for path, mode in ours.items() if mode & 0o077} == {}


@every_writer
def test_a_file_has_its_contents_on_the_disk_before_its_name(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording.recorded(monkeypatch, Path("/proc")) as events:
        write(tmp_path, monkeypatch)
    assert recording.renamed_early(events) == []
