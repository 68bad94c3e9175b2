"""A production host that insists on a rehearsal takes the right one, and says why not another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.base.refusal import Refusal
from mailman_suite.facts.machine_identity import MachineIdentity
from mailman_suite.inspection import prospect
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.preflight import rehearsal
from mailman_suite.receipts import receipt
from mailman_suite.receipts.kept import RECEIPT, RESULT, kept
from mailman_suite.receipts.receipt import Wanted, combined, setting_digests, settings_digest
from mailman_suite.rehearsal.records import REPORT, keep
from mailman_suite.settings import deciding
from mailman_suite.settings.secret_references import SecretReference
from mailman_suite.suite.suite import Suite
from tests.bad_settings import GOOD
from tests.plans.paper_hosts import paper_hosts
from tests.plans.suite_on_paper import look
from tests.unit.rehearsed import failed_early, result

NOW = datetime(2026, 11, 22, 21, 30, tzinfo=timezone.utc)
YESTERDAY = NOW - timedelta(days=1)
MACHINE, KEY = "5" * 64, "a-key-of-sufficient-length"
RUNNING = "3.3.10-py3.11-0123456789ab"
(DEBIAN_12,) = [host for host in paper_hosts(supported=True) if host.name == "debian-12"]


def suite(running: str = RUNNING, **more: Any) -> Suite:
    """A suite that is about to change its release and insists on a rehearsal."""
    data = {**GOOD, "mailman_require_rehearsal": True, **more}
    return suite_of(declared_settings(data), look(DEBIAN_12, running))


WANTED = rehearsal.wanted(suite(), MACHINE)


def rehearsed(name: str = "20261121T213000-rehearsal", **more: Any) -> dict[str, Any]:
    """The result of the rehearsal that the host wants; `more` makes it another."""
    fitting = {
        "id": name,
        "production": {"host": "lists1.example.org", "machine_id_digest": MACHINE},
        "from": RUNNING,
        "to": WANTED.identifier,
        "lock_sha256": WANTED.lock_sha256,
        "settings": dict(WANTED.settings),
        "settings_sha256": combined(WANTED.settings),
    }
    return result(**{**fitting, **more})


def refusals(records: Path, wanted: Wanted = WANTED) -> list[Refusal]:
    return rehearsal.refusals(wanted, kept(records), NOW)


def test_a_fresh_fitting_rehearsal_is_enough(tmp_path: Path):
    keep(rehearsed(), YESTERDAY, None, tmp_path)
    assert refusals(tmp_path) == []


def other_settings(records: Path) -> None:
    changed = suite(mailman_core_config={"mta": {"max_recipients": 5}}, mailman_usenet=True)
    digests = setting_digests(changed.settings)
    keep(rehearsed(settings=digests, settings_sha256=combined(digests)), YESTERDAY, None, records)


def in_the_file(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(records: Path) -> None:
        place = keep(rehearsed(outcome="failed"), YESTERDAY, None, records) / name
        text = place.read_text(encoding="utf-8")
        assert old in text
        place.write_text(text.replace(old, new), encoding="utf-8")

    return damage


def kept_of(ended: datetime = YESTERDAY, **more: Any) -> Callable[[Path], object]:
    return lambda records: keep(rehearsed(**more), ended, None, records)


def under_another_name(records: Path) -> None:
    keep(rehearsed(), YESTERDAY, None, records).rename(records / "20261122T000000-rehearsal")


def without_its_result(records: Path) -> None:
    (keep(rehearsed(), YESTERDAY, None, records) / RESULT).unlink()


def empty_receipt(records: Path) -> None:
    (keep(rehearsed(), YESTERDAY, None, records) / RECEIPT).write_text("[]")


OTHER = {"host": "lists2.example.org", "machine_id_digest": "6" * 64}
OLDER_LOCK = WANTED.identifier[:-12] + "0" * 12
FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "none at all": (lambda records: None, "this host has no rehearsal"),
    "one of another host": (kept_of(production=OTHER), "this host has no rehearsal"),
    "another start": (
        kept_of(**{"from": "Core 3.3.8, made by hand"}),
        f"(other start): it started from Core 3.3.8, made by hand, and the host runs {RUNNING}",
    ),
    "another release": (kept_of(to=RUNNING), "(other release): it was for 3.3.10-py3.11"),
    "another lock": (kept_of(lock_sha256="0" * 64), "(other lock)"),
    "another patch": (kept_of(to=OLDER_LOCK), "(other lock)"),
    "other settings": (
        other_settings,
        "(other settings): settings have changed: mailman_core_config['mta'], mailman_usenet",
    ),
    "a failure": (kept_of(outcome="failed", reason="Core did not answer"), "Core did not answer"),
    "a failure without a window": (
        lambda records: keep(
            {**failed_early(), **{k: v for k, v in rehearsed().items() if k in _IDENTITY}},
            YESTERDAY,
            None,
            records,
        ),
        "(failed): it failed: 12 MiB free on staging",
    ),
    "an old one": (kept_of(ended=NOW - timedelta(days=15)), "(expired): it is 15 days old"),
    "one of tomorrow": (kept_of(ended=NOW + timedelta(days=1)), "(not yet): it is dated in"),
    "a failure turned into a success": (
        in_the_file(RECEIPT, '"outcome": "failed"', '"outcome": "passed"'),
        "(tampered)",
    ),
    "another result below the receipt": (in_the_file(RESULT, "members", "Members"), "(tampered)"),
    "a receipt under another name": (under_another_name, "(tampered)"),
    "a receipt without its result": (without_its_result, "(tampered)"),
    "a receipt that is none": (empty_receipt, "(tampered)"),
}
_IDENTITY = ("id", "production", "from", "to", "lock_sha256", "settings", "settings_sha256")


@pytest.mark.parametrize(("make", "found"), FAULTS.values(), ids=FAULTS)
def test_anything_else_is_refused_with_its_own_word(
    tmp_path: Path, make: Callable[[Path], object], found: str
):
    make(tmp_path)
    (reason,) = refusals(tmp_path)
    assert found in reason.found
    assert f"{RUNNING} to {WANTED.identifier}" in reason.expected
    assert "make rehearse" in reason.remedy
    assert "mailman_require_rehearsal = False" in reason.remedy


def test_the_newest_fitting_rehearsal_decides(tmp_path: Path):
    keep(rehearsed("1"), NOW - timedelta(days=3), None, tmp_path)
    keep(rehearsed("2", outcome="failed", reason="no"), NOW - timedelta(days=2), None, tmp_path)
    assert "the rehearsal 2 does not count (failed)" in refusals(tmp_path)[0].found
    keep(rehearsed("0"), YESTERDAY, None, tmp_path)
    keep(rehearsed("9", production=OTHER), NOW, None, tmp_path)
    assert refusals(tmp_path) == []


def test_a_key_takes_receipts_alone_that_were_signed_with_it(tmp_path: Path):
    signed = replace(WANTED, key=KEY)
    keep(rehearsed(), YESTERDAY, None, tmp_path)
    assert "(not signed)" in refusals(tmp_path, signed)[0].found
    keep(rehearsed(), YESTERDAY, "another-key-of-some-length", tmp_path)
    assert "(other key)" in refusals(tmp_path, signed)[0].found
    keep(rehearsed(), YESTERDAY, KEY, tmp_path)
    assert refusals(tmp_path, signed) == []
    assert refusals(tmp_path) == []


def test_a_digest_made_anew_is_no_signature(tmp_path: Path):
    path = keep(rehearsed(outcome="failed"), YESTERDAY, KEY, tmp_path) / RECEIPT
    forged = {**json.loads(path.read_text()), "outcome": "passed"}
    body = {k: v for k, v in forged.items() if k not in ("digest", "signature")}
    path.write_text(json.dumps({**forged, "digest": receipt._digest(body)}))
    assert refusals(tmp_path) == []  # a digest alone is against accidents
    assert "(other key)" in refusals(tmp_path, replace(WANTED, key=KEY))[0].found


def test_what_is_kept_is_whole_and_its_owners_alone(tmp_path: Path):
    place = keep(rehearsed(), YESTERDAY, KEY, tmp_path / "records")
    assert {path.name for path in place.iterdir()} == {REPORT, RESULT, RECEIPT}
    assert place.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in place.iterdir()] == [0, 0, 0]
    assert json.loads((place / RESULT).read_text(encoding="utf-8")) == rehearsed()
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in place.iterdir())


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x"])
def test_an_id_is_a_name_and_no_path(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="as the ID of a rehearsal"):
        keep(rehearsed(name), YESTERDAY, None, tmp_path)


def test_no_secret_decides_an_upgrade():
    settings = suite(mailman_rehearsal_key="env:KEY").settings
    given = [getattr(settings, name) for name in deciding()]
    assert given and not [one for one in given if isinstance(one, SecretReference)]


@pytest.mark.parametrize("name", ["web_host", "wave", "rehearsal_days"])
def test_what_names_a_host_changes_no_digest(name: str):
    value = {"web_host": "b.unit.test", "wave": 3, "rehearsal_days": 3}[name]
    assert settings_digest(suite(**{f"mailman_{name}": value}).settings) == settings_digest(
        suite().settings
    )


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"mailman_release": "3.3.10"}, "mailman_release"),
        ({"mailman_database": "postgresql"}, "mailman_database"),
        ({"mailman_web_settings": {"TIME_ZONE": "UTC"}}, "mailman_web_settings['TIME_ZONE']"),
        ({"mailman_web_apps": ["a.b"]}, "mailman_web_apps"),
        (
            {"mailman_acknowledged": {"3.3.10+forked": ["nntp_runner"]}},
            "mailman_acknowledged",
        ),
    ],
    ids=str,
)
def test_what_decides_an_upgrade_changes_its_own_digest(more: dict[str, Any], named: str):
    then, now = WANTED.settings, setting_digests(declared_settings({**GOOD, **more}))
    assert {name for name in {*then, *now} if then.get(name) != now.get(name)} == {named}


def test_equal_settings_have_one_digest_in_whatever_order_they_are_written():
    one = {"mailman_web_settings": {"X": {"a": 1, 2: (1, 2)}}}
    other = {"mailman_web_settings": {"X": {2: [1, 2], "a": 1}}}
    assert settings_digest(suite(**one).settings) == settings_digest(suite(**other).settings)


def test_words_for_other_releases_decide_nothing():
    words = {"mailman_acknowledged": {"3.3.10": ["nntp_runner"]}}
    assert settings_digest(suite(**words).settings) == settings_digest(suite().settings)


class AskedHost:
    """Answers for its identity, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def get_fact(self, fact: type[MachineIdentity]) -> str:
        assert fact is MachineIdentity
        self.asked += 1
        return MACHINE


def test_a_host_that_does_not_insist_is_not_even_asked(monkeypatch: pytest.MonkeyPatch):
    host: Any = AskedHost()
    monkeypatch.setattr(prospect, "kept", list)
    assert prospect.unrehearsed(host, suite(mailman_require_rehearsal=False)) == []
    assert host.asked == 0
    (reason,) = prospect.unrehearsed(host, suite())
    assert (host.asked, reason.found) == (1, "this host has no rehearsal")
