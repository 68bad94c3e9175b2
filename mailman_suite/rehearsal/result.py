"""The result of a rehearsal as one document. Pure.

`rehearsal/report.py` renders it, `receipts/receipt.py` signs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from mailman_suite.checks.model import Verdict
from mailman_suite.gates.model import Finding
from mailman_suite.host.state.invariants import differences
from mailman_suite.host.wire.journal import StepTime
from mailman_suite.host.wire.nothing import Nothing
from mailman_suite.host.wire.rehearsal import WindowResult
from mailman_suite.receipts.receipt import lock_digest, setting_digests, settings_digest
from mailman_suite.rehearsal.declared import Rehearsal

FORMAT = 1
# The window's step that stops a service, and the one after which it answers again.
_AWAY = {
    "core": ("Core is stopped", "Core answers"),
    "web": ("The web is stopped", "The web answers"),
}


def result(
    rehearsal: Rehearsal,
    staging: str,
    gates: Iterable[Finding],
    window: WindowResult | Nothing,
    verify: Iterable[Verdict],
    fences: Mapping[str, bool | None],
) -> dict[str, Any]:
    """The document; `window` is the answer of `host/inspect/last_window.py`."""
    found, reason = list(gates), rehearsal.failed or failure(window, fences)
    return {
        "format": FORMAT,
        **_what(rehearsal, staging),
        "gates": [_gate(one) for one in found],
        "copy": dict(rehearsal.copied),
        "stages": rehearsal.stages,
        "window": timed(window),
        "invariants": compared(window),
        "verify": [
            {"check": one.sentence, "kept": one.kept, "found": one.detail} for one in verify
        ],
        "disk": {
            "free_bytes": rehearsal.free_bytes,
            "needed_bytes": rehearsal.needed_bytes,
            "snapshot_bytes": window["bytes"] if window else 0,
        },
        "fences": [{"name": name, "standing": bool(on)} for name, on in fences.items()],
        "by_hand": [f"{one.gate.name}: {one.then}" for one in found if _is_by_hand(one)],
        "outcome": "failed" if reason else "passed",
        "reason": reason,
    }


def _what(rehearsal: Rehearsal, staging: str) -> dict[str, Any]:
    """The change of release, its host and its settings."""
    suite, machine = rehearsal.suite, rehearsal.production["machine"]
    began = datetime.fromtimestamp(rehearsal.began, timezone.utc)
    return {
        "id": rehearsal.name,
        "began": began.isoformat(timespec="seconds"),
        "production": {"host": rehearsal.of, "machine_id_digest": machine},
        "staging": {"host": staging},
        "from": rehearsal.running,
        "to": suite.identifier,
        "release": suite.release.name,
        "lock_sha256": lock_digest(suite),
        "settings_sha256": settings_digest(suite.settings),
        "settings": setting_digests(suite.settings),
    }


def failure(window: WindowResult | Nothing, fences: Mapping[str, bool | None]) -> str:
    """Why a rehearsal whose stages all succeeded still fails; empty if it passes."""
    if not window:
        return "no window was opened"
    outcome = window["outcome"]
    if not outcome:
        return "the window has no outcome"
    if outcome["outcome"] != "finished":
        return f"the window {outcome['outcome']}: {outcome.get('reason', '')}"
    if down := [name for name, standing in fences.items() if not standing]:
        return f"a fence is down: {', '.join(down)}"
    return ""


def _gate(finding: Finding) -> dict[str, str]:
    gate = finding.gate
    told = {"gate": gate.name, "crossing": gate.crossing, "verdict": finding.verdict}
    return {**told, "found": finding.found, "then": finding.then}


def _is_by_hand(finding: Finding) -> bool:
    return finding.verdict in ("acknowledge", "stop")


def timed(window: WindowResult | Nothing) -> dict[str, Any]:
    """The window's steps and outages in seconds; empty if no window was opened."""
    if not window:
        return {}
    outcome = window["outcome"]
    steps: list[StepTime] = outcome["steps"] if outcome else []
    seconds = outcome["seconds"] if outcome else 0.0
    away = {name: outages(steps, seconds, *_AWAY[name]) for name in _AWAY}
    return {
        "id": window["id"],
        "steps": [
            {"name": one["step"], "start": one["start"], "seconds": one["seconds"], "ok": True}
            for one in steps
        ],
        "seconds": seconds,
        **{f"{name}_down": spans for name, spans in away.items()},
        **{f"{name}_down_seconds": _length(spans) for name, spans in away.items()},
        "outcome": outcome["outcome"] if outcome else "unknown",
    }


def outages(
    steps: Sequence[StepTime], end: float, stopped: str, answers: str
) -> list[tuple[float, float]]:
    """[(start, end)] in seconds since the window opened; until its end if nothing answered."""
    starts = [one["start"] for one in steps if one["step"] == stopped]
    ends = [one["start"] + one["seconds"] for one in steps if one["step"] == answers]
    return [(starts[0], ends[0] if ends else end)] if starts else []


def _length(spans: Iterable[tuple[float, float]]) -> float:
    return round(sum(end - start for start, end in spans), 1)


def compared(window: WindowResult | Nothing) -> list[dict[str, Any]]:
    """Each family's count before and after; empty if no data was touched."""
    if not window or not window["after"]:
        return []
    after = window["after"]
    return [
        {
            "family": name,
            "before": was["count"],
            "after": after[name]["count"] if name in after else 0,
            "equal": not differences({name: was}, after),
        }
        for name, was in window["before"].items()
    ]
