"""`host/apply/mailing_lists.py` against a server with the few calls of Core's REST API.

The real Core is asked in tests/lab.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread, Timer
from typing import Any
from urllib.parse import parse_qs

import pytest

from mailman_suite.host.apply import mailing_lists

PASSWORD = "Correct-horse_battery"
STAFF = "staff@lists.unit.test"


class Core(ThreadingHTTPServer):
    """Domains, lists with owners and configuration, and what was changed through REST."""

    def __init__(self) -> None:
        self.domains: list[str] = []
        self.lists: dict[str, dict[str, Any]] = {}
        self.changes: list[str] = []
        self.refuses = ""  # the path whose changes are refused, as Core refuses them
        self.meets = ""  # the collection in which another program makes an entry at that instant
        super().__init__(("127.0.0.1", 0), Answer)

    def get(self, path: str) -> Any:
        part = path.split("/")
        if path == "system/versions":
            return {"mailman_version": "GNU Mailman 3.3.10"}
        if path == "domains":
            return _collection([{"mail_host": one} for one in self.domains])
        if path == "lists":
            return _collection([{"fqdn_listname": one["address"]} for one in self.lists.values()])
        if part[0] == "domains":
            return {"mail_host": part[1]} if part[1] in self.domains else None
        if len(part) == 2:
            return self.lists.get(part[1].replace("@", "."))
        if part[2] == "archivers":
            self.changes.append(f"GET {path}")  # Core makes them when they are asked for
            return {"hyperkitty": True}
        if part[2] == "config":
            return self.lists[part[1]]["config"]
        return _collection([{"email": one} for one in self.lists[part[1]]["owners"]])

    def post(self, path: str, sent: dict[str, str]) -> None:
        self.changes.append(f"POST {path} {' '.join(sent.values())}")
        if path == "domains":
            self.domains.append(sent["mail_host"])
        elif path == "lists":
            address = sent["fqdn_listname"]
            config = {"display_name": "Staff", "advertised": True, "max_size": 40}
            made = {"address": address, "owners": [], "config": config}
            self.lists[address.replace("@", ".")] = made
        else:
            self.lists[sent["list_id"]]["owners"].append(sent["subscriber"])

    def patch(self, path: str, sent: dict[str, str]) -> None:
        self.changes.append(f"PATCH {path} {sent}")
        values = {"False": False, "True": True}
        config = self.lists[path.split("/")[1]]["config"]
        config.update({key: values.get(value, value) for key, value in sent.items()})


def _collection(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """An empty collection of Core's has no `entries` at all."""
    return {"total_size": len(entries), **({"entries": entries} if entries else {})}


class Answer(BaseHTTPRequestHandler):
    server: Core

    def do_GET(self) -> None:
        found = self.server.get(self._path())
        self._reply(404 if found is None else 200, json.dumps(found))

    def do_POST(self) -> None:
        form = self._form()
        if self.server.refuses == self._path():
            self._refuse()
        elif self.server.meets == self._path():
            Timer(0.3, self.server.post, (self._path(), form)).start()
            self._reply(500)
        elif self.server.meets == f"never {self._path()}":
            self._reply(500)
        else:
            self.server.post(self._path(), form)
            self._reply(201)

    def do_PATCH(self) -> None:
        form = self._form()
        if self.server.refuses == self._path():
            self._refuse()
        else:
            self.server.patch(self._path(), form)
            self._reply(204)

    def _refuse(self) -> None:
        """As mailman/rest/helpers.py's bad_request answers."""
        why = 'Invalid Parameter "posting_pipeline": Unknown pipeline: none.'
        self._reply(400, json.dumps({"title": "400 Bad Request", "description": why}))

    def parse_request(self) -> bool:
        """Refuses whoever has not the password, before any method is called."""
        pair = base64.b64encode(f"restadmin:{PASSWORD}".encode()).decode()
        is_whole = super().parse_request()
        if is_whole and self.headers["Authorization"] != f"Basic {pair}":
            self._reply(401)
            return False
        return is_whole

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _path(self) -> str:
        return self.path.removeprefix("/3.1/")

    def _form(self) -> dict[str, str]:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        return {key: values[0] for key, values in parse_qs(body, True).items()}

    def _reply(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def core() -> Iterator[Core]:
    with Core() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def declared(core: Core, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "rest_password").write_text(f"{PASSWORD}\n")
    (tmp_path / "postfix_lmtp").write_text(f"# made by Core\n{STAFF} lmtp:[127.0.0.1]:8024\n")
    (tmp_path / "postfix_lmtp.db").touch()
    staff = {
        "address": STAFF,
        "display_name": "Staff",
        "owners": ["Head@unit.test"],
        "style": "legacy-default",
        "settings": {"advertised": False},
    }
    return {
        "rest": f"http://127.0.0.1:{core.server_port}/3.1",
        "password_file": str(tmp_path / "rest_password"),
        "lmtp_map": str(tmp_path / "postfix_lmtp"),
        "domains": ["lists.unit.test"],
        "lists": [staff],
    }


@pytest.fixture
def converged(core: Core, declared: dict[str, Any]) -> dict[str, Any]:
    mailing_lists.apply(declared)
    core.changes.clear()
    return declared


def test_on_a_new_core_everything_is_missing(declared: dict[str, Any]):
    found = mailing_lists.look(declared)
    assert (found["missing_domains"], found["missing_lists"]) == (["lists.unit.test"], [STAFF])


def test_what_is_missing_is_made_in_order(core: Core, declared: dict[str, Any]):
    mailing_lists.apply(declared)
    assert core.changes == [
        "POST domains lists.unit.test",
        f"POST lists {STAFF} legacy-default",
        "GET lists/staff.lists.unit.test/archivers",
        "POST members staff.lists.unit.test Head@unit.test owner True True True",
        "PATCH lists/staff.lists.unit.test/config {'advertised': 'False'}",
    ]


def test_a_converged_core_lacks_nothing_and_gets_nothing(core: Core, converged: dict[str, Any]):
    assert not any(mailing_lists.look(converged).values())
    mailing_lists.apply(converged)
    assert core.changes == []


def test_what_is_not_declared_belongs_to_the_lists_owners(core: Core, converged: dict[str, Any]):
    staff = core.lists["staff.lists.unit.test"]
    staff["config"]["max_size"] = 400
    staff["owners"] = ["deputy@unit.test", "head@UNIT.test"]
    core.domains.append("other.unit.test")
    mailing_lists.apply(converged)
    assert core.changes == []
    staff["config"]["advertised"] = True
    staff["owners"].remove("head@UNIT.test")
    found = mailing_lists.look(converged)
    assert found["settings"] == {STAFF: {"advertised": False}}
    assert found["missing_owners"] == {STAFF: ["Head@unit.test"]}


def test_a_setting_that_core_does_not_have_is_named_with_the_nearest(converged: dict[str, Any]):
    converged["lists"][0]["settings"] = {"advertized": False}
    with pytest.raises(SystemExit, match=r"advertized in this .* the nearest is advertised"):
        mailing_lists.look(converged)


def test_a_setting_that_core_refuses_is_told_with_cores_reason(
    core: Core, converged: dict[str, Any]
):
    converged["lists"][0]["settings"] = {"advertised": True}
    core.refuses = "lists/staff.lists.unit.test/config"
    with pytest.raises(SystemExit) as raised:
        mailing_lists.apply(converged)
    assert str(raised.value) == (
        f"Core refused settings of {STAFF} (advertised = True): HTTP Error 400: Bad Request "
        'Invalid Parameter "posting_pipeline": Unknown pipeline: none.'
    )


def test_an_owner_that_core_refuses_is_named(core: Core, declared: dict[str, Any]):
    core.refuses = "members"
    with pytest.raises(SystemExit, match=r"Core refused Head@unit.test as an owner of staff@"):
        mailing_lists.apply(declared)


def test_a_list_of_values_is_set_whatever_its_order_and_can_be_emptied(
    core: Core, converged: dict[str, Any]
):
    core.lists["staff.lists.unit.test"]["config"]["acceptable_aliases"] = ["a@x", "b@x"]
    converged["lists"][0]["settings"] = {"acceptable_aliases": ["b@x", "a@x"]}
    assert not mailing_lists.look(converged)["settings"]
    converged["lists"][0]["settings"] = {"acceptable_aliases": []}
    mailing_lists.apply(converged)
    assert core.changes == ["PATCH lists/staff.lists.unit.test/config {'acceptable_aliases': ''}"]


def test_a_core_that_does_not_answer_is_not_a_converged_one(core: Core, converged: dict[str, Any]):
    converged["rest"] = "http://127.0.0.1:9/3.1"
    found = mailing_lists.look(converged)
    assert found["missing_domains"] == ["lists.unit.test"]
    assert found["missing_lists"] == [STAFF]


def test_a_wrong_password_ends_it_at_once(
    core: Core, declared: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mailing_lists, "_PATIENCE_SECONDS", 0.1)
    (tmp_path / "rest_password").write_text("another\n")
    with pytest.raises(SystemExit, match="refused us: HTTP Error 401"):
        mailing_lists.apply(declared)
    assert core.changes == []


def test_a_core_that_never_comes_ends_it(declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mailing_lists, "_PATIENCE_SECONDS", 0.1)
    declared["rest"] = "http://127.0.0.1:9/3.1"
    with pytest.raises(SystemExit, match="did not answer in"):
        mailing_lists.apply(declared)


def test_a_map_without_one_of_the_lists_is_stale(tmp_path: Path):
    place = tmp_path / "postfix_lmtp"
    place.write_text(f"{STAFF} lmtp:[127.0.0.1]:8024\n# other@lists.unit.test\n")
    assert mailing_lists.is_stale(str(place), {STAFF}), "it has no index"
    (tmp_path / "postfix_lmtp.lmdb").touch()
    assert not mailing_lists.is_stale(str(place), {STAFF})
    assert mailing_lists.is_stale(str(place), {STAFF, "other@lists.unit.test"})


@pytest.mark.parametrize("collection", ["domains", "lists"])
def test_an_entry_that_a_lost_run_is_making_is_waited_for(
    collection: str, core: Core, declared: dict[str, Any]
):
    core.meets = collection
    mailing_lists.apply(declared)
    assert not any(mailing_lists.look(declared).values())


def test_an_entry_that_core_cannot_make_ends_it(
    core: Core, declared: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mailing_lists, "_MEETING_SECONDS", 0.1)
    core.meets = "never domains"
    with pytest.raises(SystemExit, match=r"Core refused domains/lists\.unit\.test: HTTP Error 500"):
        mailing_lists.apply(declared)
