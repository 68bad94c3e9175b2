"""A backup is restored whole, also on another host, or everything stays as it is."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator

import pytest

from lab import access
from mailman_suite.host.state.invariants import differences
from tests.lab import backups, installed, mail_flow, older, returns
from tests.lab.suites import SECRETS, Suite, clone, eventually
from tests.lab.window_checks import assert_whole, invariants
from tests.lab.window_strikes import WINDOW, settled

pytestmark = pytest.mark.full

INDEX = "/opt/mailman/web/fulltext_index"
SHUNT = "/opt/mailman/mm/var/queue/shunt"
RUNS_ON = {"outcome": "rolled back"}  # `assert_whole` judges a window; the older release runs


@pytest.fixture(params=["sqlite", "postgresql"])
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """A suite with data and a backup of it."""
    with older.clone(request.param, "-restore") as suite:
        assert suite.converge().returncode == 0
        made = backups.make(suite)
        assert made.returncode == 0, made.stdout
        yield suite


def test_destroyed_data_come_back(suite: Suite) -> None:
    before, secrets = invariants(suite), suite.secrets()
    returns.destroy(suite)

    done = returns.run(suite, "restore", {"mailman_backup": backups.newest(suite)})

    assert done.returncode == 0, done.stdout
    assert_whole(suite, RUNS_ON, before)
    assert suite.secrets() == secrets
    last = suite.converge()
    assert (last.returncode, installed.changes(last.stdout)) == (0, []), last.stdout
    suite.delivers()


def test_another_host_gets_the_data_and_keeps_its_databases_passwords(suite: Suite) -> None:
    before, theirs = invariants(suite), suite.secrets()
    archive = backups.newest(suite)
    with clone(suite.combination) as other:
        own = make_different(other)
        assert not {*own.values()} & {*theirs.values()}
        copy(suite, other, archive)

        done = returns.run(other, "restore", {"mailman_backup": archive})

        assert done.returncode == 0, done.stdout
        other.wait_until_serving()
        assert differences(before, invariants(other)) == []
        for name, secret in other.secrets().items():
            assert secret == (own if name.startswith("database_") else theirs)[name], name
        last = other.converge()
        assert (last.returncode, installed.changes(last.stdout)) == (0, []), last.stdout
        other.delivers()


def make_different(other: Suite) -> dict[str, str]:
    """The secrets of a new suite that shares neither these nor the account's number."""
    stop = "systemctl stop mailman3 mailmanweb mailmanweb-qcluster 'mailman-*' 'hyperkitty-*'"
    own = "chown -R mailman /opt/mailman/mm /opt/mailman/web"
    other.run(f"rm {SECRETS}/* && {stop} && usermod -u 4711 mailman && {own}")
    made = other.converge()
    assert made.returncode == 0, made.stdout
    return other.secrets()


def copy(suite: Suite, other: Suite, archive: str) -> None:
    """The archive and its description are on the other host, at the same place."""
    place, name = archive.rsplit("/", 1)
    both = shlex.join([name, name.replace(".tar.gz", ".json")])
    pack = [*access.ssh(suite.machine.name, "-T"), "--", f"tar -c -C {place} {both}"]
    packed = subprocess.run(pack, check=True, stdout=subprocess.PIPE).stdout
    unpack = f"mkdir -p {place} && tar -x -C {place}"
    subprocess.run([*access.ssh(other.machine.name, "-T"), "--", unpack], input=packed, check=True)


def test_an_archive_that_is_not_whole_is_refused_before_anything_stops(suite: Suite) -> None:
    processes, archive = suite.processes(), backups.newest(suite)
    data = {"mailman_backup": archive}
    beside = archive.replace(".tar.gz", ".json")
    damages = {
        "is damaged or truncated": f"truncate -s -1 {archive}",
        "no readable": f"rm {beside}",
        "of format 99": f"""echo '{{"format": 99}}' > {beside}""",
        "no file": f"rm {archive}",
    }
    for found, damage in damages.items():
        suite.run(damage)
        refused = returns.run(suite, "restore", data)
        assert refused.returncode != 0
        assert found in refused.stdout
    assert suite.processes() == processes


def test_an_archive_of_something_else_stops_nothing(suite: Suite) -> None:
    """Its digest is right, and yet it holds no state: that shows when it is unpacked."""
    before, archive = invariants(suite), backups.newest(suite)
    processes = suite.processes()
    beside = archive.replace(".tar.gz", ".json")
    suite.run(
        f"tar -czf {archive} -C /etc hostname && sum=$(sha256sum {archive} | cut -d' ' -f1) && "
        f'sed -i -E "s/(.sha256.: .)[0-9a-f]+/\\1$sum/" {beside}'
    )
    failed = returns.run(suite, "restore", {"mailman_backup": archive})
    assert failed.returncode != 0
    assert "there is no" in failed.stdout
    assert suite.processes() == processes
    assert_whole(suite, RUNS_ON, before)


def test_a_restore_that_is_struck_or_incomplete_leaves_what_is(suite: Suite) -> None:
    data = {"mailman_backup": backups.newest(suite)}
    suite.delivers()
    before, secrets = invariants(suite), suite.secrets()
    for step, how in (
        ("The backup's data is in place", "power-cut"),
        ("Configuration contains these secrets", "killed"),
        ("The backup's queues are set aside too", "power-cut"),
    ):
        outcome = returns.strike(suite, "restore", data, step, how)
        assert outcome["outcome"] == "rolled back", step
        assert_whole(suite, RUNS_ON, before)
        assert suite.secrets() == secrets
        assert suite.run(f"ls -d {INDEX}* {WINDOW}/backup 2>/dev/null || true").split() == [INDEX]

    after = returns.strike(suite, "restore", data, "Mail flows again", "power-cut")
    assert after["outcome"] == "finished"
    assert_whole(suite, RUNS_ON, backups.described(suite)["invariants"])


def test_mail_that_waits_is_not_lost(suite: Suite) -> None:
    """What was queued when the backup was made waits beside what is queued now."""
    sender, _ = mail_flow.add_members(suite)
    suite.run(f"install -o mailman /dev/stdin {SHUNT}/2.0+b.pck", "of now")
    shunted = {*suite.run(f"ls {SHUNT}").split()}
    with mail_flow.steady(suite, sender) as flow:
        done = returns.run(suite, "restore", {"mailman_backup": backups.newest(suite)})
    assert settled(suite)["outcome"] == "finished", done.stdout
    assert flow.refused == []
    assert {*suite.run(f"ls {SHUNT}").split()} == shunted
    eventually(lambda: "is empty" in suite.run("postqueue -p"), "Postfix hands over what it kept")
