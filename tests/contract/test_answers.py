"""pyinfra's questions: one that nobody can answer ends the run with a refusal and changes nothing.

For that `mailman_suite/runs/answers.py` and `words_alone.py` replace names in pyinfra's command.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.contract.repository import Repository, Run
from tests.unit.rules import ROOT

CHANGES = """
    from pyinfra.operations import server
    server.shell(name="It is done", commands=["true"])
"""
FAILS = """
    from pyinfra.api.exceptions import PyinfraError
    raise PyinfraError("of another kind")
"""
BEGINS = "Beginning operation run"


class Command(Repository):
    """The real command with our configuration, and a deploy of the test's own."""

    def run(self, deploy: str, *options: str, stdin: str = "") -> Run:
        self.write("deploy.py", deploy)
        words = ("@fake/a", str(self.path / "deploy.py"), "--chdir", str(ROOT), *options)
        return self.pyinfra(*words, stdin=stdin)


@pytest.fixture
def command(tmp_path: Path, cli_server: subprocess.Popen[str]) -> Command:
    return Command(tmp_path, cli_server)


def test_a_question_without_an_answer_is_refused_with_the_way_to_run_unattended(
    command: Command,
):
    run = command.run(CHANGES)
    assert run.returncode == 1
    assert BEGINS not in run.stderr
    assert "--> refused: the question above has no answer" in run.stderr
    assert "make apply YES=1" in run.stderr
    for words in ("EOFError", "Traceback", "bug report", "gevent"):
        assert words not in run.stderr


@pytest.mark.parametrize(("options", "stdin"), [([], "\n"), (["-y"], "")], ids=["Enter", "-y"])
def test_a_question_that_is_answered_or_not_asked_is_in_nobodys_way(
    command: Command, options: list[str], stdin: str
):
    run = command.run(CHANGES, *options, stdin=stdin)
    assert run.returncode == 0, run.stderr
    assert BEGINS in run.stderr


def test_an_error_that_is_no_refusal_is_shown_as_pyinfra_shows_it(command: Command):
    run = command.run(FAILS, "-y")
    assert run.returncode == 1
    assert "pyinfra error" in run.stderr and "of another kind" in run.stderr


@pytest.mark.parametrize("target", ["apply", "rollback", "restore"])
def test_make_passes_the_answer_on(target: str):
    for words, is_unattended in ((["YES=1"], True), ([], False)):
        command = ["make", "-n", "-o", ".venv/installed", target, *words]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert ("pyinfra -y " in said) == is_unattended
