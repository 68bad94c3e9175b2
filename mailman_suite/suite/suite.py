"""One host's suite as a value: settings, platform and release brought together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pyinfra.api import HiddenValue

from mailman_suite.base import layout
from mailman_suite.host.wire.sides import Side
from mailman_suite.host.wire.survey import CronJob
from mailman_suite.parts import chosen
from mailman_suite.parts.chosen import search
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.parts.database.model import Database
from mailman_suite.parts.mta.model import Mta
from mailman_suite.parts.proxy.model import Proxy
from mailman_suite.parts.wsgi.model import WsgiServer
from mailman_suite.releases import sides
from mailman_suite.releases.catalogue import Release
from mailman_suite.releases.platforms import Platform
from mailman_suite.releases.retention import NOTHING_OLD, Old
from mailman_suite.settings import Settings
from mailman_suite.suite.adopted import Adoption
from mailman_suite.suite.places import VIRTUALENV, Places

# Who builds a release of which no archive is kept: each host for itself, this one first and for
# others of its kind, or another one for this.
Building = Literal["alone", "for others", "elsewhere"]


@dataclass(frozen=True)
class Suite:
    """What one host should be, checked as far as that is possible without changing it."""

    settings: Settings
    platform: Platform
    release: Release
    python: str
    python_version: tuple[int, int]
    machine: str
    given_secrets: Mapping[str, HiddenValue]
    identifier: str  # the name of the release's directory, bound to its lock and its Python
    running: str  # the identifier of the release that the host runs now, empty where there is none
    running_sides: Mapping[Side, str]  # what identifies the code of each of its sides, if known
    by_hand: bool  # whether what runs now was made by hand by upstream's guide, or is packages
    places: Places = VIRTUALENV  # where the suite that runs now has what is asked and taken over
    old: Old = NOTHING_OLD  # what earlier runs left and no rollback needs
    changes: tuple[str, ...] = ()  # what the gates want done to the data in the window
    cron_jobs: tuple[CronJob, ...] = ()  # those that the suite's timers replace
    last_run: str = ""  # the last one on the host at its inspection
    breaks: str = ""  # the same run, if it is in progress and may be superseded
    adoption: Adoption | None = None  # what the window moves aside of a suite made by hand
    building: Building = "alone"
    awaits: bool = False  # whether Core's host changes in this run too, before this one continues
    unproven: bool = False  # whether its last window finished and no message was delivered since

    @property
    def release_directory(self) -> str:
        """Where the release is built and stays."""
        return f"{layout.RELEASES}/{self.identifier}"

    @property
    def changes_release(self) -> bool:
        """Whether another release runs than the declared one."""
        return self.by_hand or self.running not in ("", self.identifier)

    @property
    def leaves(self) -> tuple[Side, ...]:
        """The sides that a change of release neither stops nor changes: "core", or "web"."""
        if not self.changes_release or self.by_hand or self.changes or self.settings.is_split:
            return ()
        return sides.unconcerned(self.running_sides, self.release, self.python_version)

    @property
    def packages(self) -> tuple[str, ...]:
        """The distribution's packages that the host's part needs to run."""
        platform, settings = self.platform, self.settings
        tool = platform.package_tool
        runtime = platform.runtime_packages if settings.runs_release else ()
        proxy = self.proxy.packages[tool] if settings.runs_release else ()
        mta = self.mta_packages if settings.runs("core", "mta") else ()
        index = search().packages[tool] if settings.runs("web") else ()
        return (*runtime, *proxy, *mta, *index, *self.database.packages(settings, tool))

    @property
    def mta_packages(self) -> tuple[str, ...]:
        """The distribution's packages of the MTA, which are installed while a run continues."""
        return self.mta.packages[self.platform.package_tool]

    @property
    def proxy(self) -> Proxy:
        """The web server in front of the pages."""
        return chosen.proxy(self.settings)

    @property
    def wsgi(self) -> WsgiServer:
        """The server that runs Django."""
        return chosen.wsgi(self.settings)

    @property
    def mta(self) -> Mta:
        """The mail server in front of Core."""
        return chosen.mta(self.settings)

    @property
    def database(self) -> Database:
        """The engine that holds its data."""
        return database_of(self.settings)

    @property
    def web_url(self) -> str:
        """The address that people type, without a trailing slash."""
        scheme = "https" if self.settings.tls_certificate else "http"
        return f"{scheme}://{self.settings.web_host}"
