"""Runs over several hosts: looked at together, refused together, changed wave by wave."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.operations import fleet as operations
from mailman_suite.suite.release_archives import digest_file, kept_release
from tests.bad_hosts import TROUBLES
from tests.plans.fleet_on_paper import DEBIAN_12, NEW, Paper, current, older, run, windows
from tests.plans.suite_on_paper import data, look

BARRIER = "Verify | The running suite passes its checks"
WENT_BACK = (
    "error: rolled back to 3.3.10-py3.11-abc: RuntimeError: no room",
    "the lines above the error are the last log lines of Core and web; to try again, and so on",
)
PROVEN = "touch /var/lib/mailman3-suite/window/proven"


@pytest.fixture(autouse=True)
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> pytest.LogCaptureFixture:
    """What runs say; no release is kept from earlier ones."""
    monkeypatch.setattr("mailman_suite.suite.release_archives.CACHE", tmp_path)
    monkeypatch.setenv("MAILMAN_RECORDS", str(tmp_path / "records"))
    caplog.set_level("INFO")
    return caplog


def fleet(**other: Paper) -> dict[str, Paper]:
    """A canary and two hosts after it, all on the older release but for those that are given."""
    return {"canary": older(0), "one": older(1), "two": older(1), **other}


def end(said: pytest.LogCaptureFixture) -> list[str]:
    """The lines about where every host is, without what is common to all names."""
    lines = [record.getMessage() for record in said.records]
    last = lines[lines.index("--> Where every host is:") + 1 :]
    return [" ".join(line.replace("@fake/", "").split()) for line in last]


def test_each_wave_ends_for_all_hosts_before_the_next_begins() -> None:
    order = run(fleet(), execute=False).order
    names = [name for name, _ in order]
    first, second = names.index(f"{BARRIER} (wave 0)"), names.index(f"{BARRIER} (wave 1)")
    opened = next(number for number, name in enumerate(names) if name.startswith("Window"))
    assert all(len(hosts) == 3 for _, hosts in (*order[:opened], order[first], order[second]))
    assert {tuple(hosts) for _, hosts in order[opened:first]} == {("@fake/canary",)}
    later = {tuple(hosts) for _, hosts in order[first + 1 : second]}
    assert later == {("@fake/one", "@fake/two")}


@pytest.mark.parametrize("parallel", [1, 2])
def test_no_host_waits_for_anothers_turn(parallel: int, said: pytest.LogCaptureFixture) -> None:
    hosts = fleet()
    assert run(hosts, parallel=parallel).error is None
    assert windows(hosts) == ["canary", "one", "two"]
    runs = "runs 3.3.10+forked, was 3.3.10 (window 31.4 s), healthy"
    waves = {"canary": 0, "one": 1, "two": 1}
    assert end(said) == [f"{name} wave {wave} {runs}" for name, wave in waves.items()]


def test_a_refused_host_stops_the_run_and_all_reasons_of_all_hosts_are_told(
    said: pytest.LogCaptureFixture,
) -> None:
    full, taken = older(1), older(1, mailman_usenet="no")
    full.facts = {
        **full.facts,
        "HostInspection": {**full.facts["HostInspection"], "free_bytes": 0, "memory_bytes": 0},
    }
    hosts = fleet(one=full, two=taken)
    error = str(run(hosts).error)
    assert "@fake/one was not touched, because:" in error
    assert all(found in error for found in ("0.0 GiB free", "0.0 GiB of memory", "mailman_usenet"))
    assert "2 of 3 hosts were refused" in error
    assert error.endswith("--exclude @fake/one --exclude @fake/two")
    assert not any(paper.sent for paper in hosts.values())
    assert "0.0 GiB free under /opt/mailman (and 1 more)" in said.text
    assert "Where every host is" not in said.text


def test_every_trouble_of_one_host_stops_a_good_one_too() -> None:
    for trouble in TROUBLES.values():
        if trouble.look is None:
            continue
        bad = Paper(trouble.declared, {"HostInspection": look(DEBIAN_12) | trouble.look})
        hosts = {"good": older(), "bad": bad}
        assert trouble.found in str(run(hosts, execute=False).error)


def test_a_canary_that_goes_back_leaves_the_others_as_they_are(
    said: pytest.LogCaptureFixture,
) -> None:
    canary = older(0)
    canary.window = WENT_BACK
    hosts = fleet(canary=canary)
    assert run(hosts).error is not None
    assert windows(hosts) == ["canary"]
    assert end(said)[:3] == [
        "canary wave 0 rolled back to 3.3.10: RuntimeError: no room",
        "one wave 1 not reached, still runs 3.3.10",
        "two wave 1 not reached, still runs 3.3.10",
    ]
    assert "run the same command again" in end(said)[3]


def test_a_bad_host_of_a_wave_leaves_the_good_one_upgraded_and_the_next_wave_alone(
    said: pytest.LogCaptureFixture,
) -> None:
    bad = older(1)
    bad.window = WENT_BACK
    hosts = fleet(two=bad, last=older(2))
    assert run(hosts).error is not None
    assert windows(hosts) == ["canary", "one", "two"]
    assert end(said)[1:4] == [
        "one wave 1 runs 3.3.10+forked, was 3.3.10 (window 31.4 s), not checked yet",
        "two wave 1 rolled back to 3.3.10: RuntimeError: no room",
        "last wave 2 not reached, still runs 3.3.10",
    ]


@pytest.mark.parametrize(
    "sick",
    [{"well": False}, {"fails": "host/check/post.py"}, {"fails": "is no longer running"}],
    ids=str,
)
def test_an_unhealthy_canary_ends_the_run_before_the_next_wave(
    sick: dict[str, Any], said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_CHECK_SECONDS", 0.1)
    canary = older(0, mailman_soak_seconds=1)
    for name, value in sick.items():
        setattr(canary, name, value)
    hosts = fleet(canary=canary)
    assert run(hosts).error is not None
    assert windows(hosts) == ["canary"]
    failed = f"failed at: {BARRIER} (wave 0)"
    assert end(said)[0].endswith(f"runs 3.3.10+forked, was 3.3.10 (window 31.4 s), {failed}")
    assert PROVEN not in canary.sent


def test_a_run_goes_on_where_another_ended(said: pytest.LogCaptureFixture) -> None:
    hosts = fleet(canary=current(0))
    assert run(hosts).error is None
    assert windows(hosts) == ["one", "two"]
    assert hosts["canary"].sent == []
    assert end(said)[0] == "canary wave 0 runs 3.3.10+forked, healthy"


def after_a_window(**more: Any) -> Paper:
    """A host that is as declared since a window that finished."""
    paper = current()
    last = {"id": "1", "kind": "release", "to": "x", "state": "finished", "reason": "", **more}
    paper.facts = {
        **paper.facts,
        "HostInspection": {**paper.facts["HostInspection"], "window": last},
    }
    return paper


@pytest.mark.parametrize(
    ("last", "is_sent"),
    [
        ({"proven": False}, True),
        ({"proven": True}, False),
        ({"proven": False, "kind": "rollback"}, False),
    ],
    ids=str,
)
def test_a_message_that_an_earlier_run_did_not_see_arrive_is_sent_by_the_next(
    last: dict[str, Any], is_sent: bool
) -> None:
    hosts = {"one": after_a_window(**last)}
    assert run(hosts).error is None
    assert (PROVEN in hosts["one"].sent) is is_sent
    assert any("host/check/post.py" in command for command in hosts["one"].sent) is is_sent
    assert is_sent or hosts["one"].sent == []


def test_a_host_that_delivers_no_mail_of_its_own_gets_no_message_and_a_warning(
    said: pytest.LogCaptureFixture,
) -> None:
    alone = older()
    alone.facts = {**alone.facts, "LocalDomains": "localhost"}
    assert run({"one": alone}).error is None
    assert not any("host/check/post.py" in command for command in alone.sent)
    assert "no message was sent through the suite: Postfix's mydestination" in said.text


def test_a_run_of_one_host_has_no_table_and_no_waves(said: pytest.LogCaptureFixture) -> None:
    done = run({"one": older(7)})
    assert [name for name, _ in done.order][-2] == BARRIER
    assert "refused" not in said.text
    assert "Where every host is" not in said.text
    assert "gates crossed" in said.text


def test_hosts_that_are_as_declared_get_nothing_in_any_wave() -> None:
    hosts = {"canary": current(0), "one": current(1), "two": current(1)}
    assert run(hosts).error is None
    assert {name: one.sent for name, one in hosts.items()} == {"canary": [], "one": [], "two": []}


def built(hosts: dict[str, Paper]) -> list[str]:
    """The hosts that were told to build a release."""
    return [name for name, one in hosts.items() if "host.build.release" in "".join(one.sent)]


def with_compiler(hosts: dict[str, Paper]) -> list[str]:
    """The hosts on which a step installed what a build needs."""
    return [name for name, one in hosts.items() if "gettext" in "".join(one.sent)]


def test_of_hosts_of_one_kind_the_first_builds_and_the_others_need_no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    suite = suite_of(declared_settings(data(DEBIAN_12)), look(DEBIAN_12))
    archive = kept_release(suite)

    def keep(_fetched: Path, its: Path) -> None:
        its.write_bytes(b"release")
        digest_file(its).write_text(hashlib.sha256(b"release").hexdigest())

    monkeypatch.setattr("mailman_suite.operations.release.keep", keep)
    hosts = {"b-later": older(1), "z-canary": older(0), "a-later": older(1)}
    assert run(hosts).error is None
    assert archive.exists()
    assert built(hosts) == with_compiler(hosts) == ["z-canary"]
    assert all("host.build.unpack" in "".join(hosts[name].sent) for name in ("a-later", "b-later"))
    assert f"@fake/z-canary builds {suite.identifier}; the other hosts" in said.text
    assert suite.release == NEW
