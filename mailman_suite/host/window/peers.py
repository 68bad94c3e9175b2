"""Messages of Core's host to the web's hosts about its window, in a comment on the web's database.

A host of the web also says there that it no longer waits for a window.

All of them reach that database, whatever else is lost meanwhile; no copy of it has the comment, so
no rollback takes a message back. Run by the release's interpreter, which has the driver:

`say`:   {"database", "secrets", "run", "state", "unless"} -> {"state"}, which is valid now: the new
         one, or the state already said in the same run, if it is one of `unless`.
`hear`:  {"database", "secrets"} -> {"run", "state"}, the last message; empty if there is none.
`peers`: the same -> {"peers": [addresses of other hosts that are connected]}.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from mailman_suite.host.base import drivers, verbs
from mailman_suite.host.window import data as window_data
from mailman_suite.host.window.journal import Journal
from mailman_suite.host.wire.connections import PostgresqlDatabase
from mailman_suite.host.wire.order import Order
from mailman_suite.host.wire.peers import Message, Peers, PeersQuestion, Said

Asked = TypeVar("Asked", bound=PeersQuestion)
Answer = TypeVar("Answer")

TOLD = "The web's hosts know that a window is open"
OPEN, FINISHED, ROLLED_BACK = "open", "finished", "rolled back"
GIVEN_UP = "given up"  # a host of the web works with the old release before Core's window opened
# One message at a time: Core's beginning and a web's end of waiting cannot both be the first.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('mailman3-suite window'))"
_SAY = "COMMENT ON DATABASE {name} IS %s"
_HEAR = (
    "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
    " WHERE datname = current_database()"
)
_PEERS = (
    "SELECT DISTINCT host(client_addr) FROM pg_stat_activity"
    " WHERE datname = current_database() AND client_addr <> inet_client_addr()"
)
# A stopped client disconnects at once; the server notices after a while that a host was cut off.
_GONE_SECONDS = 30
# Core's window begins as soon as the last host of the web is closed.
_BEGIN_SECONDS = 120
# The suite serves already, and only its web waits.
_SAY_SECONDS = 300
_POLL_SECONDS = 0.5


class PeersError(Exception):
    """The other hosts of the suite are not in the state that this one needs."""


def tell_open(order: Order, journal: Journal) -> None:
    """From here on the hosts of the web wait for the end of this window.

    Raises PeersError if one of them has rolled back already.
    """
    if _say(order, OPEN, unless=[GIVEN_UP]) == GIVEN_UP:
        raise PeersError("a host of the web rolled back to the old release before this window")


def tell_end(order: Order, journal: Journal, state: str) -> None:
    """The hosts of the web hear how Core's window ended; nothing on one host.

    They wait for that, so a database that is away for a moment is asked again. Where they never
    heard of a window they stop waiting by themselves, and a database that is away is no matter.
    """
    deadline = time.monotonic() + _SAY_SECONDS
    while order.get("tells"):
        try:
            _say(order, state, unless=[])
            break
        except window_data.DataError:
            if not journal.has_begun(TOLD):
                break
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)


def _say(order: Order, state: str, *, unless: list[str]) -> str:
    """The state that is valid now."""
    question: Message = {**_question(order), "state": state, "unless": unless}
    said: Said = window_data.ask(order, "window.peers", "say", question)
    return said["state"]


def require_no_peers(order: Order, journal: Journal) -> None:
    """No host of the web is connected. Raises PeersError naming those that are."""
    deadline = time.monotonic() + _GONE_SECONDS
    while peers := window_data.ask(order, "window.peers", "peers", _question(order))["peers"]:
        if time.monotonic() > deadline:
            raise PeersError(f"{', '.join(peers)} are still connected to the web's database")
        time.sleep(_POLL_SECONDS)


def await_core(order: Order, journal: Journal) -> None:
    """Core's host finished its window of this run. Raises PeersError if it did not.

    Where it never begins this ends by itself; once it began there is an end to wait for, also
    where the database is away for a moment.
    """
    deadline, has_begun = time.monotonic() + _BEGIN_SECONDS, False
    while (state := _heard(order)) != FINISHED:
        if state == ROLLED_BACK:
            raise PeersError("Core's host rolled back to the old release")
        if state == GIVEN_UP:
            raise PeersError("another host of the web rolled back to the old release")
        has_begun |= state == OPEN
        if not has_begun and time.monotonic() > deadline:
            raise PeersError(f"Core's host did not begin its window in {_BEGIN_SECONDS} s")
        time.sleep(_POLL_SECONDS)


def give_up(order: Order) -> str:
    """How Core's window of this run ended; none opens any more where it never began.

    "" on a host that waits for none. Raises DataError where the database stays away.
    """
    deadline = time.monotonic() + _SAY_SECONDS
    while order.get("awaits"):
        try:
            state = _say(order, GIVEN_UP, unless=[OPEN, FINISHED, ROLLED_BACK])
            if state != OPEN:
                return state
        except window_data.DataError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)
    return ""


def _heard(order: Order) -> str:
    """The state of Core's window in this run; empty if there is no message or no database."""
    try:
        said: Said = window_data.ask(order, "window.peers", "hear", _question(order))
    except window_data.DataError:
        return ""  # the database is down for a moment
    return said["state"] if said.get("run") == order["run"] else ""


def _question(order: Order) -> PeersQuestion:
    databases = order["databases"]
    return {"database": databases["web"], "secrets": databases["secrets"], "run": order["run"]}


def asked_for(answer: Callable[[Any, Asked], Answer]) -> Callable[[Asked], Answer]:
    """A verb: what it answers, asked in one transaction of the database."""

    def answered(asked: Asked) -> Answer:
        connection = drivers.postgresql(_on_server(asked), asked["secrets"])
        try:
            with connection, connection.cursor() as cursor:
                return answer(cursor, asked)
        finally:
            connection.close()

    return answered


def _on_server(asked: PeersQuestion) -> PostgresqlDatabase:
    database = asked["database"]
    assert database["engine"] == "postgresql", "hosts of one suite share a server"
    return database


def _said(cursor: Any, asked: Message) -> Said:
    """The message of this run that is valid from now on."""
    cursor.execute(_ALONE)
    found = _word(cursor, asked)
    if found.get("run") == asked["run"] and found["state"] in asked["unless"]:
        return {"state": found["state"]}
    word = json.dumps({"run": asked["run"], "state": asked["state"]})
    cursor.execute(_SAY.format(name=_on_server(asked)["name"]), [word])
    return {"state": asked["state"]}


def _word(cursor: Any, asked: PeersQuestion) -> Said:
    """The comment, if it is one of ours."""
    cursor.execute(_HEAR)
    ((comment,),) = cursor.fetchall()
    try:
        said: Any = json.loads(comment or "{}")
    except ValueError:
        return {}
    is_word = isinstance(said, dict)
    word: Said = said if is_word else {}
    return word


def _peers(cursor: Any, asked: PeersQuestion) -> Peers:
    cursor.execute(_PEERS)
    return {"peers": sorted(address for (address,) in cursor.fetchall())}


VERBS = {"say": asked_for(_said), "hear": asked_for(_word), "peers": asked_for(_peers)}

if __name__ == "__main__":
    verbs.main(VERBS)
