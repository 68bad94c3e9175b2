"""The receipt of a rehearsal: what was rehearsed, and whether a host is about to do that. Pure.

A receipt has a digest, which shows changes; with a key it also has a signature (HMAC), which
nobody can forge without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from mailman_suite.settings import Settings, deciding
from mailman_suite.suite.suite import Suite

Receipt = Mapping[str, Any]

FORMAT = 1
# The clocks of two computers are never quite the same.
_CLOCKS = timedelta(minutes=10)
_OF_THE_RESULT = (
    *("id", "production", "from", "to", "release", "lock_sha256", "settings_sha256", "settings"),
    "outcome",
)


@dataclass(frozen=True)
class Wanted:
    """What a host is about to do, and which rehearsals of it count."""

    machine: str  # the digest of the host's machine-id
    running: str
    identifier: str
    lock_sha256: str
    settings: Mapping[str, str]
    days: int
    key: str | None


class Kept(NamedTuple):
    """A receipt as it was found: the directory's name, the receipt, the digest of its result."""

    id: str
    receipt: Receipt
    result_sha256: str


class Fault(NamedTuple):
    """Why a receipt does not count: a keyword and a sentence."""

    word: str
    sentence: str


def setting_digests(settings: Settings) -> dict[str, str]:
    """A digest of each setting that decides an upgrade, by its name in group data."""
    found = {}
    for name in deciding():
        value = getattr(settings, name)
        if name == "acknowledged":  # acknowledgements for other releases decide nothing
            value = sorted(value.get(settings.release, []))
        for place, part in _parts(f"mailman_{name}", value):
            found[place] = _digest(_canonical(part))
    return found


def settings_digest(settings: Settings) -> str:
    """One SHA-256 over all settings that decide an upgrade."""
    return combined(setting_digests(settings))


def combined(digests: Mapping[str, str]) -> str:
    """One SHA-256 over the result of `setting_digests`."""
    return _digest(sorted(digests.items()))


def lock_digest(suite: Suite) -> str:
    """The SHA-256 of the lock that the suite's release is installed from."""
    return hashlib.sha256(suite.release.lock_for(suite.python_version).read_bytes()).hexdigest()


def receipt_of(
    result: Mapping[str, Any], result_sha256: str, ended: datetime, key: str | None
) -> dict[str, Any]:
    """The receipt of a rehearsal's result; `ended` has a time zone, `key` signs it."""
    body = {
        "format": FORMAT,
        **{name: result[name] for name in _OF_THE_RESULT},
        "reason": result.get("reason", ""),
        "when": ended.astimezone(timezone.utc).isoformat(timespec="seconds"),
        "result_sha256": result_sha256,
    }
    sealed = {**body, "digest": _digest(body)}
    return {**sealed, "signature": _signature(body, key)} if key else sealed


def verdict(found: Iterable[Kept], wanted: Wanted, now: datetime) -> tuple[str, Fault] | None:
    """None if the newest matching rehearsal passed; otherwise the ID of a rehearsal and its fault.

    A rehearsal that does not match (another host, release, lock ...) is ignored; if none matches,
    the newest one of this host says why. Without any rehearsal the ID is empty.
    """
    newest = sorted(found, key=lambda kept: (str(kept.receipt.get("when", "")), kept.id))[::-1]
    strangers = [(kept.id, fault) for kept in newest if (fault := misfit(kept, wanted))]
    fitting = [kept for kept in newest if not misfit(kept, wanted)]
    if fitting:
        fault = stale(fitting[0].receipt, wanted, now)
        return (fitting[0].id, fault) if fault else None
    own = [one for one in strangers if one[1].word != "other host"]
    return (own or [("", Fault("none", "this host has no rehearsal"))])[0]


def misfit(kept: Kept, wanted: Wanted) -> Fault | None:
    """Why a receipt does not match what the host is about to do; None if it matches."""
    receipt = kept.receipt
    broken = _tampered(kept) or _unsigned(receipt, wanted.key)
    if broken:
        return broken
    if receipt["production"]["machine_id_digest"] != wanted.machine:
        return Fault("other host", f"it is for {receipt['production']['host']}, another host")
    if receipt["from"] != wanted.running:
        return Fault(
            "other start", f"it started from {receipt['from']}, and the host runs {wanted.running}"
        )
    if _series(receipt["to"]) != _series(wanted.identifier):
        return Fault("other release", f"it was for {_series(receipt['to'])}")
    if (receipt["to"], receipt["lock_sha256"]) != (wanted.identifier, wanted.lock_sha256):
        return Fault("other lock", "the release's lock or patches have changed since")
    if receipt["settings_sha256"] != combined(wanted.settings):
        return Fault("other settings", f"settings have changed: {_differing(receipt, wanted)}")
    return None


def stale(receipt: Receipt, wanted: Wanted, now: datetime) -> Fault | None:
    """Why a matching receipt does not count; None if it does. `now` has a time zone."""
    if receipt["outcome"] != "passed":
        return Fault("failed", f"it failed: {receipt['reason'] or 'no reason given'}")
    age = now - datetime.fromisoformat(receipt["when"])
    if age < -_CLOCKS:
        return Fault("not yet", f"it is dated in the future ({receipt['when']})")
    if age > timedelta(days=wanted.days):
        return Fault("expired", f"it is {age.days} days old")
    return None


def _tampered(kept: Kept) -> Fault | None:
    body = {k: v for k, v in kept.receipt.items() if k not in ("digest", "signature")}
    whole = (
        kept.receipt.get("format") == FORMAT
        and kept.receipt.get("digest") == _digest(body)
        and (body.get("id"), body.get("result_sha256")) == (kept.id, kept.result_sha256)
    )
    return None if whole else Fault("tampered", "its files have been changed since the rehearsal")


def _unsigned(receipt: Receipt, key: str | None) -> Fault | None:
    if not key:
        return None
    body = {k: v for k, v in receipt.items() if k not in ("digest", "signature")}
    if "signature" not in receipt:
        return Fault("not signed", "it is not signed, and mailman_rehearsal_key is set")
    if hmac.compare_digest(str(receipt["signature"]), _signature(body, key)):
        return None
    return Fault("other key", "it is not signed with the key that mailman_rehearsal_key names")


def _series(identifier: str) -> str:
    """Release and Python of an identifier, without the digest of what it was built from."""
    return identifier.rpartition("-")[0]


def _differing(receipt: Receipt, wanted: Wanted) -> str:
    """The names of the settings that differ from the rehearsed ones."""
    then, now = receipt["settings"], wanted.settings
    return ", ".join(sorted(name for name in {*then, *now} if then.get(name) != now.get(name)))


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The escape hatches, key by key, so that a difference has a name."""
    if isinstance(value, dict):
        yield from ((f"{name}[{key!r}]", part) for key, part in value.items())
    else:
        yield name, value


def _canonical(value: Any) -> Any:
    """The same for equal values, whatever the order of their keys."""
    if isinstance(value, dict):
        return sorted([repr(key), _canonical(part)] for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return [_canonical(part) for part in value]
    return repr(value)


def _digest(body: Any) -> str:
    return hashlib.sha256(_text(body)).hexdigest()


def _signature(body: Any, key: str) -> str:
    return hmac.new(key.encode(), _text(body), hashlib.sha256).hexdigest()


def _text(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
