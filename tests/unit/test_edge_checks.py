"""The edge is asked as a stranger would ask it, patiently; what was not asked is broken."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailman_suite.checks.edge import CHECKS
from mailman_suite.checks.model import Expected, broken, judged
from mailman_suite.host.check import edge as verify_edge

LIST, DOMAIN = "news@lists.unit.test", "lists.unit.test"
EXPECTED = Expected(
    domains=(DOMAIN,),
    lists=(LIST,),
    release_directory="",
    static_stamp="",
    secrets=(),
    services=(),
)
WELL = {
    "greeting": "220 edge.unit.test ESMTP",
    "known": {LIST: "250 2.1.5 Ok"},
    "unknown": {f"nobody-1@{DOMAIN}": "550 5.1.1 undeliverable address"},
}
GREETS, TAKES, REFUSES = (one.sentence for one in CHECKS)

Answer = Callable[[str], str]


class Conversation(socketserver.StreamRequestHandler):
    """An SMTP server that says to each recipient what its `answer` says."""

    def handle(self) -> None:
        self.wfile.write(b"220-edge.unit.test\r\n220 ESMTP\r\n")
        for line in self.rfile:
            word = line.decode().strip()
            said = self.server.answer(word[9:-1]) if word.startswith("RCPT") else "250 Ok"  # type: ignore[attr-defined]
            self.wfile.write(f"{said}\r\n".encode())
            if word == "QUIT":
                return


@pytest.fixture
def edge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], dict[str, Any]]]:
    """What the program sees of a server with these answers; waits between questions are short."""
    monkeypatch.setattr(verify_edge, "_PAUSE", 0.01)
    servers = []

    def look(answer: Answer) -> dict[str, Any]:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        server.answer = answer  # type: ignore[attr-defined]
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        place = {"loopback": "127.0.0.1", "smtp_port": server.server_address[1]}
        return verify_edge.look({**place, "known": [LIST], "domains": [DOMAIN]})

    yield look
    for server in servers:
        server.shutdown()
        server.server_close()


def sentences(found: dict[str, Any], expected: Expected = EXPECTED) -> list[str]:
    verdicts = judged(CHECKS, {"check.edge": found}, expected)
    return [one.sentence for one in broken(verdicts)]


def by_name(address: str) -> str:
    return "250 2.1.5 Ok" if address == LIST else "550 5.1.1 no"


def test_an_edge_that_is_well_keeps_every_promise(edge: Callable[[Answer], dict[str, Any]]):
    found = edge(by_name)
    assert found["known"] == {LIST: "250 2.1.5 Ok"}
    assert [address.rpartition("@")[2] for address in found["unknown"]] == [DOMAIN]
    assert sentences(found) == []


def test_an_unknown_address_is_another_each_time(edge: Callable[[Answer], dict[str, Any]]):
    assert edge(by_name)["unknown"].keys() != edge(by_name)["unknown"].keys()


def test_later_is_asked_again(edge: Callable[[Answer], dict[str, Any]]):
    heard: list[str] = []

    def later_first(address: str) -> str:
        heard.append(address)
        return by_name(address) if heard.count(address) > 2 else "450 4.1.1 in progress"

    assert sentences(edge(later_first)) == []


def test_later_for_ever_is_broken(
    edge: Callable[[Answer], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(verify_edge, "_PATIENCE", 0.05)
    assert sentences(edge(lambda address: "450 4.4.1 refused")) == [TAKES, REFUSES]


def test_an_edge_that_takes_everything_is_broken(edge: Callable[[Answer], dict[str, Any]]):
    assert sentences(edge(lambda address: "250 Ok")) == [REFUSES]


def test_an_edge_that_refuses_everything_is_broken(edge: Callable[[Answer], dict[str, Any]]):
    assert sentences(edge(lambda address: "550 no")) == [TAKES]


def test_no_postfix_breaks_every_promise(edge: Callable[[Answer], dict[str, Any]]):
    place = {"loopback": "127.0.0.1", "smtp_port": 1}
    found = verify_edge.look({**place, "known": [LIST], "domains": [DOMAIN]})
    assert sentences(found) == [GREETS, TAKES, REFUSES]


@pytest.mark.parametrize(
    ("observation", "value", "promise"),
    [
        ("greeting", "554 no", GREETS),
        ("greeting", "", GREETS),
        ("known", {}, TAKES),
        ("known", {LIST: ""}, TAKES),
        ("known", {LIST: "550 no"}, TAKES),
        ("unknown", {}, REFUSES),
        ("unknown", {"nobody@other.test": "550 no"}, REFUSES),
        ("unknown", {f"nobody@{DOMAIN}": "554 relay access denied"}, REFUSES),
        ("unknown", {f"nobody@{DOMAIN}": "450 later"}, REFUSES),
        ("unknown", {f"nobody@{DOMAIN}": ""}, REFUSES),
    ],
)
def test_one_thing_that_is_wrong_breaks_its_promise_alone(
    observation: str, value: Any, promise: str
):
    assert sentences({**WELL, observation: value}) == [promise]


def test_without_declared_lists_only_the_refusal_is_asked():
    expected = Expected((DOMAIN,), (), "", "", (), ())
    assert sentences({**WELL, "known": {}}, expected) == []
