"""Host programs that only look: at the machine, at SQLite's schemas, at a password's verifier."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import os
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import postgresql
from mailman_suite.host.check import system
from mailman_suite.host.inspect import host as look
from mailman_suite.host.inspect import windows as left
from mailman_suite.host.state import schema

REVISION = "a1b2c3"
HEADS = {"core": REVISION, "web": {"auth": ["0001_initial"], "hyperkitty": ["0001", "0002"]}}


def database(path: Path, *statements: str) -> dict[str, str]:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return {"engine": "sqlite", "path": str(path)}


def core(path: Path, *revisions: str) -> dict[str, str]:
    rows = [f"INSERT INTO alembic_version VALUES ('{one}')" for one in revisions]
    return database(path, "CREATE TABLE alembic_version (version_num TEXT)", *rows)


def web(path: Path, *applied: str) -> dict[str, str]:
    pairs = [one.split(".") for one in applied]
    rows = [f"INSERT INTO django_migrations VALUES ('{app}', '{name}')" for app, name in pairs]
    return database(path, "CREATE TABLE django_migrations (app TEXT, name TEXT)", *rows)


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, Any]:
    """Both databases as the release's code expects them."""
    (tmp_path / "heads.json").write_text(json.dumps(HEADS))
    applied = [f"{app}.{name}" for app, names in HEADS["web"].items() for name in names]
    return {
        "heads": str(tmp_path / "heads.json"),
        "core": core(tmp_path / "core.db", REVISION),
        "web": web(tmp_path / "web.db", *applied, "sites.0001_of_another_release"),
        "secrets": str(tmp_path),
    }


def test_a_current_schema_lacks_nothing(declared: dict[str, Any]):
    assert schema.look(declared) == {"core": False, "web": [], "new": False}


def test_no_database_lacks_everything(declared: dict[str, Any], tmp_path: Path):
    nowhere = {"engine": "sqlite", "path": str(tmp_path / "none.db")}
    found = schema.look({**declared, "core": nowhere, "web": nowhere})
    assert found["core"] is found["new"] is True
    assert found["web"] == ["auth.0001_initial", "hyperkitty.0001", "hyperkitty.0002"]
    assert not (tmp_path / "none.db").exists()


def test_an_empty_database_lacks_everything(declared: dict[str, Any], tmp_path: Path):
    empty = database(tmp_path / "empty.db")
    assert schema.look({**declared, "core": empty})["core"] is True
    without_web = schema.look({**declared, "web": empty})
    assert (len(without_web["web"]), without_web["new"]) == (3, False)


@pytest.mark.parametrize("revisions", [["0ld"], [], [REVISION, "0ther"]], ids=str)
def test_another_revision_of_core_is_behind(
    declared: dict[str, Any], tmp_path: Path, revisions: list[str]
):
    assert schema.look({**declared, "core": core(tmp_path / "b.db", *revisions)})["core"] is True


def test_one_missing_migration_is_named(declared: dict[str, Any], tmp_path: Path):
    behind = web(tmp_path / "behind.db", "auth.0001_initial", "hyperkitty.0001")
    assert schema.look({**declared, "web": behind})["web"] == ["hyperkitty.0002"]


def test_a_database_that_cannot_be_read_is_no_empty_one(declared: dict[str, Any], tmp_path: Path):
    (tmp_path / "broken.db").write_text("this is no database, whatever its name says" * 100)
    broken = {"engine": "sqlite", "path": str(tmp_path / "broken.db")}
    with pytest.raises(sqlite3.DatabaseError):
        schema.look({**declared, "core": broken})


def test_a_schema_of_something_else_is_no_empty_one(declared: dict[str, Any], tmp_path: Path):
    other = database(tmp_path / "other.db", "CREATE TABLE alembic_version (x TEXT)")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        schema.look({**declared, "core": other})


def test_before_the_release_is_built_everything_is_behind(declared: dict[str, Any], tmp_path: Path):
    unbuilt = {**declared, "heads": str(tmp_path / "none" / "heads.json")}
    assert schema.look(unbuilt) == {"core": True, "web": ["all"], "new": False}


def test_looking_writes_nothing(declared: dict[str, Any], tmp_path: Path):
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    schema.look(declared)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# RFC 7677, section 3: the exchange for the password "pencil".
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
EXCHANGE = (
    "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    f"s={SALT},i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
).encode()
CLIENT_PROOF = base64.b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
SERVER_SIGNATURE = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_a_verifier_holds_what_the_standards_example_proves(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgresql.secrets, "token_bytes", lambda length: base64.b64decode(SALT))
    method, salt, keys = postgresql.scram_verifier("pencil").split("$")
    assert (method, salt) == ("SCRAM-SHA-256", f"4096:{SALT}")
    stored, server = map(base64.b64decode, keys.split(":"))
    signature = hmac.digest(server, EXCHANGE, "sha256")
    assert base64.b64encode(signature).decode() == SERVER_SIGNATURE
    mask = hmac.digest(stored, EXCHANGE, "sha256")
    client = bytes(a ^ b for a, b in zip(CLIENT_PROOF, mask, strict=True))
    assert hashlib.sha256(client).digest() == stored


def test_a_verifier_is_salted_anew_and_holds_no_password():
    one, other = (postgresql.scram_verifier("Correct-horse_battery") for _ in range(2))
    assert one != other
    assert "Correct-horse_battery" not in one


def test_a_host_without_postgresql_lacks_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    declared = {"roles": {"b": "x", "a": "y"}, "databases": {"d": "a"}, "port": 5432}
    assert postgresql.look({**declared, "secrets": ""}) == {"roles": ["a", "b"], "databases": ["d"]}


@pytest.mark.parametrize(
    "family", [socket.AF_INET, socket.AF_INET6], ids=lambda family: family.name
)
def test_whoever_listens_is_named(family: socket.AddressFamily, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(look, "_PAUSES_SECONDS", ())  # this computer's other sockets do not matter
    address = "127.0.0.1" if family == socket.AF_INET else "::1"
    try:
        listener = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"no {address} here")
    with listener:
        port = str(listener.getsockname()[1])
        own = Path("/proc/self/comm").read_text().strip()
        assert look.listeners()[port]["command"] == own
    assert port not in look.listeners()


def test_a_socket_that_a_restart_has_left_is_looked_at_again(monkeypatch: pytest.MonkeyPatch):
    glances = iter([{"0": ("0100007F", 8000)}, {}])
    monkeypatch.setattr(look, "listening_sockets", lambda: next(glances))
    assert look.listeners() == {}


def test_a_socket_that_stays_without_a_process_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(look, "_PAUSES_SECONDS", (0, 0))
    monkeypatch.setattr(look, "listening_sockets", lambda: {"0": ("0100007F", 8000)})
    assert look.listeners() == {"8000": {"command": "an unknown process", "unit": "", "pid": ""}}


def test_only_interpreters_that_work_have_a_version(tmp_path: Path):
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    missing = str(tmp_path / "none")
    found = look.interpreters(["", sys.executable, str(broken), missing])
    assert found[sys.executable] == list(sys.version_info[:3])
    assert found[str(broken)] is None
    assert found[missing] is None
    assert "" not in found


def test_room_is_told_for_a_directory_that_does_not_exist_yet(tmp_path: Path):
    status = os.statvfs(tmp_path)
    free = look.free_bytes(str(tmp_path / "not" / "yet"))
    assert abs(free - status.f_bavail * status.f_frsize) < 1024**3


def test_a_suite_is_known_by_what_its_virtualenv_is(tmp_path: Path):
    venv, config = tmp_path / "venv", tmp_path / "mailman.cfg"
    paths = {"home": str(tmp_path), "venv": str(venv), "core_config": str(config)}
    paths["releases"], paths["sides"] = str(tmp_path / "releases"), str(tmp_path / "sides")
    assert look.suite(paths)["kind"] in ("none", "packages")
    venv.mkdir()
    assert look.suite(paths) == {"kind": "guide", "release": ""}
    venv.rmdir()
    venv.symlink_to(tmp_path.parent)
    assert look.suite(paths) == {"kind": "guide", "release": ""}, "the link of somebody else"
    venv.unlink()
    venv.symlink_to("releases/3.3.10-py3.11-abc/venv")
    ours = {"kind": "ours", "release": "3.3.10-py3.11-abc", "sides": {}}
    assert look.suite(paths) == {**ours, "database": "", "database_place": ""}
    config.write_text("[database]\nclass: mailman.database.sqlite.SQLiteDatabase\n")
    assert look.suite(paths) == {**ours, "database": "sqlite", "database_place": ""}


def test_core_is_asked_where_its_database_is_and_not_for_its_password(tmp_path: Path):
    config = tmp_path / "mailman.cfg"
    config.write_text(
        "[database]\nclass: mailman.database.postgresql.PostgreSQLDatabase\n"
        "url: postgresql://mailman:p%40ss@word@10.0.0.10:5432/mailman?sslmode=require\n"
    )
    found = {"database": "postgresql", "database_place": "10.0.0.10:5432/mailman"}
    assert look.database(str(config)) == found


def test_one_look_answers_all_at_once(tmp_path: Path):
    asked = {
        "interpreters": [],
        "files": [__file__, "/nowhere/key.pem"],
        "configurations": {"/nowhere/main.cf": ["no-package-of-this-name"]},
        "paths": {
            "home": str(tmp_path),
            "venv": str(tmp_path / "venv"),
            "window": str(tmp_path / "window"),
            "windows": str(tmp_path / "windows"),
            "backup": str(tmp_path / "backup"),
            "releases": str(tmp_path / "releases"),
            "rehearsal": str(tmp_path / "rehearsal.json"),
        },
    }
    found = json.loads(json.dumps(look.look(asked)))
    assert found["missing_files"] == ["/nowhere/key.pem"]
    assert found["lost_configurations"] == []
    assert found["root"] is (os.geteuid() == 0)
    assert found["os_release"]["id"]
    assert found["memory_bytes"] > 2**28
    assert found["rehearsal"] is False


@pytest.mark.parametrize(
    ("status", "is_lost"),
    [("ii ", True), ("hi ", True), ("iU ", False), ("iHR", False), ("rc ", False), ("", False)],
)
def test_a_file_is_lost_where_its_package_was_installed_to_its_end(
    status: str, is_lost: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program(tmp_path, "dpkg-query", f"printf '{status}'; test -n '{status}'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    asked = {str(tmp_path / "main.cf"): ["postfix"]}
    assert bool(look.lost(asked)) is is_lost
    (tmp_path / "main.cf").touch()
    assert look.lost(asked) == []


def test_where_there_is_rpm_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert look.lost({"/nowhere/main.cf": ["postfix"]}) == []
    program(tmp_path, "rpm", 'test "$2" = postfix && echo postfix-3.8.5')
    assert look.lost({"/nowhere/main.cf": ["exim", "postfix"]}) == ["/nowhere/main.cf"]
    assert look.lost({"/nowhere/main.cf": ["exim"]}) == []


def program(place: Path, name: str, text: str) -> None:
    """A program of that name in a directory, written in shell."""
    (place / name).write_text(f"#!/bin/sh\n{text}\n")
    (place / name).chmod(0o755)


def state(place: Path, **files: Any) -> dict[str, str]:
    """A directory with these JSON files; what `left.progress` is asked for."""
    place.mkdir(exist_ok=True)
    for name, content in files.items():
        (place / f"{name}.json").write_text(json.dumps(content))
    return {"backup": str(place), "backup_unit": "no-unit-of-this-name.service"}


def test_a_backup_that_ended_says_how(tmp_path: Path):
    paths = state(tmp_path / "backup", order={"id": "one"}, outcome={"outcome": "finished"})
    assert left.backup(paths) == {"id": "one", "state": "finished", "reason": ""}


@pytest.mark.parametrize("proven", [False, True])
def test_a_window_tells_whether_mail_was_seen_to_go_through_since(tmp_path: Path, proven: bool):
    order = {"id": "one", "kind": "release", "to": "b"}
    state(tmp_path / "window", order=order, outcome={"outcome": "finished"})
    if proven:
        (tmp_path / "window" / "proven").touch()
    found = left.window({"window": str(tmp_path / "window"), "window_unit": "none.service"})
    assert found == {**order, "proven": proven, "state": "finished", "reason": ""}


def test_a_backup_that_never_began_is_none(tmp_path: Path):
    assert left.backup(state(tmp_path / "none")) == {}


def test_what_windows_and_builds_left_is_told(tmp_path: Path):
    windows = tmp_path / "windows"
    for name in ("0-done", "1-failed", "2-open", "3-bare"):
        (windows / name).mkdir(parents=True)
        if name != "3-bare":
            (windows / name / "snapshot").mkdir()
    failed, done = {"outcome": "rolled back", "seconds": 9}, {"outcome": "finished", "seconds": 31}
    state(windows / "0-done", manifest={"release": "a", "bytes": 6}, outcome=done)
    state(windows / "1-failed", manifest={"release": "a", "bytes": 7}, outcome=failed)
    (tmp_path / "releases" / "a").mkdir(parents=True)
    (tmp_path / "releases" / ".a.lock").touch()

    told = left.kept({"windows": f"{tmp_path}/windows", "releases": f"{tmp_path}/releases"})

    assert told == {
        "windows": [
            {"id": "0-done", "ended": True, "seconds": 31, "release": "a", "bytes": 6},
            {"id": "1-failed", "ended": True, "seconds": None, "release": "a", "bytes": 7},
            {"id": "2-open", "ended": False, "seconds": None, "release": "", "bytes": 0},
        ],
        "releases": ["a"],
        "in_use": [],
    }


CONTAINERS = """\
mailman-core (maxking/mailman-core:0.4)
docker-mailman_web_1 (ghcr.io/maxking/mailman-web@sha256:00ff)
lists (localhost/postorius:latest)
database (postgres:12-alpine)
old-lists (example/mailman:2.1)
"""


def a_tool(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_mailman_in_containers_is_known_by_names_and_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    a_tool(tmp_path, "docker", f"cat <<'END'\n{CONTAINERS}END")
    a_tool(tmp_path, "podman", "echo cannot answer >&2; exit 1")
    paths = {"home": str(tmp_path), "venv": str(tmp_path / "venv"), "releases": str(tmp_path / "r")}
    (tmp_path / "core" / "var").mkdir(parents=True)
    assert look.suite(paths) == {
        "kind": "containers",
        "release": "",
        "containers": [*CONTAINERS.splitlines()[:3], f"{tmp_path}/core/var"],
    }
    (tmp_path / "venv").mkdir()
    assert look.suite(paths)["kind"] == "guide", "what runs beside containers is judged itself"


def test_a_container_tool_that_hangs_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(look, "_CONTAINER_SECONDS", 0.1)
    a_tool(tmp_path, "docker", "exec sleep 60")
    assert look.containers_of("docker") == []


@pytest.mark.parametrize(
    ("unit", "is_watched"),
    [
        ("mailman3.service", True),
        ("postgresql@15-main.service", True),
        ("postgresql.service", True),
        ("mysql.service", False),
        ("mailman3-suite-release.service", False),
    ],
)
def test_the_suites_and_a_database_servers_processes_are_watched(
    unit: str, is_watched: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(system.glob, "glob", lambda pattern: ["/proc/12/cgroup"])
    text = io.StringIO(f"0::/system.slice/{unit}\n")
    monkeypatch.setattr(system, "open", lambda *_, **__: text, raising=False)
    found = system.pids({"ours": ["mailman3.service"], "servers": ["postgresql"]})
    assert found == ({12: unit} if is_watched else {})
