"""How far a failure reaches: one host, all hosts, or nobody."""

from __future__ import annotations

import pytest

from tests.contract.repository import Repository

FLEET = "@fake/a,@fake/b,@fake/c"
FIRST_HOST_FAILS = """
    from pyinfra import host
    from pyinfra.api import OperationError, operation
    from tracing import note

    @operation()
    def check(error):
        yield "true"
        if host.name == "@fake/a":
            raise error

    @operation()
    def shell(command):
        yield command
"""
CHECKED_FACT = """
    from pyinfra import host
    from pyinfra.api import FactBase, FactProcessError, operation
    from tracing import note, trace

    class Checked(FactBase):
        def command(self):
            return "look"

        def process(self, output):
            trace(f"processed {output}")
            if output == ["bad"]:
                raise ERROR("unreadable")
            return output
"""
HOSTS = """
    hosts = [
        ("@fake/a", {"fake_responses": {"look": "bad", "fail": {"success": False}}}),
        ("@fake/b", {"fake_responses": {"look": "good"}}),
    ]
"""


@pytest.mark.parametrize("error", ["KeyError('setting')", "OperationError('no')"])
def test_with_yes_an_exception_in_an_operation_stops_every_host_midway(
    repository: Repository, error: str
):
    repository.write(
        "deploy.py",
        FIRST_HOST_FAILS
        + f"""
    note(name="before", text="before")
    check(name="check", error={error})
    note(name="after", text="after")
    """,
    )
    assert repository.pyinfra(FLEET, "deploy.py", "-y").returncode == 1
    assert sorted(repository.trace()) == ["@fake/a before", "@fake/b before", "@fake/c before"]


def test_an_exception_while_preparing_stops_every_host_before_any_change(repository: Repository):
    repository.write(
        "deploy.py",
        FIRST_HOST_FAILS
        + """
    note(name="before", text="before")
    if host.name == "@fake/b":
        raise KeyError("setting")
    """,
    )
    assert repository.pyinfra(FLEET, "deploy.py", "-y").returncode == 1
    assert repository.trace() == []


@pytest.mark.parametrize(("fail_percent", "goes_on"), [("None", True), ("0", False)])
def test_fail_percent_zero_in_config_ends_the_run_at_the_first_failed_host(
    repository: Repository, fail_percent: str, goes_on: bool
):
    repository.write("config.py", f"from pyinfra import config\nconfig.FAIL_PERCENT={fail_percent}")
    repository.write("hosts.py", HOSTS)
    repository.write(
        "deploy.py",
        FIRST_HOST_FAILS
        + """
    shell(name="first", command="fail")
    note(name="second", text="second")
    """,
    )
    assert repository.pyinfra("hosts.py", "deploy.py", "-y").returncode == 1
    assert repository.trace() == (["@fake/b second"] if goes_on else [])


def test_a_fact_that_cannot_be_processed_fails_its_host_only(repository: Repository):
    repository.write("hosts.py", HOSTS)
    repository.write(
        "deploy.py",
        CHECKED_FACT.replace("ERROR", "FactProcessError")
        + """
    @operation()
    def ask():
        host.get_fact(Checked)
        yield "true"

    ask(name="ask")
    note(name="after", text="after")
    """,
    )
    run = repository.pyinfra("hosts.py", "deploy.py", "-y", "--json")
    assert run.returncode == 1
    assert run.report["results"]["failed_hosts"] == ["@fake/a"]
    assert "@fake/b after" in repository.trace()


def test_any_other_exception_in_a_fact_kills_the_run(repository: Repository):
    repository.write("hosts.py", HOSTS)
    repository.write(
        "deploy.py",
        CHECKED_FACT.replace("ERROR", "ValueError")
        + """
    host.get_fact(Checked)
    note(name="after", text="after")
    """,
    )
    assert repository.pyinfra("hosts.py", "deploy.py", "-y").returncode == 1
    assert "@fake/b after" not in repository.trace()


def test_deploy_code_goes_on_with_the_default_of_a_failed_fact(repository: Repository):
    """So deploy code must treat `None` as a failure, not as "nothing there"."""
    repository.write("hosts.py", HOSTS)
    repository.write(
        "deploy.py",
        CHECKED_FACT.replace("ERROR", "FactProcessError")
        + """
    trace(f"{host.name} got {host.get_fact(Checked)}")
    """,
    )
    assert repository.pyinfra("hosts.py", "deploy.py", "-y").returncode == 1
    assert "@fake/a got None" in repository.trace()


def test_a_fact_that_prints_nothing_is_not_processed_and_does_not_fail(repository: Repository):
    """An empty answer becomes the fact's default: `process` never gets to refuse it."""
    repository.write(
        "deploy.py",
        CHECKED_FACT.replace("ERROR", "FactProcessError")
        + """
    trace(f"got {host.get_fact(Checked)}")
    """,
    )
    assert repository.pyinfra("@fake/silent", "deploy.py", "-y").returncode == 0
    assert repository.trace() == ["got None"]
