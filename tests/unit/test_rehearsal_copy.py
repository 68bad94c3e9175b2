"""What leaves production and what arrives: whole, of one instant, and nothing written there."""

from __future__ import annotations

import io
import os
import shlex
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.host_program import program
from mailman_suite.host.rehearsal import copy_in, copy_out
from mailman_suite.host.rehearsal import sqlite as copied_file


@pytest.fixture
def production(tmp_path: Path) -> dict[str, Any]:
    """The question about a small suite: two databases, files, a link, something to skip."""
    home = tmp_path / "production"
    (home / "queue").mkdir(parents=True)
    (home / "queue" / "one.pck").write_bytes(b"a message")
    (home / "link").symlink_to("queue/one.pck")
    (home / "cache").mkdir()
    (home / "cache" / "skipped").write_text("no")
    for name in ("core", "web"):
        with sqlite3.connect(home / f"{name}.db") as database:
            database.execute("CREATE TABLE member (name TEXT)")
            database.executemany("INSERT INTO member VALUES (?)", [(f"{n}",) for n in range(500)])
    databases: dict[str, Any] = {
        name: {"engine": "sqlite", "path": str(home / f"{name}.db")} for name in ("core", "web")
    }
    databases["secrets"] = str(home)
    skips = [str(home / name) for name in ("cache", "core.db", "web.db")]
    return {"patterns": [str(home)], "skips": skips, "databases": databases}


def archive(asked: dict[str, Any]) -> io.BytesIO:
    output = io.BytesIO()
    copy_out.stream(asked, output)
    output.seek(0)
    return output


def targets(folder: Path) -> dict[str, str]:
    return {name: str(folder / f"{name}.db") for name in ("core", "web")}


def received(asked: dict[str, Any], tmp_path: Path, **changed: Any) -> dict[str, Any]:
    """What the receiver says; files come back to where they were, databases to another place."""
    told = {
        "targets": targets(tmp_path / "staging"),
        "below": [str(tmp_path / "production")],
        "append": {},
    }
    return copy_in.receive({**told, **changed}, archive(asked))


def count(path: str) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("SELECT count(*) FROM member").fetchone()[0])


def test_everything_arrives_but_what_is_skipped(production: dict[str, Any], tmp_path: Path):
    source = archive(production)
    home = tmp_path / "production"
    with tarfile.open(fileobj=source) as tar:
        names = tar.getnames()
    assert names[:2] == ["database/core", "database/web"]
    assert names[-1] == "summary.json"
    assert not [name for name in names if "skipped" in name]
    (home / "queue" / "one.pck").unlink()
    source.seek(0)
    told = {"targets": targets(tmp_path / "staging"), "below": [str(home)], "append": {}}
    found = copy_in.receive(told, source)
    assert found["vanished"] == []
    assert (home / "link").read_bytes() == b"a message"
    assert [count(path) for path in targets(tmp_path / "staging").values()] == [500, 500]


def test_a_database_is_of_one_instant_while_it_is_written(
    production: dict[str, Any], tmp_path: Path
):
    writer = sqlite3.connect(production["databases"]["core"]["path"], isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("DELETE FROM member")  # in the writer's own journal until it commits
    received(production, tmp_path)
    writer.execute("ROLLBACK")
    assert count(targets(tmp_path / "staging")["core"]) == 500


def test_what_is_in_a_write_ahead_log_comes_along(production: dict[str, Any], tmp_path: Path):
    path = production["databases"]["web"]["path"]
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("INSERT INTO member VALUES ('late')")
        assert os.path.getsize(f"{path}-wal") > 0
        production["skips"] += [f"{path}-wal", f"{path}-shm"]
        received(production, tmp_path)
    assert count(targets(tmp_path / "staging")["web"]) == 501


def test_production_is_only_read(production: dict[str, Any], tmp_path: Path):
    def state() -> list[tuple[str, int, int]]:
        found = sorted((tmp_path / "production").rglob("*"))
        return [(str(one), one.lstat().st_mtime_ns, one.lstat().st_ctime_ns) for one in found]

    before = state()
    command = program(
        "rehearsal.copy_out", "stream", production, python=sys.executable, flags="-IB"
    )
    asked = shlex.split(command.get_raw_value())
    assert len(subprocess.run(asked, check=True, capture_output=True).stdout) > 10_000
    assert state() == before


def test_what_goes_away_meanwhile_is_told(
    production: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    gone = str(tmp_path / "production" / "queue" / "gone.pck")
    all_paths = copy_out.paths
    monkeypatch.setattr(copy_out, "paths", lambda asked: [*all_paths(asked), gone])
    assert received(production, tmp_path)["vanished"] == [gone]


def test_half_an_archive_is_an_error(production: dict[str, Any], tmp_path: Path):
    whole = archive(production).getvalue()
    told = {
        "targets": targets(tmp_path / "staging"),
        "below": [str(tmp_path / "production")],
        "append": {},
    }
    with pytest.raises((SystemExit, tarfile.ReadError), match=r"too early|unexpected end"):
        copy_in.receive(told, io.BytesIO(whole[: len(whole) // 2]))


def test_nothing_is_put_elsewhere(production: dict[str, Any], tmp_path: Path):
    with pytest.raises(SystemExit, match="expected only what lies below"):
        received(production, tmp_path, below=[str(tmp_path / "production" / "queue")])


def test_the_fence_stands_at_the_end_of_what_came(production: dict[str, Any], tmp_path: Path):
    path = tmp_path / "production" / "mailman.cfg"
    path.write_text("[mailman]\n")
    received(production, tmp_path, append={str(path): "\n[devmode]\n"})
    assert path.read_text() == "[mailman]\n\n[devmode]\n"


def test_a_database_too_large_for_the_memory_is_refused(
    production: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(copied_file, "available_memory", lambda: 1000)
    with pytest.raises(SystemExit, match="at most half of the free memory"):
        archive(production)
