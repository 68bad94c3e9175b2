"""What a run would do to a host: the only place that asks a host and decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from pyinfra import logger
from pyinfra.api.host import Host

from mailman_suite.adoption import secrets, takeover
from mailman_suite.base.refusal import Refusal, Refusals, Refused
from mailman_suite.facts.adoption import Installation, SecretsTakenOver, secrets_question
from mailman_suite.facts.adoption import question as installation_question
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.facts.machine_identity import MachineIdentity
from mailman_suite.facts.survey import Survey
from mailman_suite.facts.survey import question as survey_question
from mailman_suite.gates import asking, jobs
from mailman_suite.gates.model import REMOVE_CRON_JOBS, Finding
from mailman_suite.gates.table import gates_table
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.preflight import rehearsal
from mailman_suite.receipts.kept import kept
from mailman_suite.settings import Settings
from mailman_suite.suite import files as suite_files
from mailman_suite.suite.suite import Suite


@dataclass(frozen=True)
class Prospect:
    """What a run would do to a host, by its inspection; if there are reasons, it refuses."""

    host: str
    settings: Settings | None = None
    look: Inspection | None = None
    suite: Suite | None = None
    findings: tuple[Finding, ...] = ()
    reasons: tuple[Refusal, ...] = ()


def accepted(host: Host, found: Prospect) -> Suite:
    """The suite of an inspected host, with its gates shown. Raises `Refused`."""
    for line in gates_table(found.findings):
        logger.info(f"{host.print_prefix}{line}")
    return wanted(found)


def wanted(found: Prospect) -> Suite:
    """The suite of an inspected host. Raises `Refused` if there are reasons."""
    if found.reasons or found.suite is None:
        raise Refused(found.host, found.reasons)
    return found.suite


def prospect(host: Host) -> Prospect:
    """What a run would do to this host, or every reason against it, as far as is known."""
    found = Prospect(host.name)
    try:
        settings = declared_settings(host.data.dict())
        found = replace(found, settings=settings)
        look = host.get_fact(HostInspection, arguments=question(settings))
        found = replace(found, look=look)
        suite = suite_of(settings, look)
        suite_files.require_templates(suite)
        found = replace(found, suite=suite)
        # Core's host changes both databases, and so crosses every gate.
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
    cron_jobs = jobs.doubled(survey["crontabs"]) if REMOVE_CRON_JOBS in changes else ()
    changed = replace(suite, changes=changes, cron_jobs=tuple(cron_jobs))
    if suite.by_hand:
        installation = host.get_fact(Installation, arguments=installation_question(suite))
        reasons += takeover.refusals(survey, installation, suite.settings, places)
        reasons += _of_secrets(host, survey, changed)
        taken = takeover.adoption(survey, installation, suite.settings, places)
        changed = replace(changed, adoption=taken, running=f"Core {taken.core}, {places.made}")
    reasons += unrehearsed(host, changed)
    return replace(seen, suite=changed, findings=tuple(found), reasons=tuple(reasons))


def _of_secrets(host: Host, survey: SuiteSurvey, suite: Suite) -> Iterator[Refusal]:
    """Why the secrets cannot be taken over; where they cannot be read, a gate has said so."""
    if survey["unreadable"] or "mailman" not in survey["versions"]:
        return
    found = host.get_fact(SecretsTakenOver, arguments=secrets_question(suite))
    yield from secrets.refusals(found, suite.places)


def unrehearsed(host: Host, suite: Suite) -> list[Refusal]:
    """Why this change of release cannot begin yet; nothing unless a rehearsal is required.

    Asks the host for its identity, and reads the receipts on the control machine.
    """
    if not suite.settings.require_rehearsal:
        return []
    wanted_receipt = rehearsal.wanted(suite, host.get_fact(MachineIdentity))
    return rehearsal.refusals(wanted_receipt, kept(), datetime.now(timezone.utc))
