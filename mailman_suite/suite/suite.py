"""One host's suite: settings, platform and release brought together, or refused.

This is the pure end of the preparation; `declared` is the only function here that asks the host.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyinfra import logger
from pyinfra.api import HiddenValue
from pyinfra.api.host import Host

from mailman_suite.adoption import takeover as adoption
from mailman_suite.adoption.takeover import Adoption
from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.facts.adoption import Installation
from mailman_suite.facts.adoption import question as installation_question
from mailman_suite.facts.look import Look
from mailman_suite.facts.survey import Survey
from mailman_suite.facts.survey import question as survey_question
from mailman_suite.gates import asking
from mailman_suite.gates import jobs as gates_jobs
from mailman_suite.gates.model import REMOVE_CRON_JOBS, Finding
from mailman_suite.gates.table import gates_table
from mailman_suite.preflight import rehearsal
from mailman_suite.preflight.refusals import python_of, refusals
from mailman_suite.releases.catalogue import RELEASES, Release
from mailman_suite.releases.platforms import Platform, platform_of
from mailman_suite.releases.retention import NOTHING_OLD, Old, old
from mailman_suite.secrets import resolve_all
from mailman_suite.settings import Settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite import places as origins
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
    by_hand: bool  # whether what runs now was made by hand along upstream's guide, or is packages
    places: Places = VIRTUALENV  # where what runs now keeps what we ask it for and take over
    old: Old = NOTHING_OLD  # what earlier runs left and nobody goes back to
    changes: tuple[str, ...] = ()  # what the gates want done to the data in the window
    cron_jobs: tuple[Mapping[str, Any], ...] = ()  # those that timers of ours replace
    last_run: str = ""  # the last one on the host, when it was looked at
    breaks: str = ""  # that one too, where it is at it and may be put aside
    adoption: Adoption | None = None  # what the window puts aside of a suite made by hand
    building: Building = "alone"
    awaits: bool = False  # whether Core's host changes in this run too, before this one goes on
    unproven: bool = False  # whether its last window finished and no message went through since

    @property
    def release_directory(self) -> str:
        """Where the release is built and stays."""
        return f"{layout.RELEASES}/{self.identifier}"

    @property
    def changes_release(self) -> bool:
        """Whether another release runs than the declared one."""
        return self.by_hand or self.running not in ("", self.identifier)

    @property
    def packages(self) -> tuple[str, ...]:
        """The distribution's packages that the host's part needs to run."""
        platform, settings = self.platform, self.settings
        runtime = platform.runtime_packages if settings.runs_release else ()
        mta = platform.mta_packages if settings.runs("core", "mta") else ()
        return (*runtime, *mta, *self._database_packages)

    @property
    def _database_packages(self) -> tuple[str, ...]:
        """The server, or what copies a database that is elsewhere."""
        if self.settings.database == "sqlite" or not self.settings.runs("database", "core"):
            return ()
        if self.settings.database_is_local:
            return self.platform.postgresql_packages
        return self.platform.postgresql_client_packages

    @property
    def web_url(self) -> str:
        """The address that people type, without a slash at its end."""
        scheme = "https" if self.settings.tls_certificate else "http"
        return f"{scheme}://{self.settings.web_host}"


@dataclass(frozen=True)
class Prospect:
    """What one look says that a run would do to a host; where there are reasons, it will not."""

    host: str
    settings: Settings | None = None
    look: Mapping[str, Any] | None = None
    suite: Suite | None = None
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Refusal, ...] = ()


def declared(host: Host) -> Suite:
    """The suite that this host's group data declares. Raises `Refused` before anything changes."""
    return accepted(host, prospect(host))


def accepted(host: Host, found: Prospect) -> Suite:
    """The suite of a host that was looked at, with its gates shown. Raises `Refused`."""
    for line in gates_table(found.findings):
        logger.info(f"{host.print_prefix}{line}")
    return wanted(found)


def wanted(found: Prospect) -> Suite:
    """The suite of a host that was looked at. Raises `Refused` where there are reasons not to."""
    if found.reasons or found.suite is None:
        raise Refused(found.host, found.reasons)
    return found.suite


def prospect(host: Host) -> Prospect:
    """What a run would do to this host, or every reason why not; as far as it could be seen."""
    found = Prospect(host.name)
    try:
        settings = Settings.from_data(host.data.dict())
        found = replace(found, settings=settings)
        look = host.get_fact(Look, arguments=question(settings))
        found = replace(found, look=look)
        suite = suite_of(settings, look)
        suite_files.require_templates(suite)
        found = replace(found, suite=suite)
        # Core's host has both databases in its hands, and with them every gate.
        asks = suite.changes_release and settings.runs("core")
        return _through_gates(host, found, suite) if asks else found
    except (Refusal, Refusals) as error:
        return replace(found, reasons=tuple(error.reasons))


def _through_gates(host: Host, seen: Prospect, suite: Suite) -> Prospect:
    """The prospect with its gates, what they ask of the window, and what they refuse."""
    places = suite.places
    survey = host.get_fact(Survey, arguments=survey_question(places))
    found = asking.findings({**survey, "packaged": bool(places.web)}, suite.settings, suite.release)
    reasons = asking.refusals(found, suite.settings, suite.release)
    changes = asking.changes(found)
    jobs = gates_jobs.doubled(survey["crontabs"]) if REMOVE_CRON_JOBS in changes else ()
    changed = replace(suite, changes=changes, cron_jobs=tuple(jobs))
    if suite.by_hand:
        installation = host.get_fact(Installation, arguments=installation_question(places))
        reasons += adoption.refusals(survey, installation, suite.settings, places)
        taken = adoption.adoption(survey, installation, suite.settings, places)
        changed = replace(changed, adoption=taken, running=f"Core {taken.core}, {places.made}")
    reasons += rehearsal.unrehearsed(host, changed)
    return replace(seen, suite=changed, findings=tuple(found), reasons=tuple(reasons))


def question(settings: Settings) -> dict[str, Any]:
    """The arguments of `host/inspect/host.py` for these settings."""
    return {
        "interpreters": [settings.python],
        "files": [path for path in (settings.tls_certificate, settings.tls_key) if path],
        "paths": {
            "home": layout.HOME,
            "venv": layout.VENV,
            "core_config": layout.CORE_CONFIG,
            "window": layout.WINDOW,
            "window_unit": layout.WINDOW_UNIT,
            "windows": layout.WINDOWS,
            "backup": layout.BACKUP,
            "backup_unit": layout.BACKUP_UNIT,
            "releases": layout.RELEASES,
            "rehearsal": layout.REHEARSAL_MARK,
        },
    }


def suite_of(settings: Settings, look: Mapping[str, Any] | None) -> Suite:
    """The suite for these settings on a host that looks like this. Raises `Refusal`, `Refusals`."""
    if look is None or look.get("python_missing"):
        raise Refusal(
            found="no python3 on the host, or no answer from it",
            expected="the distribution's Python 3",
            remedy="install the package python3 there",
        )
    platform = platform_of(look["os_release"])
    release = RELEASES[settings.release]
    if reasons := refusals(settings, platform, release, look):
        raise Refusals(reasons)
    python, version = python_of(settings, platform, look)
    assert version is not None, "refusals() refuses an unknown interpreter"
    return Suite(
        settings=settings,
        platform=platform,
        release=release,
        python=python,
        python_version=version,
        machine=look["machine"],
        given_secrets=resolve_all(settings.secret_references()),
        identifier=release.identifier(version),
        running=look["suite"]["release"],
        by_hand=look["suite"]["kind"] in ("guide", "packages"),
        places=origins.of(look["suite"]["kind"]),
        last_run=look["run"]["last"],
        breaks=look["run"]["busy"].get("run", ""),  # or it was refused
        old=old(look, settings.keep_windows, release.identifier(version)),
        unproven=_unproven(look["window"]),
    )


def _unproven(last: Mapping[str, Any]) -> bool:
    """Whether the last window changed the release and nobody has seen mail go through since."""
    ended_well = (last.get("kind"), last.get("state")) == ("release", "finished")
    return ended_well and not last.get("proven")
