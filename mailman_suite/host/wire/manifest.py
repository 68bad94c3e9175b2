"""What a state directory's `manifest.json` says of it."""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.nothing import Nothing


class Tally(TypedDict):
    """How many entries of a kind there are, and a digest that does not depend on their order."""

    count: int
    digest: str


Tallies = dict[str, Tally]  # by what was counted


class Heads(TypedDict):
    """Core's revision, "" without one, and the last migration of each of the web's applications."""

    core: str
    web: dict[str, str]


class Held(TypedDict):
    """What both databases and Core's directory hold."""

    heads: Heads
    invariants: Tallies


class DatabasesQuestion(TypedDict):
    """What is counted without Core's directory."""

    databases: Connections


class ReleaseParts(TypedDict):
    """An identifier in parts; `release_name` and `python` are "" of what was made by hand."""

    release: str
    release_name: str
    python: str


class Manifest(ReleaseParts):
    """One state of a suite; `heads` is empty if it is only configuration."""

    format: int
    id: str
    host: str
    made: str
    engine: str
    heads: Heads | Nothing
    invariants: Tallies
    bytes: int
