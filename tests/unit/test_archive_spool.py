"""Messages that wait for the archive: how many there are, and that they are offered."""

from __future__ import annotations

from pathlib import Path

from mailman_suite.host import archive_spool
from mailman_suite.operations import archive
from tests.plans.harness import plan_of


def plan(waiting: int):
    def deploy() -> None:
        archive.caught_up(name="Nothing waits for the archive")

    return plan_of(deploy, {}, {"SpooledMail": {"waiting": waiting}})


def test_messages_count_whether_they_wait_or_are_in_hands(tmp_path: Path) -> None:
    for name in ("1.0+a.pck", "2.0+b.bak", "notes.txt", "3.0+c.psv"):
        (tmp_path / name).touch()
    assert archive_spool.look({"spool": str(tmp_path)}) == {"waiting": 2}


def test_without_a_spool_nothing_waits(tmp_path: Path) -> None:
    assert archive_spool.look({"spool": str(tmp_path / "none")}) == {"waiting": 0}


def test_what_waits_is_offered_by_the_release_as_the_suites_user() -> None:
    (operation,) = plan(3).operations
    (command,) = operation.commands
    assert "runuser -u mailman -- /opt/mailman/venv/bin/python" in command
    assert "apply" in command


def test_an_archive_that_has_all_is_left_alone() -> None:
    assert plan(0).operations[0].noop == "nothing waits for the archive"
