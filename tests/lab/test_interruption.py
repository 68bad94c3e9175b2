"""A run that ends at any point, in any way, is finished by the next one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest

from tests.lab.choices import latin
from tests.lab.conftest import MakeMachine
from tests.lab.installed import DEFAULT, EVERY_DAY, Combination, changes
from tests.lab.interruptions import POINTS, STRIKES, Point, Strike, assert_converges, interrupt
from tests.lab.suites import CORE, QCLUSTER, WEB, Suite, clone, eventually

# How a converged host is changed: settings of both halves.
RECONFIGURED = {
    "mailman_core_config": {"mta": {"max_recipients": 50}},
    "mailman_web_settings": {"TIME_ZONE": "Europe/Berlin"},
    "mailman_web_processes": 3,
}
CHANGE_POINTS = tuple(
    Point(operation, seconds)
    for operation, seconds in (
        ("are current", 0),
        ("are current", 0.2),
        ("current release", 1),
        ("current release", 4),
        ("Postfix", 0),
        ("Services and timers", 0.3),
        ("Services and timers", 2),
        ("The site is", 0),
    )
)

# Every operation once; and a chain for each combination, which together strike every point in
# every way.
OPERATIONS = {point.operation: point for point in reversed(POINTS)}
ONCE = [*zip(reversed(OPERATIONS.values()), cycle(STRIKES))]
CHAINS = [
    pytest.param(DEFAULT, ONCE, id="once"),
    *(
        pytest.param(one, chain, id=str(one), marks=pytest.mark.full)
        for one, chain in zip(EVERY_DAY, latin(POINTS, STRIKES), strict=True)
    ),
]


@pytest.fixture
def installed_suite() -> Iterator[Suite]:
    with clone(DEFAULT) as suite:
        suite.wait_until_serving()
        yield suite


@pytest.mark.parametrize(("combination", "chain"), CHAINS)
def test_a_first_install_interrupted_in_every_operation_is_finished(
    new_machine: MakeMachine, combination: Combination, chain: list[tuple[Point, Strike]]
) -> None:
    """One machine: each run comes a little further, and is struck in turn in all three ways."""
    suite = Suite(new_machine(suite=combination.suite), combination)

    for point, strike in chain:
        interrupt(suite.machine, combination.data, point, strike)

    assert_converges(suite, combination.data)


def test_a_reconfiguration_interrupted_in_every_operation_is_finished(
    installed_suite: Suite,
) -> None:
    """One machine, changed to and fro, so that every run has something to do."""
    suite, before = installed_suite, DEFAULT.data
    wanted = [{**before, **RECONFIGURED}, before]

    for point, strike, data in zip(CHANGE_POINTS, cycle(STRIKES), cycle(wanted)):
        interrupt(suite.machine, data, point, strike)

    assert_converges(suite, {**before, **RECONFIGURED})
    assert "50" in suite.run("mailman conf -s mta -k max_recipients")


def test_services_restart_for_a_change_that_an_interrupted_run_made(
    installed_suite: Suite,
) -> None:
    suite, data = installed_suite, {**DEFAULT.data, **RECONFIGURED}
    before = suite.processes()
    interrupt(suite.machine, data, Point("Postfix", 0), "controller-killed")
    assert suite.processes() == before, "the run was struck before it came to the services"

    done = suite.converge(RECONFIGURED)

    # The operation on lists may wait for a Core that was just restarted; all else is current.
    first, *following = (name.split(" | ")[0] for name in changes(done.stdout))
    assert first == "Services" and set(following) <= {"Lists"}, done.stdout
    after = suite.processes()
    restarted = {name for name in before if before[name] != after[name]}
    assert restarted == {CORE, WEB, QCLUSTER, "runners"}


def test_a_run_waits_for_the_packages_of_one_that_was_lost(new_machine: MakeMachine) -> None:
    """A controller that is cut off leaves its apt-get running, with packages half configured."""
    machine = new_machine(suite=DEFAULT.suite)
    install = "apt-get install --quiet --yes --no-install-recommends nginx postfix build-essential"
    machine.run(f"apt-get update; systemd-run --setenv=DEBIAN_FRONTEND=noninteractive {install}")
    eventually(lambda: bool(machine.run("dpkg --audit").stdout), "packages are half configured")

    said = interrupt(machine, DEFAULT.data, Point("user mailman exists", 0), "controller-killed")

    assert "locked" not in said
    assert machine.run("dpkg --audit").stdout == ""
