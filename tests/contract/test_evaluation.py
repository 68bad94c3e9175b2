"""When facts and operations are evaluated, and how often."""

from __future__ import annotations

import pytest

from tests.contract.repository import Repository

DEPLOY = """
    from pyinfra import host
    from pyinfra.api import FactBase, operation
    from tracing import trace

    class Asked(FactBase):
        def command(self):
            return "echo asked >> trace; echo answer"

    @operation()
    def ask():
        trace("evaluated")
        host.get_fact(Asked)
        yield "true"
"""


def test_a_fact_asked_twice_is_fetched_twice(repository: Repository):
    repository.write("deploy.py", DEPLOY + "    host.get_fact(Asked)\n    host.get_fact(Asked)\n")
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 0
    assert repository.trace() == ["asked", "asked"]


@pytest.mark.parametrize(
    ("options", "stdin", "times"),
    [(["-y"], "", 1), (["--dry"], "", 1), ([], "\n", 2)],
    ids=["yes", "dry", "prompt"],
)
def test_an_operation_is_evaluated_once_with_yes_and_twice_without(
    repository: Repository, options: list[str], stdin: str, times: int
):
    repository.write("deploy.py", DEPLOY + "    ask(name='ask')\n")
    assert repository.pyinfra("@local", "deploy.py", *options, stdin=stdin).returncode == 0
    assert repository.trace() == ["evaluated", "asked"] * times


def test_a_change_is_forgotten_when_the_run_fails_before_its_consequence(repository: Repository):
    """The lost edge: config written, run fails, next run sees no change and never restarts."""
    repository.write(
        "deploy.py",
        """
        from pyinfra.operations import files, server
        config = files.file(name="config is written", path="config")
        server.shell(name="in between", commands=["test -e fixed"])
        server.shell(name="restart", commands=["touch restarted"], _if=config.did_change)
        """,
    )
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 1
    repository.write("fixed", "")
    assert repository.pyinfra("@local", "deploy.py", "-y").returncode == 0
    assert (repository.path / "config").exists()
    assert not (repository.path / "restarted").exists()


def test_a_retry_that_finds_nothing_left_to_do_hides_the_change(repository: Repository):
    repository.write(
        "deploy.py",
        """
        from pathlib import Path
        from pyinfra.api import operation

        @operation()
        def write():
            if not Path("written").exists():
                yield "touch written; false"

        write(name="written at the second try", _retries=1, _retry_delay=0)
        """,
    )
    run = repository.pyinfra("@local", "deploy.py", "-y", "--json")
    assert run.operations["written at the second try"]["no_change"] == ["@local"]
    assert (repository.path / "written").exists()


def test_the_json_report_of_a_run(repository: Repository):
    repository.write(
        "hosts.py", 'hosts = [("@fake/a", {"fake_responses": {"boom": {"success": 0}}}), "@fake/b"]'
    )
    repository.write(
        "deploy.py",
        """
        from pyinfra.api import operation

        @operation()
        def shell(command=None):
            if command:
                yield command

        shell(name="nothing to do")
        shell(name="changes", command="true")
        shell(name="fails", command="boom")
        """,
    )
    run = repository.pyinfra("hosts.py", "deploy.py", "-y", "--json")
    both = ["@fake/a", "@fake/b"]
    wanted = {
        "nothing to do": ([], both, []),
        "changes": (both, [], []),
        "fails": (["@fake/b"], [], ["@fake/a"]),
    }
    seen = {
        name: (op["success"], op["no_change"], op["error"]) for name, op in run.operations.items()
    }
    assert seen == wanted
    assert run.report["results"]["failed_hosts"] == ["@fake/a"]
    assert run.returncode == 1


def test_json_without_yes_changes_nothing(repository: Repository):
    repository.write("deploy.py", "from pyinfra.operations import files\nfiles.file(path='made')")
    run = repository.pyinfra("@local", "deploy.py", "--json", stdin="\n")
    assert run.report["results"] is None
    assert not (repository.path / "made").exists()
