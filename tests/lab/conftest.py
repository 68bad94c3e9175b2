"""Machines for tests: fresh or cloned, taken down at the end whether the test passed or not."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import lab
from lab import machines, records
from lab.machines import Machine
from tests.lab import guide_made
from tests.lab.guide_made import HANDMADE, MAIN, Handmade
from tests.lab.handmade_suite import HandmadeSuite
from tests.lab.installed import COMBINATIONS, EVERY_DAY
from tests.lab.suites import Suite, clone

MakeMachine = Callable[..., Machine]
HERE = Path(__file__).parent
NUMBERS = itertools.count(1)
# Words of test names: what takes longest begins first, beside what needs other layers.
LONGEST_FIRST = (
    "test_window_strikes",
    "test_a_first_install_interrupted",
    "is_taken_over_with_all_that_it_holds",
    "the_next_window_finishes[sqlite]",
    "test_packages_move",
    "test_backup_pause",
    "test_rehearsal.py",
    "test_roles",
    "test_small_machine",
    "test_adoption",
    "test_mail_and_readers_come_through_a_window",
    "test_window.py",
    "test_fleet_upgrades",
    "test_restore",
    "test_rollback",
    "test_core_start",
    "test_operators",
    "test_pseudonyms",
    "test_converge",
    "test_secrets",
    "test_backup.py",
    "test_changes",
    "test_other_ways",
    "test_verify",
    "test_interruption",
    "test_coexistence",
    "test_invariants",
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this directory needs real machines, and says so when there can be none."""
    ours = [item for item in items if HERE in item.path.parents]
    reason = lab.why_not() if ours else None
    if reason and os.environ.get("CI"):
        raise pytest.UsageError(f"continuous integration must not skip the lab: {reason}")
    for item in ours:
        item.add_marker("lab")
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
        # The tests of a module share these, so one worker has them all.
        if "new_module_machine" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    """What takes long begins first, so that no worker has much to do when the others are done."""
    ours = HERE in item.path.parents
    words = [number for number, word in enumerate(LONGEST_FIRST) if word in item.nodeid]
    return min(words, default=len(LONGEST_FIRST)) if ours else -1


@pytest.fixture(scope="session", autouse=True)
def _no_machines_of_killed_runs() -> None:
    """A test run that was killed could not take its machines down; this one does."""
    for record in records.machines():
        owner = record.name.removeprefix("test-").split("-")[0]
        if record.name.startswith("test-") and not Path(f"/proc/{owner}").exists():
            machines.down(record.name)


@pytest.fixture
def new_machine() -> Iterator[MakeMachine]:
    """Makes machines that end with the test: `new_machine(suite=...)`, `new_machine(layer=...)`."""
    with _machines_until_the_end() as make:
        yield make


@pytest.fixture(scope="module")
def new_module_machine() -> Iterator[MakeMachine]:
    """Makes machines that the tests of one module share."""
    with _machines_until_the_end() as make:
        yield make


@pytest.fixture(
    scope="session",
    params=[
        # Tests of one combination share a machine, so one worker has them all.
        pytest.param(
            one,
            id=str(one),
            marks=[
                pytest.mark.xdist_group(str(one)),
                *([] if one in EVERY_DAY else [pytest.mark.full]),
            ],
        )
        for one in COMBINATIONS
    ],
)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    """An installed suite of each combination, just booted; tests leave it as declared."""
    with clone(request.param) as suite:
        suite.wait_until_serving()
        yield suite


@contextmanager
def _machines_until_the_end() -> Iterator[MakeMachine]:
    names: list[str] = []

    def make(
        *,
        suite: str | None = None,
        layer: str | None = None,
        binds: Sequence[str] = (),
        memory_bytes: int | None = None,
    ) -> Machine:
        name = f"test-{os.getpid()}-{next(NUMBERS)}"
        names.append(name)
        return machines.up(name, suite=suite, layer=layer, binds=binds, memory_bytes=memory_bytes)

    try:
        yield make
    finally:
        for name in names:
            machines.down(name)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            one,
            id=one.name,
            marks=[
                pytest.mark.xdist_group(f"guide-{one.name}"),
                *([] if one == MAIN else [pytest.mark.full]),
            ],
        )
        for one in HANDMADE
    ],
)
def made(request: pytest.FixtureRequest) -> Iterator[tuple[Handmade, HandmadeSuite]]:
    """A host as somebody made it by hand, serving; the tests of one module share it."""
    with guide_made.clone(request.param) as machine:
        suite = guide_made.suite(machine, request.param)
        suite.wait_until_serving()
        yield request.param, suite
