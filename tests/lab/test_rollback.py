"""A rollback is a window: it brings back what was, or leaves what is, and loses no mail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from lab import machines
from lab.machines import Machine
from mailman_suite.host.state.invariants import differences
from tests.lab import guide_made, installed, mail_flow, older, returns
from tests.lab.guide_made import HANDMADE, Handmade
from tests.lab.installed import changes
from tests.lab.returns import last_window
from tests.lab.suites import Suite, eventually
from tests.lab.takeover import declared, seeded
from tests.lab.window_checks import assert_whole, invariants, runs
from tests.lab.window_strikes import WINDOW, settled

pytestmark = pytest.mark.full

RENAMED = {
    "mailman_web_host": "new.suite.test",
    "mailman_web_aliases": json.dumps([installed.WEB_HOST]),
}
RELOADS = "Services | Services and timers run with their current files"
_SHUNT = "/opt/mailman/mm/var/queue/shunt/1.0+a.pck"
_SPOOL = "/opt/mailman/mm/var/archives/hyperkitty/spool"


@pytest.fixture(params=["sqlite", "postgresql"])
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """An older release with data, the newer one built beside."""
    with older.clone(request.param, "-rollback") as suite:
        yield suite


def named(suite: Suite) -> dict[str, str]:
    """The settings that name the last window, while group data declare the newer release."""
    return {**returns.NEWER, "mailman_rollback": last_window(suite)}


def assert_back(suite: Suite, before: dict[str, object]) -> None:
    """The older release runs, whole, with the data of before."""
    assert_whole(suite, {**settled(suite), "outcome": "rolled back"}, dict(before))


def test_a_rollback_can_be_rolled_back(suite: Suite) -> None:
    """Also where the site got another name together with the release."""
    data = {**returns.NEWER, **RENAMED}
    before = invariants(suite)
    assert suite.converge(data).returncode == 0
    suite.delivers()
    between = invariants(suite)

    done = returns.run(suite, "rollback", {**data, "mailman_rollback": last_window(suite)})
    assert done.returncode == 0, done.stdout
    assert_back(suite, before)

    undone = returns.run(suite, "rollback", {**data, "mailman_rollback": last_window(suite)})
    assert undone.returncode == 0, undone.stdout
    assert runs(suite) == older.NEW
    assert differences(between, invariants(suite)) == []
    again = suite.converge(data)
    assert (again.returncode, changes(again.stdout)) == (0, []), again.stdout


def test_mail_comes_through_a_rollback_each_once(suite: Suite) -> None:
    sender, _ = mail_flow.add_members(suite)
    assert suite.converge(returns.NEWER).returncode == 0
    suite.run(f"install -o mailman /dev/stdin {_SHUNT}", "kept for a person")

    with mail_flow.steady(suite, sender) as flow:
        done = returns.run(suite, "rollback", named(suite))

    assert settled(suite)["outcome"] == "finished", done.stdout
    assert flow.refused == []
    mail_flow.assert_in_mailboxes_once(suite, flow.accepted)
    assert max(mail_flow.archived(suite).values()) == 1
    assert suite.run(f"cat {_SHUNT}") == "kept for a person"


def test_a_rollback_that_does_not_bring_back_what_was_goes_back_itself(suite: Suite) -> None:
    assert suite.converge(returns.NEWER).returncode == 0
    before = invariants(suite)
    suite.run(f"find {WINDOW}/snapshot/core/var/lists -type f -delete")

    failed = returns.run(suite, "rollback", named(suite))

    assert failed.returncode != 0
    assert "the data put back differs from the snapshot: files of lists" in failed.stdout
    assert settled(suite)["outcome"] == "rolled back"
    assert_whole(suite, {"outcome": "finished"}, before)
    again = suite.converge(returns.NEWER)
    assert again.returncode == 0, "nobody has to acknowledge it"
    # The proxy's and the MTA's files were put back; they are told once more.
    assert set(changes(again.stdout)) <= {RELOADS}, again.stdout


def test_a_rollback_that_is_struck_ends_by_itself(suite: Suite) -> None:
    before = invariants(suite)
    assert suite.converge(returns.NEWER).returncode == 0
    between = invariants(suite)
    data = named(suite)

    for step, how in (
        ("The snapshot's data is in place", "power-cut"),
        ("The snapshot's configuration is in place", "killed"),
        ("Counts match the snapshot", "power-cut"),
    ):
        outcome = returns.strike(suite, "rollback", data, step, how)
        assert outcome["outcome"] == "rolled back", step
        assert_whole(suite, {"outcome": "finished"}, between)

    after = returns.strike(suite, "rollback", data, "Mail flows again", "power-cut")
    assert after["outcome"] == "finished"
    assert_back(suite, before)


def test_what_waits_for_the_archive_goes_on_to_wait(suite: Suite) -> None:
    assert suite.converge(returns.NEWER).returncode == 0
    suite.run("systemctl stop mailmanweb")  # the archive takes nothing
    message = suite.post(suite.add_reader())
    eventually(lambda: suite.has_mail(message), "the reader has it")
    eventually(lambda: bool(suite.run(f"ls {_SPOOL}").split()), "it waits for the archive")

    done = returns.run(suite, "rollback", named(suite))

    assert done.returncode == 0, done.stdout
    suite.delivers()  # with the next message the archiver tries those again that wait
    eventually(lambda: message in mail_flow.archived(suite), "it is archived", 120)


@pytest.mark.parametrize("one", HANDMADE, ids=str)
def test_a_take_over_can_be_taken_back(one: Handmade) -> None:
    machine = machines.up(f"test-{os.getpid()}-taken-back", layer=seeded(one))
    try:
        machine.run("touch /opt/mailman/mm/var/queue/held-back/*")
        theirs = guide_made.suite(machine, one)
        theirs.wait_until_serving()
        data, before, files = declared(machine, one), invariants(theirs), state(machine)
        done = installed.converge(machine, data, timeout=900)
        assert done.returncode == 0, done.stdout
        ours = Suite(machine, installed.Combination(one.suite, one.database, one.becomes))

        back = returns.run(ours, "rollback", {**data, "mailman_rollback": last_window(ours)})

        assert back.returncode == 0, back.stdout
        theirs.wait_until_serving()
        assert state(machine) == files
        assert differences(before, invariants(theirs)) == []
        refused = installed.converge(machine, data)
        assert "on purpose" in refused.stdout
        theirs.delivers()
    finally:
        machine.down()


def state(machine: Machine) -> list[str]:
    """Digests of what its owner wrote, and what kinds of places his directories are."""
    files = "etc/mailman3 etc/nginx etc/cron.d var/spool/cron etc/systemd/system"
    found = machine.run(
        f"cd / && find {files} opt/mailman/venv/pyvenv.cfg -type f"
        " ! -path 'etc/mailman3/secrets/*' ! -name 'mailman-window*' -exec sha256sum {} + | sort"
    )
    kinds = machine.run("stat -c '%n %F %U %a' /opt/mailman/venv /opt/mailman/web/static")
    enabled = machine.run("systemctl is-enabled mailman3 mailmanweb; postconf -n defer_transports")
    return [*found.stdout.splitlines(), *kinds.stdout.splitlines(), enabled.stdout]
