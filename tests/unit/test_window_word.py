"""What Core's host tells of its window, and how the hosts of the web take it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.host.base import drivers
from mailman_suite.host.window import data as window_data
from mailman_suite.host.window import peers
from mailman_suite.host.window.journal import Journal

RUN, OTHER_RUN = "20261127T120000-3f2a1c", "20261120T120000-000000"
DATABASE = {"engine": "postgresql", "name": "mailman_web", "user": "mailman_web"}
ORDER: dict[str, Any] = {
    "run": RUN,
    "tells": True,
    "databases": {"core": {"name": "mailman"}, "web": DATABASE, "secrets": "/etc/secrets"},
}
AWAY = window_data.DataError("could not connect to server")
Answer = dict[str, Any] | window_data.DataError
Asked = list[tuple[str, str, dict[str, Any]]]
Answers = Callable[[Iterable[Answer]], Asked]


def word(state: str, run: str = RUN) -> Answer:
    return {"run": run, "state": state}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A database that gives these answers one after the other, the last one for ever."""
    monkeypatch.setattr(peers, "_POLL_SECONDS", 0)

    def answers(its: Iterable[Answer]) -> Asked:
        left, asked = list(its), []

        def ask(order: Any, program: str, verb: str, question: Any) -> dict[str, Any]:
            asked.append((program, verb, question))
            answer = left.pop(0) if len(left) > 1 else left[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(window_data, "ask", ask)
        return asked

    return answers


def never_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_BEGIN_SECONDS", 600)


def late_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "_BEGIN_SECONDS", -1)


def test_a_web_goes_on_when_core_has_finished(database: Answers, journal: Journal) -> None:
    asked = database([{}, word("open"), word("open"), word("finished")])
    peers.await_core(ORDER, journal)
    assert [(program, verb) for program, verb, _ in asked] == [("window.peers", "hear")] * 4
    assert asked[0][2] == {"database": DATABASE, "secrets": "/etc/secrets", "run": RUN}


@pytest.mark.parametrize("state", ["finished", "rolled back", "open"])
def test_the_word_of_another_run_is_no_word(
    state: str, database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_late(monkeypatch)
    asked = database([word(state, OTHER_RUN), word(state, OTHER_RUN), word("finished")])
    peers.await_core(ORDER, journal)
    assert len(asked) == 3


def test_a_web_goes_back_when_core_went_back(database: Answers, journal: Journal) -> None:
    database([word("open"), word("rolled back")])
    with pytest.raises(peers.PeersError, match="Core's host rolled back to the old release"):
        peers.await_core(ORDER, journal)


@pytest.mark.parametrize("said", [{}, word("open", OTHER_RUN), AWAY], ids=str)
def test_a_web_does_not_wait_for_ever_for_a_core_that_never_begins(
    said: Answer, database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_at_once(monkeypatch)
    database([said])
    with pytest.raises(peers.PeersError, match="did not begin its window in -1 s"):
        peers.await_core(ORDER, journal)


def test_a_web_waits_for_the_end_of_a_window_that_began_however_long_it_takes(
    database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_at_once(monkeypatch)
    asked = database([*[word("open")] * 5, word("finished")])
    peers.await_core(ORDER, journal)
    assert len(asked) == 6


def test_a_database_that_is_away_during_a_long_window_is_no_core_that_never_began(
    database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_at_once(monkeypatch)
    asked = database([word("open"), AWAY, AWAY, word("finished")])
    peers.await_core(ORDER, journal)
    assert len(asked) == 4


def test_core_begins_where_no_host_of_the_web_is_at_work(
    database: Answers, journal: Journal
) -> None:
    asked = database([{"peers": ["10.0.0.12"]}, {"peers": []}])
    peers.require_no_peers(ORDER, journal)
    assert [verb for _, verb, _ in asked] == ["peers", "peers"]


def test_core_does_not_begin_beside_a_host_of_the_web_that_is_at_work(
    database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_GONE_SECONDS", -1)
    database([{"peers": ["10.0.0.12", "10.0.0.13"]}])
    with pytest.raises(peers.PeersError, match=r"10\.0\.0\.12, 10\.0\.0\.13 are still connected"):
        peers.require_no_peers(ORDER, journal)


def test_core_says_how_it_stands_with_its_window_of_this_run(
    database: Answers, journal: Journal
) -> None:
    asked = database([{"state": "open"}, {"state": "finished"}])
    peers.tell_open(ORDER, journal)
    peers.tell_end(ORDER, journal, peers.FINISHED)
    question = {"database": DATABASE, "secrets": "/etc/secrets", "run": RUN}
    assert asked == [
        ("window.peers", "say", {**question, "state": "open", "unless": ["given up"]}),
        ("window.peers", "say", {**question, "state": "finished", "unless": []}),
    ]


def test_core_does_not_begin_once_a_host_of_the_web_went_back(
    database: Answers, journal: Journal
) -> None:
    database([{"state": "given up"}])
    with pytest.raises(peers.PeersError, match="rolled back to the old release before"):
        peers.tell_open(ORDER, journal)


def test_a_web_goes_back_with_another_that_did(database: Answers, journal: Journal) -> None:
    database([word("given up")])
    with pytest.raises(peers.PeersError, match="another host of the web rolled back"):
        peers.await_core(ORDER, journal)


@pytest.mark.parametrize("state", ["given up", "rolled back", "finished"])
def test_a_web_that_goes_back_says_so_and_waits_for_the_end_of_an_open_window(
    state: str, database: Answers
) -> None:
    asked = database([{"state": "open"}, AWAY, {"state": state}])
    assert peers.give_up({**ORDER, "awaits": True}) == state
    question = {"database": DATABASE, "secrets": "/etc/secrets", "run": RUN}
    told = {"state": "given up", "unless": ["open", "finished", "rolled back"]}
    assert asked == [("window.peers", "say", {**question, **told})] * 3


def test_a_web_does_not_say_so_for_ever_to_a_database_that_is_away(
    database: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_SAY_SECONDS", -1)
    database([AWAY])
    with pytest.raises(window_data.DataError):
        peers.give_up({**ORDER, "awaits": True})


def test_a_web_that_awaits_nobody_goes_back_without_a_word(database: Answers) -> None:
    asked = database([{}])
    assert peers.give_up(ORDER) == ""
    assert asked == []


@pytest.mark.parametrize("order", [{}, {"tells": False}], ids=str)
def test_on_one_host_nobody_is_told_anything(
    order: dict[str, Any], database: Answers, journal: Journal
) -> None:
    asked = database([{}])
    peers.tell_end(order, journal, peers.FINISHED)
    assert asked == []


def test_a_web_that_waits_hears_the_end_once_the_database_is_back(
    database: Answers, journal: Journal
) -> None:
    journal.note("begun", step=peers.TOLD)
    asked = database([AWAY, AWAY, {"state": "rolled back"}])
    peers.tell_end(ORDER, journal, peers.ROLLED_BACK)
    assert [question["state"] for _, _, question in asked] == ["rolled back"] * 3


def test_a_window_does_not_end_while_a_web_that_waits_cannot_be_told(
    database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_SAY_SECONDS", -1)
    journal.note("begun", step=peers.TOLD)
    database([AWAY])
    with pytest.raises(window_data.DataError, match="could not connect"):
        peers.tell_end(ORDER, journal, peers.FINISHED)


def test_a_window_that_told_nobody_ends_without_the_database(
    database: Answers, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "_SAY_SECONDS", -1)
    asked = database([AWAY])
    peers.tell_end(ORDER, journal, peers.ROLLED_BACK)
    assert len(asked) == 1


def test_a_window_is_not_opened_beside_a_web_that_cannot_be_told(
    database: Answers, journal: Journal
) -> None:
    database([AWAY])
    with pytest.raises(window_data.DataError):
        peers.tell_open(ORDER, journal)


class Connection:
    """A connection as psycopg2 has them, which writes down what is asked and answers with rows."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows, self.asked = rows, list[tuple[Any, ...]]()
        self.transactions, self.is_closed = 0, False

    def cursor(self) -> contextlib.nullcontext[Connection]:
        return contextlib.nullcontext(self)

    def __enter__(self) -> Connection:
        self.transactions += 1
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, *asked: Any) -> None:
        self.asked.append(asked)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def close(self) -> None:
        self.is_closed = True


def answered(
    monkeypatch: pytest.MonkeyPatch, verb: str, rows: list[tuple[Any, ...]], **more: Any
) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """What a verb answers, and the statements of its transaction in the web's database."""
    connection = Connection(rows)
    places: list[tuple[Any, str]] = []

    def connected(database: Any, secrets: str) -> Connection:
        places.append((database, secrets))
        return connection

    monkeypatch.setattr(drivers, "postgresql", connected)
    asked = {"database": DATABASE, "secrets": "/etc/secrets", "run": RUN, **more}
    answer = peers.VERBS[verb](asked)
    assert places == [(DATABASE, "/etc/secrets")]
    assert (connection.transactions, connection.is_closed) == (1, True)
    return answer, connection.asked


@pytest.mark.parametrize(
    "before", [None, word("given up", OTHER_RUN), word("rolled back")], ids=str
)
def test_a_word_is_a_comment_on_the_webs_database(
    before: Answer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = json.dumps(before) if before else None
    answer, asked = answered(monkeypatch, "say", [(comment,)], state="open", unless=["given up"])
    assert answer == {"state": "open"}
    assert [text.split()[0] for text, *_ in asked] == ["SELECT", "SELECT", "COMMENT"]
    assert "pg_advisory_xact_lock" in asked[0][0], "before it looks at what stands there"
    text, values = asked[2]
    assert text == "COMMENT ON DATABASE mailman_web IS %s"
    assert [json.loads(value) for value in values] == [word("open")]


def test_a_word_that_must_hold_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [(json.dumps(word("given up")),)]
    answer, asked = answered(monkeypatch, "say", said, state="open", unless=["given up"])
    assert answer == {"state": "given up"}
    assert len(asked) == 2, "and nothing was written"


def test_what_was_said_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    said = json.dumps(word("open"))
    answer, ((text,),) = answered(monkeypatch, "hear", [(said,)])
    assert answer == word("open")
    assert "shobj_description(oid, 'pg_database')" in text and "current_database()" in text


@pytest.mark.parametrize("comment", [None, "", "the lists' web, ask Anna", '["a"]', "17"])
def test_a_comment_of_somebody_else_is_no_word(
    comment: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(monkeypatch, "hear", [(comment,)])[0] == {}


def test_those_who_work_with_the_webs_database_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer, ((text,),) = answered(monkeypatch, "peers", [("10.0.0.13",), ("10.0.0.12",)])
    assert answer == {"peers": ["10.0.0.12", "10.0.0.13"]}
    assert "client_addr <> inet_client_addr()" in text and "current_database()" in text
