"""One rehearsal: of which production host, on which staging host, and every reason against it.

Pure except for `chosen`, which inspects both hosts and changes neither.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.facts.rehearsal import Staging
from mailman_suite.host.wire.inspection import Inspection, Question
from mailman_suite.host.wire.rehearsal import Clearing, Measured, ServerDatabases, StagingFound
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.parts.database.model import PARTS
from mailman_suite.preflight import window
from mailman_suite.preflight.refusals import GIB, INSTALL_BYTES
from mailman_suite.rehearsal import production as rehearsal_production
from mailman_suite.runs import busy
from mailman_suite.settings import Settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite


@dataclass
class Rehearsal:
    """What is rehearsed where, and what has been measured so far."""

    name: str
    began: float  # seconds since the epoch
    suite: Suite  # what staging becomes, and production would
    running: str  # the identifier of the release that production runs
    production: Measured  # the answer of `host/rehearsal/copy_out.py look` there
    staging: StagingFound  # the answer of `host/inspect/rehearsal.py` here
    free_bytes: int
    stages: list[dict[str, Any]] = field(default_factory=list)
    copied: dict[str, Any] = field(default_factory=dict)
    failed: str = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Records how many seconds the block takes, if it succeeds."""
        began = time.monotonic()
        yield
        self.stages.append({"name": name, "seconds": round(time.monotonic() - began, 1)})

    @property
    def of(self) -> str:
        """Production's name."""
        return self.suite.settings.rehearses

    @property
    def needed_bytes(self) -> int:
        """What staging needs: the copy, the window's snapshot of it, and the new release."""
        return 2 * self.production["bytes"] + INSTALL_BYTES


def chosen(host: Host) -> Rehearsal:
    """The rehearsal that staging's group data declares. Raises `Refused` before any change."""
    try:
        settings = declared_settings(host.data.dict())
        _require_a_production_host(settings)
        here = host.get_fact(HostInspection, arguments=question(settings))
        staging = host.get_fact(Staging, arguments={"mark": layout.REHEARSAL_MARK})
        suite = suite_of(settings, bare(here) if staging["mark"] else here)
        suite_files.require_templates(suite)
        there = _production_look(settings)
        _refuse(beforehand(suite, here, there))
        running = there["suite"]["release"]
        production = rehearsal_production.measured(suite, running)
        name = f"{time.strftime('%Y%m%dT%H%M%S')}-rehearsal"
        free = here["free_bytes"]
        found = Rehearsal(name, time.time(), suite, running, production, staging, free)
        _refuse(refusals(found))
    except (Refusal, Refusals) as error:
        raise Refused(host.name, error.reasons) from None
    told = f"rehearsing {found.of}: {running} becomes {suite.identifier}"
    logger.info(f"{host.print_prefix}{told}; {production['bytes'] / GIB:.2f} GiB to copy at most")
    return found


def standing(host: Host) -> Suite:
    """The suite that a rehearsal copied to this host. Raises `Refused` if none did."""
    try:
        settings = declared_settings(host.data.dict())
        staging = host.get_fact(Staging, arguments={"mark": layout.REHEARSAL_MARK})
        if not staging["mark"]:
            raise Refusal(
                found=f"no {layout.REHEARSAL_MARK} on the host",
                expected="a host with a rehearsal's copy of production",
                remedy="there is nothing to remove; correct --limit if you meant another host",
            )
        look = host.get_fact(HostInspection, arguments=question(settings))
        return suite_of(settings, bare(look))
    except (Refusal, Refusals) as error:
        raise Refused(host.name, error.reasons) from None


def bare(look: Inspection) -> Inspection:
    """The inspection of a host as it will be without the copy of an earlier rehearsal."""
    ports = [str(port) for port in (layout.REST_PORT, layout.LMTP_PORT, layout.WEB_PORT)]
    listeners = {port: who for port, who in look["listeners"].items() if port not in ports}
    return {
        **look,
        "suite": {"kind": "none", "release": ""},
        "window": {},
        "backup": {},
        "kept": {"windows": [], "releases": [], "in_use": []},
        "listeners": listeners,
        "rehearsal": False,
    }


def _production_look(settings: Settings) -> Inspection:
    asked: Question = {**question(settings), "interpreters": [], "files": []}
    return rehearsal_production.look(settings, asked)


def _require_a_production_host(settings: Settings) -> None:
    if not settings.rehearses:
        raise Refusal(
            found="mailman_rehearses = ''",
            expected="the production host whose upgrade this host rehearses",
            remedy="set it in this host's group data or inventory; never on a production host",
        )


def _refuse(reasons: Iterator[Refusal]) -> None:
    found = list(reasons)
    if found:
        raise Refusals(found)


def beforehand(suite: Suite, here: Inspection, there: Inspection) -> Iterator[Refusal]:
    """Every reason not to rehearse that is known before production's data is measured."""
    yield from _other_system(here, there)
    yield from busy.busy(suite.settings, there)
    yield from window.unfinished(there)
    yield from window.unfinished_backup(there)
    yield from _other_suite(suite, there)


def refusals(rehearsal: Rehearsal) -> Iterator[Refusal]:
    """Every reason that is known once production's machine and size are."""
    if rehearsal.production["machine"] == rehearsal.staging["machine"]:
        yield Refusal(
            found=f"{rehearsal.of} and this host are the same machine",
            expected="another machine for the rehearsal",
            remedy="name another host in the inventory, or correct mailman_rehearses",
        )
    if rehearsal.free_bytes < rehearsal.needed_bytes:
        yield Refusal(
            found=f"{rehearsal.free_bytes / GIB:.1f} GiB free under {layout.HOME}",
            expected=f"{rehearsal.needed_bytes / GIB:.1f} GiB: the copy, the window's snapshot of "
            "it, and the new release",
            remedy="free some space, or mount a larger file system there",
        )


def _other_system(here: Inspection, there: Inspection) -> Iterator[Refusal]:
    systems = ("system", _system(here), _system(there))
    for what, ours, theirs in (systems, ("processor", here["machine"], there["machine"])):
        if ours != theirs:
            yield Refusal(
                found=f"the {what} {ours} here and {theirs} in production",
                expected="the same, because the release that runs is copied unchanged",
                remedy=f"use a staging host with the same {what} as production",
            )


def _system(look: Inspection) -> str:
    return f"{look['os_release'].get('id')} {look['os_release'].get('version_id')}"


def _other_suite(suite: Suite, there: Inspection) -> Iterator[Refusal]:
    settings, its = suite.settings, there["suite"]
    if its["kind"] != "ours":
        yield Refusal(
            found=f"production's suite is of the kind {its['kind']!r}",
            expected="one that this repository installed or took over",
            remedy="rehearse taking it over on a clone of its virtual machine, cut off from the "
            "network; docs/runbooks/adopt-a-suite.md says what to check",
        )
        return
    if its["release"] == suite.identifier:
        yield Refusal(
            found=f"production runs {suite.identifier} already",
            expected="another release to change to",
            remedy="set mailman_release for the staging host to the release to rehearse",
        )
    if its["database"] != settings.database:
        yield Refusal(
            found=f"production keeps its data in {its['database']}, and mailman_database is "
            f"{settings.database!r} for the staging host",
            expected="production's settings, except for its names",
            remedy=f"set mailman_database = {its['database']!r}",
        )
    if suite.database.has_server and not suite.database.is_local(settings):
        yield Refusal(
            found=f"mailman_database_host = {settings.database_host!r}",
            expected="databases on the production host; those of another server are not copied",
            remedy="copy them by hand to a server of the staging host, or do not rehearse",
        )


def databases(suite: Suite) -> ServerDatabases:
    """Names and roles of databases on a server; empty if they are files."""
    engine = suite.database.name
    if not suite.database.has_server:
        return {"engine": engine, "databases": [], "roles": [], "port": 0}
    both = [suite.database.entry(suite.settings, part) for part in PARTS]
    return {
        "engine": engine,
        "databases": [one["name"] for one in both],
        "roles": sorted({one["user"] for one in both}),
        "port": suite.settings.database_port,
    }


def clearing(suite: Suite) -> Clearing:
    """The arguments of `host/rehearsal/end.py`."""
    names = ("mailman*", "hyperkitty-jobs@*")
    return {
        "mark": layout.REHEARSAL_MARK,
        "units": list(names),
        "paths": [
            *(f"{layout.UNITS}/{name}" for name in names),
            *(layout.HOME, layout.ETC, layout.LOGROTATE, suite.proxy.site, layout.PROGRAMS),
            *(layout.COPIES, layout.BACKUPS, layout.FENCED_MAILBOX),
            *layout.COMMANDS,
            *(layout.WINDOWS, layout.WINDOW, layout.BACKUP, layout.STAGING, layout.REHEARSAL),
            *(f"{layout.STATE}/{name}" for name in ("files.json", "reloaded")),
        ],
        **databases(suite),
    }
