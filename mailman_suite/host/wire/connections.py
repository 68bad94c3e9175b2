"""Where a suite's databases are, who may use them, and how far they are behind the code."""

from __future__ import annotations

from typing import Literal, TypedDict, Union, final


@final
class SqliteFile(TypedDict):
    """A database in a file."""

    engine: Literal["sqlite"]
    path: str


@final
class PostgresqlDatabase(TypedDict):
    """A database on a server; `secret` names the file with the password of `user`."""

    engine: Literal["postgresql"]
    host: str
    port: int
    name: str
    user: str
    secret: str


DatabaseName = Literal["core", "web"]
Database = Union[SqliteFile, PostgresqlDatabase]


class Connections(TypedDict):
    """Both databases of a suite, and the directory with the passwords."""

    core: Database
    web: Database
    secrets: str


class SchemaQuestion(Connections):
    """`heads` is the path of a release's `heads.json`."""

    heads: str


class SchemaState(TypedDict):
    """Whether Core's schema is behind, the web's missing migrations, and whether both are empty."""

    core: bool
    web: list[str]
    new: bool


class DeclaredRoles(TypedDict):
    """Role -> name of its secret, database -> role that owns it, on the server at `port`."""

    roles: dict[str, str]
    databases: dict[str, str]
    secrets: str
    port: int


class MissingRoles(TypedDict):
    """Roles that cannot log in with their secret, and databases that do not exist."""

    roles: list[str]
    databases: list[str]


class Peer(TypedDict):
    """Another host that connects to a database as a role."""

    address: str
    database: str
    role: str


class DeclaredAccess(TypedDict):
    """Who may connect to the server at `listen` and `port`; `copies` keeps old files."""

    listen: str
    peers: list[Peer]
    port: int
    copies: str


class Access(TypedDict):
    """pg_hba.conf's missing and superfluous lines; whether the server listens, and has read it."""

    listens: bool
    missing: list[str]
    surplus: list[str]
    loaded: bool


class ServerState(TypedDict):
    """What the server says of itself: its files, when it read them, and addresses it listens on.

    `loaded` is in seconds since the epoch; `configured` counts from its next start on.
    """

    hba_file: str
    data: str
    loaded: float
    running: str
    configured: str
    broken: list[str]
    bad_lines: list[str]
