"""Exit codes of the pyinfra command: which ends are an error, and which are not although they
should be for us."""

from __future__ import annotations

import pytest

from tests.contract.repository import Repository

DEPLOY = """
    from tracing import note
    note(name="a change", text="ran")
"""


@pytest.fixture
def changing(repository: Repository) -> Repository:
    repository.write("deploy.py", DEPLOY)
    return repository


def test_a_limit_that_matches_nothing_is_a_success_that_runs_nothing(changing: Repository):
    run = changing.pyinfra("@fake/a,@fake/b", "deploy.py", "-y", "--limit", "typo")
    assert run.returncode == 0
    assert changing.trace() == []
    assert "No host matches found for --limit pattern: typo" in run.stderr


def test_dry_succeeds_with_changes_pending(changing: Repository):
    run = changing.pyinfra("@fake/a", "deploy.py", "--dry", "--json")
    assert run.returncode == 0
    assert run.report["plan"][0]["hosts_with_change"] == ["@fake/a"]
    assert run.report["results"] is None


def test_without_yes_and_with_closed_input_the_run_fails_before_any_change(changing: Repository):
    run = changing.pyinfra("@local", "deploy.py")
    assert run.returncode == 1
    assert "EOFError" in run.stderr
    assert changing.trace() == ["@local ran"]  # change detection only


def test_no_wait_loses_failures(repository: Repository):
    repository.write(
        "deploy.py",
        """
        from pyinfra.operations import server
        server.shell(name="fails", commands=["false"])
        """,
    )
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 1
    assert repository.pyinfra("@local", "deploy.py", "-y", "--no-wait").returncode == 0
