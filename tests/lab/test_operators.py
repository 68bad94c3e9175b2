"""Two operators of one host: who may, who is told what, and what is known of it afterwards."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import older
from tests.lab.operators import Operator, lost_with_its_network, on_host, until_begun
from tests.lab.suites import Suite
from tests.lab.window_checks import web_sql
from tests.lab.window_strikes import settled, when_begun

NEWER = {"mailman_release": older.NEW}
Both = tuple[Operator, Operator]


@pytest.fixture
def suite() -> Iterator[Suite]:
    """An older release with data, the newer one built beside."""
    with older.clone("sqlite", "-operators") as suite:
        yield suite


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Operator("anna", tmp_path / "anna"), Operator("bob", tmp_path / "bob")


@pytest.mark.full
def test_a_failed_a_refused_a_lost_and_a_finished_run_are_known_afterwards(
    suite: Suite, both: Both
) -> None:
    anna, bob = both

    web_sql(suite, "CREATE TABLE success_index (one integer)")
    assert anna.run(suite, NEWER)[0] == 1
    failed = settled(suite)
    for record in (on_host(suite)[-1], anna.last()):
        assert (record["outcome"], record["window"]) == ("failed", failed["id"])
        assert f"{failed['id']} rolled back: " in record["reason"]
        assert (record["from"].partition("-")[0], record["who"][:5]) == (older.OLD, "anna@")

    known = on_host(suite)
    assert bob.run(suite, NEWER)[0] == 1
    assert (bob.last()["outcome"], on_host(suite)) == ("refused", known)
    assert f"{failed['id']} was rolled back" in bob.last()["reason"]

    web_sql(suite, "DROP TABLE success_index")
    lost = a_second_operator_is_told_and_a_window_outlives_its_run(suite, both, failed["id"])

    status, said = bob.run(suite, {**NEWER, "mailman_acknowledged_window": failed["id"]})
    assert status == 0, said
    *_, interrupted, done = on_host(suite)
    assert (interrupted["run"], interrupted["outcome"]) == (lost, "interrupted")
    finished = f"its control machine was lost; {settled(suite)['id']} finished"
    assert interrupted["reason"] == finished
    assert (done["outcome"], done["who"][:4]) == ("done", "bob@")
    assert bob.last()["run"] == done["run"]


def a_second_operator_is_told_and_a_window_outlives_its_run(
    suite: Suite, both: Both, acknowledged: str
) -> str:
    """The name of the run whose controller was killed in its window."""
    anna, bob = both
    wanted = {**NEWER, "mailman_acknowledged_window": acknowledged}
    with anna.begin(suite, wanted) as first:
        when_begun(suite.machine, "There is space for the snapshot and a rollback")
        at_it = on_host(suite)[-1]
        status, said = bob.run(suite, wanted)
        assert status == 1
        assert (
            f"anna@{at_it['who'].partition('@')[2]} (deploys/mailman.py, run {at_it['run']}" in said
        )
        assert f"since {at_it['began']} (" in said
        assert f"--data mailman_break_run={at_it['run']}" in said
        assert on_host(suite)[-1] == at_it, "the second one wrote nothing"
        first.send_signal(signal.SIGKILL)
    assert settled(suite)["outcome"] == "finished"
    return str(at_it["run"])


@pytest.mark.full
def test_a_run_that_hangs_is_put_aside_by_name_or_by_its_own_computer(
    suite: Suite, both: Both
) -> None:
    anna, bob = both

    with lost_with_its_network(suite, anna):
        hangs = on_host(suite)[-1]
        sessions = suite.run("pgrep -c '^sshd'")
        status, said = bob.run(suite, {})
        assert status == 1
        assert f"--data mailman_break_run={hangs['run']}" in said
        status, said = bob.run(suite, {"mailman_break_run": hangs["run"]})
        assert status == 0, said
        assert int(suite.run("pgrep -c '^sshd'")) < int(sessions), "its session is gone"
    interrupted, done = on_host(suite)[-2:]
    assert (interrupted["run"], interrupted["outcome"]) == (hangs["run"], "interrupted")
    assert interrupted["reason"].startswith("superseded by bob@")
    assert done["outcome"] == "done"

    with lost_with_its_network(suite, anna):
        status, said = anna.run(suite, {})
        assert status == 0, said
    assert [one["outcome"] for one in on_host(suite)[-2:]] == ["interrupted", "done"]


@pytest.mark.full
@pytest.mark.parametrize("lost", ["controller", "host"])
def test_a_run_without_its_controller_or_its_host_frees_the_host_at_once(
    suite: Suite, both: Both, lost: str
) -> None:
    anna, bob = both
    with anna.begin(suite, {}) as process:
        until_begun(process, "packages are installed")
        if lost == "host":
            suite.machine.power_cut()
            suite.machine.boot()
        process.kill()
        process.communicate()
    status, said = bob.run(suite, {})
    assert status == 0, said
    assert [one["who"].partition("@")[0] for one in on_host(suite)[-2:]] == ["anna", "bob"]
