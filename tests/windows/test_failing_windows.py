"""A window in which something goes wrong ends with everything as it was, and says what it was."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from tests.windows import in_process, kills, outcomes
from tests.windows.hosts import Host
from tests.windows.loopback import loopback
from tests.windows.product import room

_CHANGED = "the migration changed what it must not: "


@dataclass(frozen=True)
class Breakage:
    """What is wrong, and words of the reason; `pretended` are files below that directory."""

    reason: str
    pretended: dict[str, str]
    broken: tuple[str, ...] = ()


BREAKAGES = {
    "Core's migration loses a member": Breakage(
        f"{_CHANGED}members: 2 before, 1 after",
        {"spoil-core": "DELETE FROM member WHERE id = '1'"},
    ),
    "Core's migration changes a setting": Breakage(
        f"{_CHANGED}mailing lists: 2 before and after, but with different contents",
        {"spoil-core": "UPDATE mailinglist SET subject_prefix = '' WHERE id = '2'"},
    ),
    "the web's migration loses a message": Breakage(
        f"{_CHANGED}archived messages: 2 before, 1 after",
        {"spoil-web": "DELETE FROM hyperkitty_email WHERE id = '2'"},
    ),
    "the web's migration changes a password": Breakage(
        f"{_CHANGED}web users: 2 before and after, but with different contents",
        {"spoil-web": "UPDATE auth_user SET password = '' WHERE id = '1'"},
    ),
    "a migration fails": Breakage(
        "mailman-web migrate --noinput --verbosity 1 failed",
        {"spoil-web": "DELETE FROM no_such_table"},
    ),
    "Nginx takes no such site": Breakage("no such directive", {"nginx-says": "no such directive"}),
    "a runner does not run": Breakage("the runner in does not run", {"without-runners": ""}),
    "Core's interface is broken": Breakage("REST answers 500 for domains", {}, ("rest",)),
    "Core takes no mail": Breakage("LMTP greets with '421 no Core'", {}, ("lmtp",)),
    "the archive does not open": Breakage("/archives/ answers 502", {}, ("/archives/",)),
    "the web does not reach Core": Breakage(
        "/mailman3/lists/ answers 502", {}, ("/mailman3/lists/",)
    ),
}


LAST_STEPS = ["release of the web", "release of Core", "by hand", "packages", "rollback", "restore"]


def break_it(host: Host, breakage: Breakage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in breakage.pretended.items():
        (host.root / "pretended" / name).write_text(text)
    monkeypatch.setattr(loopback(), "broken", set(breakage.broken))


@pytest.mark.parametrize("kind", ["release"])
@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_what_goes_wrong_is_undone_and_named(
    breakage: Breakage, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(host, breakage, monkeypatch)
    assert not in_process.killed_at(host, monkeypatch, line=0)
    assert host.outcome["outcome"] == "rolled back"
    assert breakage.reason in host.outcome["reason"]
    assert host.outcome["evidence"] == ["last words"]
    outcomes.assert_ended(host)


@pytest.mark.parametrize("kind", LAST_STEPS)
def test_every_kind_has_a_way_back_from_its_last_step(
    kind: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(host, BREAKAGES["the web does not reach Core"], monkeypatch)
    assert not in_process.killed_at(host, monkeypatch, line=0)
    assert host.outcome["outcome"] == "rolled back"
    outcomes.assert_ended(host)


@pytest.mark.parametrize("kind", ["release", "packages", "rollback", "restore"])
def test_without_room_nothing_is_stopped(
    kind: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    in_process.call(host, "run")
    assert "RoomError" in host.outcome["reason"]
    assert not [one for one in host.commands[host.commands_before :] if " stop" in one]
    outcomes.assert_ended(host)


@pytest.mark.parametrize("kind", ["release", "packages"])
def test_a_way_back_that_is_killed_loses_nothing_that_the_old_release_did_since(
    kind: str, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settled and booted by turns, each in one of the two kinds."""
    break_it(host, BREAKAGES["the web does not reach Core"], monkeypatch)
    left = kills.after_commands(host, monkeypatch, "going back")
    monkeypatch.setattr(loopback(), "broken", set())
    for number, one in enumerate(left, kind == "packages"):
        killed = one.come_back(monkeypatch)
        (in_process.settle, in_process.boot)[number % 2](killed)
        assert killed.outcome["outcome"] == "rolled back", one.said
        assert "/mailman3/lists/ answers 502" in killed.outcome["reason"]
        outcomes.assert_ended(killed, one.said)
    assert len(left) > 5, "each had its turn"
