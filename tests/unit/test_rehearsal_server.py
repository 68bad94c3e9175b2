"""A server's databases are measured, dumped, loaded and dropped by its own programs."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.rehearsal import copy_in, copy_out, database_copies, end

LOGIN = "echo $PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/$PGDATABASE $PGOPTIONS"
READ_ONLY = "-c default_transaction_read_only=on"
PROGRAMS = {
    "psql": f"{LOGIN} >>{{log}}; echo 4711",
    "pg_dump": f"{LOGIN} >>{{log}}; echo dump of $PGDATABASE",
    "runuser": 'echo "$@" >>{log}; cat >>{log}',
    "systemctl": "",
}


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the programs of a server write what they are told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in PROGRAMS.items():
        (folder / name).write_text(f"#!/bin/sh\n{text.format(log=tmp_path / 'log')}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return tmp_path / "log"


@pytest.fixture
def databases(tmp_path: Path) -> dict[str, Any]:
    server = {"engine": "postgresql", "host": "localhost", "port": 5433}
    for name in ("core", "web"):
        (tmp_path / f"password_{name}").write_text(f"secret_{name}\n")
    return {
        **{
            name: {**server, "name": f"mm_{name}", "user": name, "secret": f"password_{name}"}
            for name in ("core", "web")
        },
        "secrets": str(tmp_path),
    }


def logins(log: Path) -> list[str]:
    return [f"{one}:secret_{one}@localhost:5433/mm_{one} {READ_ONLY}" for one in ("core", "web")]


def test_a_server_is_asked_how_large_it_is(log: Path, databases: dict[str, Any]):
    found = copy_out.look({"patterns": [], "skips": [], "databases": databases})
    assert found["bytes"] == 2 * 4711
    assert log.read_text().splitlines() == logins(log)


def test_a_server_is_dumped(log: Path, databases: dict[str, Any]):
    output = io.BytesIO()
    copy_out.stream({"patterns": [], "skips": [], "databases": databases}, output)
    output.seek(0)
    with tarfile.open(fileobj=output) as tar:
        found = [(one.name, one.mode) for one in tar]
        core = tar.extractfile("database/core")
        assert core is not None and core.read() == b"dump of mm_core\n"
    assert found == [(name, 0o600) for name in ("database/core", "database/web", "summary.json")]
    assert log.read_text().splitlines() == logins(log)


def test_a_dump_is_loaded_and_removed(log: Path, databases: dict[str, Any], tmp_path: Path):
    dumps = {name: str(tmp_path / f"{name}.dump") for name in ("core", "web")}
    for name, path in dumps.items():
        Path(path).write_text(f"dump of {name}\n")
    copy_in.restore({"databases": databases, "dumps": dumps})
    told = log.read_text().splitlines()
    assert [line.split(" pg_restore ")[0] for line in told[::2]] == ["-u postgres --"] * 2
    assert [line.split("--role=")[1] for line in told[::2]] == ["core -d mm_core", "web -d mm_web"]
    assert told[1::2] == ["dump of core", "dump of web"]
    assert not [path for path in dumps.values() if os.path.exists(path)]


def test_a_file_has_no_dump(tmp_path: Path):
    files: Any = {name: {"engine": "sqlite", "path": f"/{name}"} for name in ("core", "web")}
    with pytest.raises(SystemExit, match="expected the file itself"):
        copy_in.restore({"databases": files, "dumps": {"core": "/a.dump", "web": "/b.dump"}})


@pytest.mark.parametrize(
    ("engine", "dropped"),
    [
        (
            "postgresql",
            ["DATABASE IF EXISTS mm_core", "DATABASE IF EXISTS mm_web", "ROLE IF EXISTS core"],
        ),
        ("sqlite", []),
    ],
)
def test_the_end_drops_what_a_server_has(
    log: Path, tmp_path: Path, engine: str, dropped: list[str]
):
    (tmp_path / "mark").touch()
    log.touch()
    asked: Any = {"mark": str(tmp_path / "mark"), "units": [], "paths": [], "port": 5433}
    its: Any = {"engine": engine, "databases": ["mm_core", "mm_web"], "roles": ["core"]}
    end.apply({**asked, **its})
    told = [line for line in log.read_text().splitlines() if line]
    assert [line.partition(" -c DROP ")[2] for line in told] == dropped
    assert all(line.startswith("-u postgres -- psql -X -q -p 5433 -c ") for line in told)
    assert not (tmp_path / "mark").exists()


def test_a_file_is_measured(tmp_path: Path):
    (tmp_path / "mailman.db").write_bytes(b"x" * 17)
    entry: Any = {"engine": "sqlite", "path": str(tmp_path / "mailman.db")}
    assert database_copies.size(entry, "/nonexistent") == 17
