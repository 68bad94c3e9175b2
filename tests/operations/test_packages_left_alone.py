"""Packages that a suite came from are held in one command, and asked about in one."""

from __future__ import annotations

from typing import Any

import pytest

from mailman_suite.operations import packages_left
from tests.plans.expectations import assert_converged
from tests.plans.harness import plan_of
from tests.plans.plan import Plan


def plan(todo: dict[str, Any]) -> Plan:
    def deploy() -> None:
        packages_left.left_alone(name="The packages are held back")

    return plan_of(deploy, {}, {"PackagesLeft": todo})


def test_held_packages_cost_one_question_and_no_command():
    converged = plan({"unheld": [], "databases": []})
    assert_converged(converged)
    assert converged.remote_commands == 1
    assert converged.operations[0].noop


@pytest.mark.parametrize("todo", [{"unheld": ["mailman3"]}, {"databases": ["/etc/x.conf"]}])
def test_what_a_package_tool_could_reach_is_taken_from_it(todo: dict[str, list[str]]):
    (operation,) = plan({"unheld": [], "databases": [], **todo}).operations
    (command,) = operation.commands
    assert "packages_left.py" in command
    assert " apply " in command
