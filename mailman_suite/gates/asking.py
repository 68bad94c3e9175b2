"""The gates: every known trap between two versions of the suite, asked about one host.

`findings` evaluates those that a host crosses when it changes to a release, `refusals` says which
of them the operator has to deal with first. The source of each gate: docs/gates.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from mailman_suite.base.refusal import Refusal
from mailman_suite.gates import (
    closed,
    suite,
    versions,
)
from mailman_suite.gates import (
    core as gates_core,
)
from mailman_suite.gates import (
    release as gates_release,
)
from mailman_suite.gates import (
    web as gates_web,
)
from mailman_suite.gates.model import SUITE, Answer, Crossing, Finding, Gate, NotAGate, stop
from mailman_suite.host.wire.survey import SuiteSurvey
from mailman_suite.releases.catalogue import Release
from mailman_suite.settings import Settings

GATES: tuple[Gate, ...] = (
    *suite.GATES,
    *gates_release.GATES,
    *gates_core.GATES,
    *gates_web.GATES,
)
NOT_GATES: tuple[NotAGate, ...] = closed.NOT_GATES
NAMES = tuple(gate.name for gate in GATES)


def findings(survey: SuiteSurvey, settings: Settings, release: Release) -> list[Finding]:
    """What each gate says that this host crosses; empty where the host is at the release.

    `survey` is the fact `facts.survey.Survey`.
    """
    if not versions.moves(survey, release):
        return []
    return [_finding(gate, survey, settings, release) for gate in crossed(survey, release)]


def crossed(survey: SuiteSurvey, release: Release) -> list[Gate]:
    """The gates that lie between what the host runs and the release."""
    return [
        gate
        for gate in GATES
        if gate.component == SUITE
        or versions.is_crossed(
            gate.version, gate.since, *versions.ends(gate.component, survey, release)
        )
    ]


def refusals(found: Sequence[Finding], settings: Settings, release: Release) -> list[Refusal]:
    """Why the run may not continue: every gate that stops it or waits for an acknowledgement."""
    open_gates = [one for one in found if one.verdict in ("acknowledge", "stop")]
    line = acknowledgement(open_gates, settings, release)
    return [_refusal(one, line) for one in open_gates]


def acknowledgement(found: Sequence[Finding], settings: Settings, release: Release) -> str:
    """The line of group data that acknowledges all gates that wait for it."""
    given = {name: [*gates] for name, gates in settings.acknowledged.items()}
    wanted = [one.gate.name for one in found if one.verdict == "acknowledge"]
    before = given.get(release.name, [])
    given[release.name] = [*before, *(name for name in wanted if name not in before)]
    return f"mailman_acknowledged = {json.dumps(given)}"


def changes(found: Sequence[Finding]) -> tuple[str, ...]:
    """The data changes that the findings ask for, each once, in the order of the gates."""
    return tuple(dict.fromkeys(change for one in found for change in one.changes))


def _finding(gate: Gate, survey: SuiteSurvey, settings: Settings, release: Release) -> Finding:
    before, after = versions.ends(gate.component, survey, release)
    gaps = [key for key in gate.needs if survey[key] is None]
    answer = _unknown(gaps) if gaps else gate.asks(
        Crossing(survey, settings, release, before, after)
    )  # fmt: skip
    names = settings.acknowledged.get(release.name, [])
    given = answer.verdict == "acknowledge" and gate.name in names
    return Finding(
        gate=gate,
        before=before,
        after=after,
        verdict="fine" if given else answer.verdict,
        found=answer.found,
        then="acknowledged in mailman_acknowledged" if given else answer.then,
        changes=answer.changes,
        acknowledged=given,
    )


def _unknown(gaps: Sequence[str]) -> Answer:
    return stop(
        f"unknown: {', '.join(gaps)}", "see the gate survey_complete for what was unreadable"
    )


def _refusal(finding: Finding, line: str) -> Refusal:
    way = f"; or, to continue anyway, acknowledge it in group_data: {line}"
    return Refusal(
        found=f"{finding.found} (gate {finding.gate.name}: {finding.gate.trap})",
        expected=finding.gate.expects or "a definite answer",
        remedy=finding.then + (way if finding.verdict == "acknowledge" else ""),
    )
