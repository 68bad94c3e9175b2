"""What the programs of a rehearsal are asked and answer, on production and on staging."""

from __future__ import annotations

from typing import Optional, TypedDict

from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.journal import Outcome
from mailman_suite.host.wire.manifest import Tallies
from mailman_suite.host.wire.nothing import Nothing


class CopyOutQuestion(TypedDict):
    """Patterns of paths to copy, paths below them to leave out, and the databases."""

    patterns: list[str]
    skips: list[str]
    databases: Connections


class Measured(TypedDict):
    """Which machine production is, as a digest, its addresses, and bytes of a copy at most."""

    machine: str
    addresses: list[str]
    bytes: int


class ReceiveQuestion(TypedDict):
    """The databases' paths, directories below which files may go, path -> text to append."""

    targets: dict[str, str]
    below: list[str]
    append: dict[str, str]


class Received(TypedDict):
    """Number of files, and paths that went away on production meanwhile."""

    files: int
    vanished: list[str]


class RestoreQuestion(TypedDict):
    """The databases, and `core` and `web` -> path of a dump."""

    databases: Connections
    dumps: dict[str, str]


class Mark(TypedDict):
    """What the file says that marks a copy; `began` in seconds since the epoch."""

    id: str
    of: str
    began: int


class StagingQuestion(TypedDict):
    """The path of the mark."""

    mark: str


class StagingFound(TypedDict):
    """Which machine staging is, as a digest, and its mark."""

    machine: str
    mark: Mark | None


class Fence(TypedDict):
    """The text that a file must end with."""

    path: str
    text: str


class FencesQuestion(TypedDict):
    """The packet filter's table and unit, Postfix's parameters, and files by name."""

    table: str
    unit: str
    postfix: dict[str, str]
    files: dict[str, Fence]


Fences = dict[str, Optional[bool]]  # by name; null where there is nothing to fence in yet


class WindowQuestion(TypedDict):
    """The directory of the last window."""

    window: str


class WindowResult(TypedDict):
    """What the last window did: how it ended, what was counted, and bytes that it kept."""

    id: str
    outcome: Outcome | Nothing
    before: Tallies
    after: Tallies
    bytes: int


class ServerDatabases(TypedDict):
    """Names of databases and roles on a server; none where the engine has files."""

    engine: str
    databases: list[str]
    roles: list[str]
    port: int


class Clearing(ServerDatabases):
    """What to remove of a copy: units, patterns of paths, and last the mark."""

    mark: str
    units: list[str]
    paths: list[str]


class PseudonymQuestion(TypedDict):
    """Where personal data is, and users whose accounts stay as they are."""

    databases: Connections
    var: str
    web: str
    keep_users: list[str]
