"""What `host/window/peers.py` is asked and answers on the web's database."""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.connections import Database


class PeersQuestion(TypedDict):
    """The web's database, the directory with its password, and the run that asks."""

    database: Database
    secrets: str
    run: str


class Message(PeersQuestion):
    """What a host says, unless one of the states of `unless` was said in this run before."""

    state: str
    unless: list[str]


class Said(TypedDict, total=False):
    """The last message, and its run; empty if there is none."""

    run: str
    state: str


class Peers(TypedDict):
    """The addresses of other hosts that use the database."""

    peers: list[str]
