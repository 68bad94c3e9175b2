"""Replaying machines know a command again, and slopes are those between the measured runs."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.bench.fleet_tables import section
from tests.bench.recording import REPLAY
from tests.plans.remote_commands import CountedRun

BEGIN = (
    'sh -c \'python3 -c "the program" begin {"places": [], "record": {"run": "%s"}, "seen": ""}\''
)
END = 'sh -c \'python3 -c "the program" end {"outcome": "done", "run": "%s"}\''


def key(command: str) -> str:
    """What the machine calls a command that came over SSH."""
    program = f'. {REPLAY / "key.bash"}; key; echo "$REPLY"'
    environment = {**os.environ, "SSH_ORIGINAL_COMMAND": command}
    return subprocess.check_output(["bash", "-c", program], env=environment, text=True).strip()


@pytest.mark.parametrize("command", [BEGIN, END])
def test_a_command_of_another_run_has_the_same_answer(command: str):
    assert key(command % "20261127T130024-abc123") == key(command % "20261128T091500-def456")


def test_another_command_has_another_answer():
    commands = [BEGIN, END, BEGIN.replace("program", "progrem"), END.replace("done", "failed")]
    assert len({key(command) for command in commands}) == len(commands)


def run(hosts: int, seconds: float, cpu: float, mib: float) -> CountedRun:
    commands = [(f"host-{number}", "what") for number in range(hosts) for _ in range(15)]
    return CountedRun(0, seconds, commands, {}, "", cpu, mib)


def test_slopes_are_those_between_the_numbers_of_hosts():
    light = {
        1: [run(1, 2.0, 1.0, 70.0)],
        5: [run(5, 2.5, 1.4, 71.0)],
        25: [run(25, 4.0, 3.4, 76.0)],
        50: [run(50, 9.0, 8.4, 82.25)],
    }
    made = section("A second run", [run(1, 2.2, 1.1, 70.0)], light)
    wall, cpu, growth, memory = (figure.values[0] for figure in made.figures)
    assert wall == pytest.approx(4.5)
    assert cpu == pytest.approx(1000 * 7.4 / 49)
    assert growth == pytest.approx(0.2 / 0.1)
    assert memory == pytest.approx(0.25)
    rows = made.details[0][1]
    assert rows[0] == ("one real suite", "2.20", "1.10", "1.10", "15.0", "70")
    assert rows[-1] == ("50", "9.00", "4.50", "8.40", "15.0", "82")
