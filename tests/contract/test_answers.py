"""pyinfra's questions: one that nobody can answer ends the run with a refusal and changes nothing.

For that `mailman_suite/runs/answers.py` and `words_alone.py` replace names in pyinfra's command.
"""

from __future__ import annotations

import subprocess

import pytest

from tests.contract.repository import Repository
from tests.unit.rules import ROOT

CONFIG = f"""
    import sys
    sys.path.insert(0, {str(ROOT)!r})
    from mailman_suite.runs.answers import refuse_runs_without_answers
    from mailman_suite.runs.words_alone import show_refusals_alone
    refuse_runs_without_answers()
    show_refusals_alone()
"""
BEGINS = "Beginning operation run"


@pytest.fixture
def asking(repository: Repository) -> Repository:
    repository.write("config.py", CONFIG)
    repository.write("deploy.py", "from tracing import note\nnote('done')\n")
    return repository


def test_a_question_without_an_answer_is_refused_with_the_way_to_run_unattended(
    asking: Repository,
):
    run = asking.pyinfra("@fake/a", "deploy.py")
    assert run.returncode == 1
    assert BEGINS not in run.stderr
    assert "--> refused: the question above has no answer" in run.stderr
    assert "make apply YES=1" in run.stderr
    for words in ("EOFError", "Traceback", "bug report", "gevent"):
        assert words not in run.stderr


@pytest.mark.parametrize(("options", "stdin"), [([], "\n"), (["-y"], "")], ids=["Enter", "-y"])
def test_a_question_that_is_answered_or_not_asked_is_in_nobodys_way(
    asking: Repository, options: list[str], stdin: str
):
    run = asking.pyinfra("@fake/a", "deploy.py", *options, stdin=stdin)
    assert run.returncode == 0, run.stderr
    assert BEGINS in run.stderr


def test_an_error_that_is_no_refusal_is_shown_as_pyinfra_shows_it(asking: Repository):
    asking.write(
        "deploy.py",
        """
        from pyinfra.api.exceptions import PyinfraError
        raise PyinfraError("of another kind")
        """,
    )
    run = asking.pyinfra("@fake/a", "deploy.py", "-y")
    assert run.returncode == 1
    assert "pyinfra error" in run.stderr and "of another kind" in run.stderr


@pytest.mark.parametrize("target", ["apply", "rollback", "restore"])
def test_make_passes_the_answer_on(target: str):
    for words, is_unattended in ((["YES=1"], True), ([], False)):
        command = ["make", "-n", "-o", ".venv/installed", target, *words]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert ("pyinfra -y " in said) == is_unattended
