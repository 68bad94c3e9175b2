"""Whatever depends on the database's engine has a row for each, and says so of one it lacks."""

from __future__ import annotations

import inspect
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.apply import web_identity
from mailman_suite.host.base import drivers
from mailman_suite.host.base.engines import DatabaseError, every_engine
from mailman_suite.host.inspect import kept_windows
from mailman_suite.host.pseudonyms import stores
from mailman_suite.host.rehearsal import database_copies as rehearsed
from mailman_suite.host.state import database_copies, reading, schema
from mailman_suite.host.window import data as window_data
from mailman_suite.host.window import gate_changes
from mailman_suite.host.wire.connections import Database
from mailman_suite.parts.database.chosen import databases
from mailman_suite.settings import Settings

Entry = dict[str, Any]
SERVER: Entry = {
    "host": "db.uni.test", "port": 5433, "name": "mailman", "user": "core",
    "secret": "database_core_password",
}  # fmt: skip
NOWHERE = Path("/nonexistent")
ARCHIVE: Any = None
CHANGES = ["mark_bounces_processed"]
# What connects to a database, given its entry and the directory of passwords.
CONNECTING: dict[str, Callable[[Entry, str], Any]] = {
    "reading": drivers.reading,
    "writing": drivers.writing,
    "schema": lambda entry, secrets: schema.rows(entry, secrets, "SELECT 1"),
    "at one instant": lambda entry, secrets: reading.opened(entry, secrets).__enter__(),
    "pseudonyms": lambda entry, secrets: stores.opened(entry, secrets).__enter__(),
    "gate changes": lambda entry, secrets: gate_changes.apply(
        {"database": entry, "secrets": secrets, "changes": CHANGES}
    ),
}
DISPATCHES: dict[str, Callable[[Entry, str], Any]] = {
    **CONNECTING,
    "mark": lambda entry, secrets: drivers.mark(entry),
    "take": lambda entry, secrets: database_copies.take(entry, secrets, NOWHERE),
    "size": lambda entry, secrets: database_copies.size(entry, secrets, NOWHERE),
    "growth": lambda entry, secrets: database_copies.growth(entry, 1),
    "put_back": lambda entry, secrets: database_copies.put_back(entry, secrets, NOWHERE),
    "rehearsal's size": rehearsed.size,
    "rehearsal's copy": lambda entry, secrets: rehearsed.add(ARCHIVE, "core", entry, secrets),
    "rehearsal's load": lambda entry, secrets: rehearsed.load(entry, "/nonexistent/core.dump"),
    "rehearsal's end": lambda entry, secrets: rehearsed.drop(entry),
}


def test_the_same_engines_are_known_everywhere():
    on_the_wire = [get_args(get_type_hints(one)["engine"])[0] for one in get_args(Database)]
    assert list(inspect.signature(every_engine).parameters) == on_the_wire
    assert set(databases()) == set(on_the_wire)
    assert set(get_args(Settings.model_fields["database"].annotation)) == set(on_the_wire)


@pytest.mark.parametrize("dispatch", DISPATCHES.values(), ids=DISPATCHES)
def test_a_third_engine_never_passes_for_another(dispatch: Callable[[Entry, str], Any]):
    entry = {**SERVER, "engine": "mariadb", "path": "/nonexistent/mailman.db"}
    with pytest.raises((DatabaseError, Refusal), match="engine 'mariadb', expected one of"):
        dispatch(entry, "/nonexistent")


class Connected(Exception):
    """A driver was asked to connect, with these arguments."""


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The directory of passwords; both drivers tell what they are asked for."""

    def to_server(**asked: Any) -> None:
        raise Connected("postgresql", {name: value for name, value in asked.items() if value})

    def to_file(place: str, **asked: Any) -> None:
        raise Connected("sqlite", place)

    driver = SimpleNamespace(connect=to_server, OperationalError=ConnectionError)
    monkeypatch.setitem(sys.modules, "psycopg2", driver)
    monkeypatch.setattr(sqlite3, "connect", to_file)
    (tmp_path / "database_core_password").write_text("secret\n")
    return str(tmp_path)


@pytest.mark.parametrize("connecting", CONNECTING.values(), ids=CONNECTING)
def test_a_server_is_asked_with_the_roles_password(
    secrets: str, connecting: Callable[[Entry, str], Any]
):
    with pytest.raises(Connected) as found:
        connecting({**SERVER, "engine": "postgresql"}, secrets)
    engine, asked = found.value.args
    asked.pop("options", None)
    place = {"host": "db.uni.test", "port": 5433, "dbname": "mailman"}
    assert (engine, asked) == ("postgresql", {**place, "user": "core", "password": "secret"})


@pytest.mark.parametrize("connecting", CONNECTING.values(), ids=CONNECTING)
def test_a_file_is_opened_that_exists(secrets: str, connecting: Callable[[Entry, str], Any]):
    path = Path(secrets, "mailman.db")
    path.touch()
    with pytest.raises(Connected) as found:
        connecting({"engine": "sqlite", "path": str(path)}, secrets)
    engine, place = found.value.args
    assert engine == "sqlite"
    assert place in (f"file:{path}?mode=ro", f"file:{path}?mode=rw")


def test_who_only_reads_cannot_write(tmp_path: Path):
    path = tmp_path / "mailman.db"
    sqlite3.connect(path).execute("CREATE TABLE x (y)")
    entry: Any = {"engine": "sqlite", "path": str(path)}
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        drivers.reading(entry, "").execute("INSERT INTO x VALUES (1)")
    drivers.writing(entry, "").execute("INSERT INTO x VALUES (1)")


IDENTITY = {"web_host": "lists.uni.test", "superuser": "admin", "email": "a@uni.test"}
ALL_TABLES = """
CREATE TABLE django_site (id INT, domain TEXT);
CREATE TABLE auth_user (id INT, username TEXT, is_superuser INT, is_staff INT, is_active INT);
CREATE TABLE account_emailaddress (user_id INT, email TEXT, verified INT);
CREATE TABLE django_mailman3_maildomain (mail_domain TEXT);
INSERT INTO django_site VALUES (1, 'lists.uni.test');
INSERT INTO auth_user VALUES (7, 'admin', 1, 1, 1);
INSERT INTO account_emailaddress VALUES (7, 'A@uni.test', 1);
INSERT INTO django_mailman3_maildomain VALUES ('uni.test');
"""


def identity(entry: Entry, secrets: str) -> dict[str, Any]:
    asked: Any = {**IDENTITY, "domains": ["uni.test", "x.test"], "database": entry}
    return dict(web_identity.look({**asked, "secrets": secrets}))


def test_the_webs_identity_is_found_in_a_file(tmp_path: Path):
    path = tmp_path / "web.db"
    sqlite3.connect(path).executescript(ALL_TABLES)
    found = identity({"engine": "sqlite", "path": str(path)}, "")
    assert found == {"missing": ["domain x.test"]}


class Server:
    """A connection as psycopg2 has them, to a server that counts one row of everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Any]]] = []
        self.session: dict[str, Any] = {}

    def set_session(self, **session: Any) -> None:
        self.session = session

    def cursor(self) -> Server:
        return self

    def execute(self, statement: str, values: list[Any]) -> None:
        self.asked.append((statement, values))

    def fetchone(self) -> tuple[int]:
        return (1,)

    def close(self) -> None:
        self.asked.append(("closed", []))


def test_the_webs_identity_is_asked_of_a_server_that_cannot_write(
    secrets: str, monkeypatch: pytest.MonkeyPatch
):
    servers: list[Server] = []

    def connect(**asked: Any) -> Server:
        servers.append(Server())
        return servers[-1]

    monkeypatch.setattr(sys.modules["psycopg2"], "connect", connect)
    entry: Any = {**SERVER, "engine": "postgresql"}
    assert identity(entry, secrets) == {"missing": []}
    (server,) = servers
    assert server.session == {"readonly": True}
    *statements, (last, _) = server.asked
    assert last == "closed"
    assert drivers.writing(entry, secrets).session == {}
    assert all(text.count("%s") == len(values) > 0 for text, values in statements)


@pytest.mark.parametrize(
    ("entry", "is_ours", "asked"),
    [
        ({"engine": "sqlite", "path": "/foreign"}, False, "here"),
        ({"engine": "sqlite", "path": "/ours"}, True, "as the account"),
        ({**SERVER, "engine": "postgresql"}, False, "as the account"),
    ],
    ids=["a foreign file", "our own file", "a server"],
)
def test_a_file_that_the_account_cannot_read_is_counted_here(
    entry: Entry, is_ours: bool, asked: str, monkeypatch: pytest.MonkeyPatch
):
    def counted(where: str) -> Any:
        return lambda *_: {"heads": where, "invariants": {}}

    monkeypatch.setattr(window_data.manifest, "tables", counted("here"))
    monkeypatch.setattr(window_data, "ask", counted("as the account"))
    databases = {"core": entry, "web": entry, "secrets": "/nonexistent"}
    order: Any = {"databases": databases if is_ours else {}}
    places: Any = {"databases": databases, "var": "/nonexistent"}
    assert window_data.held(order, places)["heads"] == asked


def test_only_what_has_a_password_can_have_another_one(tmp_path: Path):
    databases: Any = {
        "core": {"engine": "sqlite", "path": "/x"},
        "web": {**SERVER, "engine": "postgresql"},
    }
    (tmp_path / SERVER["secret"]).write_text("new")
    found = kept_windows.other_passwords(databases, "/nonexistent", str(tmp_path))
    assert found == [str(tmp_path / SERVER["secret"])]
