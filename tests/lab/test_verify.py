"""Verification on real machines: green where all is well, red for each thing that is broken."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import pytest

from lab.machines import Machine
from mailman_suite.base import layout
from mailman_suite.checks.model import Verdict, broken
from mailman_suite.checks.verification import questions, verdicts
from mailman_suite.facts.inspection import HostInspection
from mailman_suite.facts.verify import Observations
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import question, suite_of
from mailman_suite.suite.suite import Suite
from tests.lab import installed
from tests.lab.breakages import BREAKAGES, SQL_BREAKAGES
from tests.lab.conftest import MakeMachine
from tests.lab.installed import EVERY_DAY, REPOSITORY, Combination

SQLITE, POSTGRESQL = (
    next(one for one in EVERY_DAY if one.database == name) for name in ("sqlite", "postgresql")
)


@dataclass(frozen=True)
class Verified:
    """A machine with a suite, verified with the programs, checks and questions of the deploy."""

    machine: Machine
    combination: Combination

    @cached_property
    def suite(self) -> Suite:
        """What is declared for the machine."""
        settings = declared_settings(self.combination.data)
        fact = HostInspection()
        said = self.machine.run(fact.command(question(settings)).get_raw_value()).stdout
        return suite_of(settings, fact.process(said.splitlines()))

    def verdicts(self) -> list[Verdict]:
        """Every check, judged by one remote command."""
        fact = Observations()
        command = fact.command(questions(self.suite)).get_raw_value()
        return verdicts(self.suite, fact.process(self.machine.run(command).stdout.splitlines()))

    def broken(self) -> dict[str, str]:
        """The broken checks, with the detail of each."""
        return {one.sentence: one.detail for one in broken(self.verdicts())}

    def pyinfra(self, deploy: str) -> subprocess.CompletedProcess[str]:
        """A whole run of a deploy, as an operator starts it."""
        words = installed.command(self.machine, self.combination.data)
        return subprocess.run(
            [*words[:-1], deploy],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )

    def sql(self, database: str, statement: str) -> None:
        """Changes a database behind the suite's back."""
        if self.combination.database == "sqlite":
            path = layout.CORE_DATABASE if database == "core" else layout.WEB_DATABASE
            code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None)"
            self.machine.run(
                f"python3 -c '{code}.execute(sys.stdin.read())' {path}", stdin=statement
            )
        else:
            name = {"core": "mailman", "web": "mailmanweb"}[database]
            self.machine.run(
                f"runuser -u postgres -- psql -qv ON_ERROR_STOP=1 {name}", stdin=statement
            )


@pytest.fixture(scope="module")
def suites(new_module_machine: MakeMachine) -> Callable[[Combination], Verified]:
    """The machine of a combination, made when the first test asks for it."""
    made: dict[Combination, Verified] = {}

    def of(combination: Combination) -> Verified:
        if combination not in made:
            machine = new_module_machine(layer=installed.layer(combination))
            made[combination] = Verified(machine, combination)
            assert made[combination].pyinfra("deploys/verify.py").returncode == 0  # it started
        return made[combination]

    return of


@pytest.fixture
def suite(suites: Callable[[Combination], Verified]) -> Verified:
    """The machine that most tests share; each mends what it broke."""
    return suites(SQLITE)


@contextmanager
def commands(suite: Verified, breaking: str, mending: str) -> Iterator[None]:
    """Something is broken on the machine, for as long as this lasts."""
    suite.machine.run(breaking)
    try:
        yield
    finally:
        suite.machine.run(mending)


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_it_is_noticed_that(breakage: str, suite: Verified):
    breaking, mending, check = BREAKAGES[breakage]
    with commands(suite, breaking, mending):
        assert check in suite.broken()


@pytest.mark.parametrize("combination", [SQLITE, POSTGRESQL], ids=lambda one: one.database)
@pytest.mark.parametrize("breakage", SQL_BREAKAGES)
def test_it_is_noticed_in_the_database_that(
    breakage: str, combination: Combination, suites: Callable[[Combination], Verified]
):
    suite = suites(combination)
    breaking, mending, check = SQL_BREAKAGES[breakage]
    suite.sql(*breaking)
    try:
        assert check in suite.broken()
    finally:
        suite.sql(*mending)


@pytest.mark.parametrize("combination", [SQLITE, POSTGRESQL], ids=lambda one: one.database)
def test_a_probe_arrives_and_leaves_nothing(
    combination: Combination, suites: Callable[[Combination], Verified]
):
    suite = suites(combination)
    assert suite.broken() == {}, "a test before this one did not mend what it broke"
    interrupted = f"useradd --system -M -d {layout.PROBE_HOME} {layout.PROBE_ACCOUNT}"
    suite.machine.run(interrupted)
    done = suite.pyinfra("deploys/probe.py")
    assert done.returncode == 0, done.stdout
    assert "removing the remains of an interrupted probe" in done.stdout
    assert "The archive shows it" in done.stdout
    assert suite.machine.run(f"getent passwd {layout.PROBE_ACCOUNT}", check=False).stdout == ""
    places = " ".join(f"{layout.VAR}/{name}" for name in ("archives", "queue", "data", "lists"))
    left = f"grep -rlsa --exclude='*.db*' {layout.PROBE_ACCOUNT}- {places}"
    assert suite.machine.run(left, check=False).stdout == ""
    assert suite.broken() == {}


def test_a_host_that_is_well_is_no_change_and_its_table_is_shown(suite: Verified):
    done = suite.pyinfra("deploys/verify.py")
    assert done.returncode == 0, done.stdout
    assert installed.changes(done.stdout) == []
    assert "Core greets on LMTP" in done.stdout and "BROKEN" not in done.stdout


def test_a_runner_that_core_gave_up_fails_the_run_and_the_probe(suite: Verified):
    """Last of all: Core is started again later than the web, and verification waits for it."""
    suite.machine.run("for i in $(seq 12); do pkill -KILL runner:lmtp; sleep 0.4; done; true")
    verified, probed = suite.pyinfra("deploys/verify.py"), suite.pyinfra("deploys/probe.py")
    assert verified.returncode == 1 and "missing: lmtp (0 of 1)" in verified.stdout
    assert probed.returncode == 1
    assert "FAILED    Core receives it by LMTP: Postfix defers it" in probed.stdout
    assert "Connection refused" in probed.stdout
    suite.machine.run(f"touch {layout.SIDES}/core")  # as if Core's code had changed since
    assert "Every process runs the release" in suite.broken()
    suite.machine.run(f"systemctl stop {layout.CORE_UNIT}")
    suite.machine.run(f"systemctl restart {layout.WEB_UNIT} {layout.QCLUSTER_UNIT}")
    suite.machine.run(f"systemd-run sh -c 'sleep 8; systemctl start {layout.CORE_UNIT}' 2>&1")
    mended = suite.pyinfra("deploys/verify.py")
    assert mended.returncode == 0, mended.stdout
    assert "waiting for" in mended.stdout
