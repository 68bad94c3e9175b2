"""A database server is opened to its peers: nobody else comes in, and operators' words stay."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.apply import postgresql_access as access
from mailman_suite.host.apply.postgresql_access import BEGIN, END

ADDRESS = "10.0.0.10"
LINE = 'host "mailman" "mailman" 10.0.0.11/32 scram-sha-256'
OTHER = 'host "mailmanweb" "mailmanweb" 10.0.0.12/32 scram-sha-256'
OWN = "local all postgres peer\nhost all all 127.0.0.1/32 scram-sha-256\n"
DECLARED: dict[str, Any] = {
    "listen": ADDRESS,
    "port": 5432,
    "peers": [{"address": "10.0.0.11", "database": "mailman", "role": "mailman"}],
}


class Server:
    """What a PostgreSQL server would answer, and what it was told."""

    def __init__(self, hba_file: Path) -> None:
        self.hba_file = hba_file
        self.told: list[str] = []
        self.state = {
            "hba_file": str(hba_file),
            "data": str(hba_file.parent),
            "loaded": os.stat(hba_file).st_ctime,
            "running": f"localhost,{ADDRESS}",
            "configured": f"localhost,{ADDRESS}",
            "broken": [],
            "bad_lines": [],
        }

    def psql(self, statement: str, port: int) -> str:
        if "pg_reload_conf" in statement:
            self.state["loaded"] = os.stat(self.hba_file).st_ctime
        if statement != access._STATE:
            self.told.append(statement)
        return access.json.dumps(self.state)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """One that runs, listens on the address, and has operators' lines alone."""
    hba_file = tmp_path / "pg_hba.conf"
    hba_file.write_text(OWN)
    hba_file.chmod(0o640)
    found = Server(hba_file)
    monkeypatch.setattr(access, "psql", found.psql)
    monkeypatch.setattr(access, "answers", lambda address, port: True)
    monkeypatch.setattr(access.os, "fchown", lambda *_: None)
    monkeypatch.setattr(access, "_SECONDS", 0)
    return found


@pytest.fixture
def declared(tmp_path: Path) -> dict[str, Any]:
    return {**DECLARED, "copies": str(tmp_path / "copies")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("localhost", f"localhost,{ADDRESS}"),
        ("localhost, 192.0.2.1", f"localhost,192.0.2.1,{ADDRESS}"),
        ("127.0.0.1", f"127.0.0.1,{ADDRESS}"),
        ("192.0.2.1", f"192.0.2.1,localhost,{ADDRESS}"),
        ("", f"localhost,{ADDRESS}"),
        ("10.0.0.100", f"10.0.0.100,localhost,{ADDRESS}"),
        ("::", f"::,localhost,{ADDRESS}"),
    ],
)
def test_an_address_comes_to_those_that_operators_have_set(before: str, after: str):
    assert access.merged(before, ADDRESS) == after


@pytest.mark.parametrize(
    "value", ["*", "0.0.0.0", f"localhost , {ADDRESS}", f"{ADDRESS},127.0.0.1"]
)
def test_a_value_that_has_the_address_stays_as_it_is_written(value: str):
    assert access.merged(value, ADDRESS) == value


@pytest.mark.parametrize("name", ["all", "replication", "sameuser"])
def test_a_database_with_a_name_that_pg_hba_knows_is_that_database_alone(name: str):
    assert f' "{name}" ' in access.line({"address": "10.0.0.11", "database": name, "role": "r"})


@pytest.mark.parametrize("text", [OWN, OWN.rstrip("\n"), ""], ids=["lines", "no last end", "empty"])
def test_peers_come_after_all_lines_of_operators(text: str):
    own = f"{text.rstrip()}\n" if text else ""
    assert access.with_peers(text, [LINE, OTHER]) == f"{own}{BEGIN}\n{LINE}\n{OTHER}\n{END}\n"


def test_a_second_time_nothing_changes():
    once = access.with_peers(OWN, [LINE])
    assert access.with_peers(once, [LINE]) == once


def test_peers_that_are_no_more_go_and_what_operators_wrote_around_them_stays():
    text = access.with_peers("# first\n", [LINE, OTHER]) + "# last\n"
    assert access.with_peers(text, [OTHER]) == f"# first\n{BEGIN}\n{OTHER}\n{END}\n# last\n"


def test_a_line_of_operators_is_theirs_although_it_is_one_of_ours_too():
    text = access.with_peers(f"{LINE}\n", [LINE])
    assert access.with_peers(text, []) == f"{LINE}\n{BEGIN}\n{END}\n"


@pytest.mark.parametrize("marks", [(BEGIN,), (END,), (END, BEGIN), (BEGIN, END, BEGIN, END)])
def test_marks_that_do_not_fit_are_told_and_nothing_is_guessed(marks: tuple[str, ...]):
    with pytest.raises(SystemExit, match="of our marks"):
        access.divided("\n".join(marks))


def test_an_open_server_lacks_nothing(server: Server, declared: dict[str, Any]):
    server.hba_file.write_text(access.with_peers(OWN, [LINE]))
    server.state["loaded"] = os.stat(server.hba_file).st_ctime
    found = access.look(declared)
    assert found == {"listens": True, "missing": [], "surplus": [], "loaded": True}
    assert access.converged(found)


def test_peers_that_are_missing_and_those_that_are_no_more_are_told(
    server: Server, declared: dict[str, Any]
):
    server.hba_file.write_text(access.with_peers(OWN, [OTHER]))
    found = access.look(declared)
    assert (found["missing"], found["surplus"]) == ([LINE], [OTHER])


@pytest.mark.parametrize(
    "differs", [{"running": "localhost"}, {"configured": "localhost"}], ids=["now", "at its start"]
)
def test_a_server_without_the_address_does_not_listen(
    differs: dict[str, str], server: Server, declared: dict[str, Any]
):
    server.state.update(differs)
    assert access.look(declared)["listens"] is False


def test_a_server_that_started_before_the_address_was_there_does_not_listen(
    server: Server, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(access, "answers", lambda address, port: False)
    assert access.look(declared)["listens"] is False


def test_lines_that_the_server_has_not_read_yet_let_nobody_in(
    server: Server, declared: dict[str, Any]
):
    server.state["loaded"] -= 1
    assert access.look(declared)["loaded"] is False


def test_a_file_that_the_server_cannot_read_is_not_loaded(server: Server, declared: dict[str, Any]):
    server.state["bad_lines"] = ["line 3: invalid authentication method"]
    assert access.look(declared)["loaded"] is False


@pytest.mark.parametrize("error", [FileNotFoundError("runuser"), SystemExit("no connection")])
def test_a_server_that_does_not_answer_lets_nobody_in(
    error: BaseException, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    def psql(statement: str, port: int) -> str:
        raise error

    monkeypatch.setattr(access, "psql", psql)
    found = access.look(declared)
    assert found == {"listens": False, "missing": [LINE], "surplus": [], "loaded": False}


def test_peers_are_let_in_and_the_file_before_is_kept(
    server: Server, declared: dict[str, Any], tmp_path: Path
):
    access.apply(declared)
    (kept,) = (tmp_path / "copies").iterdir()
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == (OWN, 0o600)
    assert server.hba_file.read_text() == access.with_peers(OWN, [LINE])
    assert server.hba_file.stat().st_mode & 0o777 == 0o640
    assert server.told == ["SELECT pg_reload_conf()"]


def test_a_run_that_ended_before_the_server_read_its_lines_is_made_good(
    server: Server, declared: dict[str, Any], tmp_path: Path
):
    server.hba_file.write_text(access.with_peers(OWN, [LINE]))
    server.state["loaded"] -= 1
    access.apply(declared)
    assert server.told == ["SELECT pg_reload_conf()"]
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize("what", ["broken", "bad_lines"])
def test_a_server_that_would_not_start_again_is_left_alone(
    what: str, server: Server, declared: dict[str, Any]
):
    server.state[what] = ["postgresql.conf:7: syntax error"]
    with pytest.raises(SystemExit, match=r"correct them first: postgresql\.conf:7: syntax"):
        access.apply(declared)
    assert (server.told, server.hba_file.read_text()) == ([], OWN)


def test_an_address_of_another_host_is_refused_before_the_server_is_told(
    server: Server, declared: dict[str, Any]
):
    server.state.update(running="localhost", configured="localhost")
    with pytest.raises(SystemExit, match=r"192\.0\.2\.1 is on no interface"):
        access.apply({**declared, "listen": "192.0.2.1"})
    assert not [one for one in server.told if "ALTER SYSTEM" in one]


@pytest.fixture
def restarted(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The units that were started again; the server then has what it was told."""
    units = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        units.append(command[-1])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(access.subprocess, "run", run)
    monkeypatch.setattr(access, "unit_of", lambda data: "postgresql@15-main.service")
    return units


def test_a_server_that_lacks_the_address_is_told_and_started_again(
    server: Server, restarted: list[str]
):
    server.state.update(running="localhost", configured="localhost")
    access.listen("127.0.0.2", 5432, server.state)
    assert server.told == ["ALTER SYSTEM SET listen_addresses = 'localhost,127.0.0.2'"]
    assert restarted == ["postgresql@15-main.service"]


def test_a_server_that_was_told_and_not_started_again_is_started_again(
    server: Server, restarted: list[str]
):
    server.state.update(running="localhost", configured="localhost,127.0.0.2")
    access.listen("127.0.0.2", 5432, server.state)
    assert (server.told, restarted) == ([], ["postgresql@15-main.service"])


def test_a_server_that_listens_is_told_for_its_next_start_and_not_disturbed(
    server: Server, restarted: list[str]
):
    server.state.update(running="*", configured="localhost")
    access.listen("127.0.0.2", 5432, server.state)
    assert (len(server.told), restarted) == (1, [])


def test_of_a_files_copies_the_first_and_the_newest_stay(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(access.os, "fchown", lambda *_: None)
    for second in range(14):
        monkeypatch.setattr(access.time, "strftime", lambda _, now=second: f"20261127T1200{now:02}")
        access.keep_copy("/etc/pg_hba.conf", str(second), str(tmp_path))
    kept = sorted(int(path.read_text()) for path in tmp_path.iterdir())
    assert kept == [0, *range(4, 14)]
