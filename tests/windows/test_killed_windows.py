"""A window whose program is killed after any line of its journal ends whole by itself."""

from __future__ import annotations

import pytest

from tests.windows import in_process, kills, kinds, outcomes
from tests.windows.hosts import Host
from tests.windows.product import COMMITTED

ENDS = (in_process.settle, in_process.boot)


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_killed_window_ends_whole(kind: str, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """By turns settled and booted: between the lines that end and begin steps nothing differs."""
    left = kills.after_lines(host, monkeypatch)
    for number, one in enumerate(left, list(kinds.KINDS).index(kind)):
        killed = one.come_back(monkeypatch)
        ENDS[number % 2](killed)
        assert killed.outcome["outcome"] == promised(killed), one.said
        outcomes.assert_ended(killed, one.said)
    assert len(left) > 10, "every line had its turn"


def assert_each_settles(left: list[kills.Left], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a kill leaves is whole once it is settled."""
    for one in left:
        killed = one.come_back(monkeypatch)
        in_process.settle(killed)
        outcomes.assert_ended(killed, one.said)


@pytest.mark.parametrize("kind", ["release", "restart", "backup"])
def test_a_window_that_is_killed_after_a_command_ends_whole(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = kills.after_commands(host, monkeypatch)
    assert_each_settles(left, monkeypatch)
    assert len(left) > 10, "each had its turn"


@pytest.mark.parametrize("kind", ["by hand", "packages", "rollback"])
def test_a_window_that_is_killed_within_a_step_ends_whole(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the files and links that get their names, before every third."""
    left = kills.before_names(host, monkeypatch, every=3)
    assert_each_settles(left, monkeypatch)
    assert len(left) > 15, "many had their turn"


@pytest.mark.parametrize("kind", ["release"])
def test_nothing_is_settled_while_the_window_works_or_the_host_goes_down(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_process.killed_at(host, monkeypatch, line=20)
    lines = host.journal.lines()
    in_process.call(host, "boot")  # what the window starts asks for it
    host.at_work(False)
    (host.root / "pretended/stopping").touch()
    in_process.call(host, "settle")
    assert (host.outcome, host.journal.lines()) == ({}, lines)
    (host.root / "pretended/stopping").unlink()
    in_process.settle(host)
    outcomes.assert_ended(host)


@pytest.mark.parametrize("kind", ["release"])
def test_a_line_that_a_power_cut_left_in_half_swallows_none(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_process.killed_at(host, monkeypatch, line=20)
    journal = host.place / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    in_process.settle(host)
    assert host.journal.has("going back"), "the line that came after it"
    outcomes.assert_ended(host)


@pytest.mark.parametrize("kind", ["release"])
def test_what_has_ended_is_left_alone(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    assert in_process.killed_at(host, monkeypatch, line=20)
    in_process.settle(host)
    commands, before = host.commands, outcomes.looks(host)
    for verb in ("settle", "boot", "run"):
        in_process.call(host, verb)
    assert host.commands == commands
    assert outcomes.looks(host) == before


def promised(host: Host) -> str:
    """Forward after the commit, back before it; half a backup is none, and a web follows Core."""
    if host.kind == "backup":
        ended = any(
            line.get("step") == "Older backups are removed" for line in host.journal.lines()
        )
        return "finished" if ended and "reason" not in host.outcome else "failed"
    if host.kind.startswith("web"):
        return "rolled back" if host.kind == "web back" else "finished"
    return "finished" if host.journal.has(COMMITTED) else "rolled back"
