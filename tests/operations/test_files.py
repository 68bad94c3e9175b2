"""Declared files: nothing is sent to a host that has them, one command to one that has not."""

from __future__ import annotations

from typing import Any

from mailman_suite.base.declared_files import DeclaredFiles, ManagedFile
from mailman_suite.operations import files
from tests.plans.expectations import assert_converged
from tests.plans.harness import plan_of
from tests.plans.plan import Plan

DECLARED = DeclaredFiles(files=(ManagedFile("/etc/a.cfg", "new\n", mode="640"),))


def plan(different: dict[str, Any]) -> Plan:
    def deploy() -> None:
        files.managed(name="a.cfg is current", declared=DECLARED)

    return plan_of(deploy, {}, {"ManagedFiles": {"different": different}})


def test_files_as_declared_cost_one_question_and_no_command():
    converged = plan({})
    assert_converged(converged)
    assert converged.remote_commands == 1
    assert converged.operations[0].noop


def test_a_missing_file_is_sent_in_one_command_by_standard_input():
    (operation,) = plan({"/etc/a.cfg": {"why": "missing"}}).operations
    (command,), (sent,) = operation.commands, operation.inputs
    assert "apply/files.py" in command
    assert "new" not in command
    assert sent.document["files"]["/etc/a.cfg"]["content"] == "new\n"


def test_an_edited_file_is_replaced_and_its_difference_shown(caplog):
    edited = plan({"/etc/a.cfg": {"why": "edited", "text": "by hand\n"}})
    assert edited.changes
    assert "/etc/a.cfg was edited by hand" in caplog.text
    assert "-by hand" in caplog.text
    assert "+new" in caplog.text
