"""What people read of the hosts of one suite, before a run and at its end."""

from __future__ import annotations

import pytest

from mailman_suite.fleet.progress import Progress, where
from mailman_suite.fleet.table import table
from tests.unit.split_suites import prospect

NEW = "3.3.10+forked"


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_SECRET", "secret-of-all-hosts")


@pytest.mark.parametrize(
    ("role", "cells"),
    [
        ("database", ["database", "0", "-", "-", "none", "none", "no"]),
        ("core", ["core", "0", "3.3.10", NEW, "none", "about 30 s", "no"]),
        ("web", ["web", "0", "3.3.10", NEW, "none", "about 30 s", "no"]),
        ("mta", ["mta", "0", "-", "-", "none", "none", "no"]),
        ("all", ["all", "0", "3.3.10", NEW, "none", "about 30 s", "no"]),
    ],
)
def test_a_host_is_told_by_its_role_and_a_release_only_where_it_has_one(
    role: str, cells: list[str]
) -> None:
    *_, line = table([prospect(role)])
    assert [cell.strip() for cell in line.split("  ") if cell.strip()][1:] == cells


@pytest.mark.parametrize("role", ["database", "mta"])
@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(healthy=True), "{role}, healthy"),
        (Progress(), "{role}, not reached"),
        (Progress(failed="System | X"), "failed at: System | X"),
    ],
    ids=str,
)
def test_a_host_without_a_release_is_told_by_its_role(
    progress: Progress, words: str, role: str
) -> None:
    assert where(prospect(role), progress) == words.format(role=role)


def test_a_web_that_was_only_closed_has_an_end_that_nobody_saw() -> None:
    closed = Progress(window=["[   1.2 s]   done: The web is stopped"])
    assert where(prospect("web"), closed) == (
        "its window began at 3.3.10 and the connection was lost; the next run reports how it ended"
    )
