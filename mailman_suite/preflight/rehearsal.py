"""Refuses a change of release that was not rehearsed, if group data requires it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.receipts.receipt import Kept, Wanted, lock_digest, setting_digests, verdict
from mailman_suite.settings import Settings
from mailman_suite.settings.secret_sources import fetched
from mailman_suite.suite.suite import Suite


def misplaced(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """A real suite never gets a rehearsal's fences, and a copy of one never loses them."""
    stands = look["suite"]["kind"] != "none"
    if settings.rehearses and stands and not look["rehearsal"]:
        yield Refusal(
            found=f"mailman_rehearses = {settings.rehearses!r} on a host with a suite that no "
            "rehearsal installed",
            expected="a bare machine, or one with an earlier rehearsal's copy: a host that "
            "rehearses sends no mail, and a rehearsal replaces everything of its suite",
            remedy="use another machine; never set mailman_rehearses on a production host",
        )
    elif look["rehearsal"] and not settings.rehearses:
        yield Refusal(
            found="a rehearsal's copy of a production host",
            expected="mailman_rehearses to name that host; without it the copy would send mail "
            "to production's members",
            remedy="set it again, or remove the copy: make end-rehearsal, with "
            "mailman_rehearses set",
        )


def wanted(suite: Suite, machine: str) -> Wanted:
    """What the suite is about to do on this machine. Raises `Refusal` without its key."""
    key = suite.settings.rehearsal_key
    return Wanted(
        machine=machine,
        running=suite.running,
        identifier=suite.identifier,
        lock_sha256=lock_digest(suite),
        settings=setting_digests(suite.settings),
        days=suite.settings.rehearsal_days,
        key=fetched(key, "mailman_rehearsal_key").unmask() if key else None,
    )


def refusals(wanted: Wanted, records: Iterable[Kept], now: datetime) -> list[Refusal]:
    """The reason not to begin, or nothing; pure."""
    found = verdict(records, wanted, now)
    if found is None:
        return []
    name, fault = found
    of = f"the rehearsal {name} does not count ({fault.word}): " if name else ""
    return [
        Refusal(
            found=f"{of}{fault.sentence}",
            expected=f"a rehearsal of {wanted.running} to {wanted.identifier} on a copy of this "
            f"host, with these settings, that succeeded in the last {wanted.days} days",
            remedy="rehearse it with make rehearse (docs/runbooks/rehearse-a-change.md); or set "
            "mailman_require_rehearsal = False",
        )
    ]
