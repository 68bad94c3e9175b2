"""What an engine has to say to hold Core's and the web's data. Pure.

A part's database is told to host programs as an *entry*: `engine` beside what that engine needs to
find it. Passwords are named there, by their files, and never held.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from mailman_suite.base.refusal import Refusal
from mailman_suite.settings import Settings

Part = Literal["core", "web"]
PARTS: tuple[Part, ...] = ("core", "web")
Entry = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Database(ABC):
    """One engine. `name` is the value of mailman_database and an entry's `engine`.

    The templates `etc/mailman3/_database_NAME.cfg.j2` and `.py.j2` are its lines in Core's and in
    Django's configuration.
    """

    name: str
    title: str  # for people
    has_server: ClassVar[bool]
    between_hosts: bool = False  # whether the roles of one suite on several hosts can share it

    @abstractmethod
    def entry(self, settings: Settings, part: Part) -> Entry:
        """Where the part's database is."""

    @abstractmethod
    def place(self, settings: Settings) -> str:
        """`HOST:PORT/NAME` of Core's database; "" of a file."""

    @abstractmethod
    def is_local(self, settings: Settings) -> bool:
        """Whether its server runs on this host, so that a run installs it."""

    @abstractmethod
    def secrets(self, settings: Settings) -> tuple[str, ...]:
        """The passwords that this host needs, by their settings."""

    @abstractmethod
    def packages(self, settings: Settings, package_tool: str) -> tuple[str, ...]:
        """The packages of the server, or of the client that copies a database on another host."""

    @abstractmethod
    def services(self) -> tuple[str, ...]:
        """The units that start a server of the distribution's packages."""

    @abstractmethod
    def server_unit(self, package_tool: str) -> str:
        """The unit in which such a server runs; "" without one."""

    @abstractmethod
    def listeners(self, settings: Settings) -> Mapping[int, tuple[str, ...]]:
        """Port of this host that a server needs -> the commands that may listen there."""

    @abstractmethod
    def contradictions(self, settings: Settings) -> Iterator[Refusal]:
        """Contradictions between settings that are right on their own."""

    @abstractmethod
    def dumps(self, settings: Settings) -> Mapping[str, str]:
        """Where a copy for a rehearsal waits until it is loaded; nothing where it is in place."""

    @abstractmethod
    def targets(self, settings: Settings) -> Mapping[str, str]:
        """Where a copy for a rehearsal is received."""

    @abstractmethod
    def core_settings(self, url: str) -> Mapping[str, Any]:
        """Setting -> value, of an existing suite whose mailman.cfg has this `[database] url`."""

    @abstractmethod
    def web_settings(self, django: Mapping[str, Any]) -> Mapping[str, Any]:
        """Setting -> value, of Django's default entry of `DATABASES`; nothing of another engine."""

    @abstractmethod
    def files(self, url: str, django: Mapping[str, Any], data: str) -> Mapping[str, str]:
        """The files of an existing suite whose Core has this `data_dir`; nothing of a server."""
