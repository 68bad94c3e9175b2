"""In which order operations run, and what pyinfra takes for "the same operation"."""

from __future__ import annotations

import pytest

from tests.contract.repository import Repository

STEP = """
    from tracing import note
    def step():
        note(name="{name}", text="{name}")
"""
WAVES = """
    from pyinfra import host
    from pyinfra.api import operation
    from tracing import note

    @operation()
    def upgrade():
        if host.data.get("broken"):
            yield "fail"
        yield from note._inner("upgraded")

    @operation()
    def barrier():
        host.noop("passed")
        return
        yield

    for wave in host.loop(range(3)):
        if host.data.wave == wave:
            upgrade(name="upgrade")
            note(name="check", text="checked")
        BARRIER
"""
FLEET = """
    hosts = [
        ("@fake/last", {"wave": 2}),
        ("@fake/canary", {"wave": 0, "broken": BROKEN, "fake_responses": {"fail": {"success": 0}}}),
        ("@fake/one", {"wave": 1}),
        ("@fake/two", {"wave": 1}),
    ]
"""


def test_two_operations_on_the_same_line_of_two_modules_are_taken_for_one(repository: Repository):
    repository.write("first.py", STEP.format(name="first"))
    repository.write("second.py", STEP.format(name="second"))
    repository.write(
        "deploy.py",
        """
        import first, second
        from pyinfra import host
        {"@fake/a": first, "@fake/b": second}[host.name].step()
        """,
    )
    run = repository.pyinfra("@fake/a,@fake/b", "deploy.py", "-y", "--json")
    (only,) = run.report["results"]["operations"]
    assert only["names"] == ["first", "second"]


def test_the_same_calls_from_lines_of_their_own_are_two_operations(repository: Repository):
    repository.write("first.py", STEP.format(name="first"))
    repository.write("second.py", STEP.format(name="second"))
    repository.write(
        "deploy.py",
        """
        import first, second
        from pyinfra import host
        if host.name == "@fake/a":
            first.step()
        else:
            second.step()
        """,
    )
    run = repository.pyinfra("@fake/a,@fake/b", "deploy.py", "-y", "--json")
    assert set(run.operations) == {"first", "second"}


def test_an_operation_at_module_level_of_an_import_runs_for_one_host_only(repository: Repository):
    repository.write("early.py", "from tracing import note\nnote(name='early', text='early')")
    repository.write("deploy.py", "import early\nearly\n")
    run = repository.pyinfra("@fake/a,@fake/b", "deploy.py", "-y", "--json")
    assert run.returncode == 0
    assert run.operations["early"]["hosts"] == 1


def waves(repository: Repository, *, broken: bool, barrier: str = "barrier(name='barrier')") -> int:
    """Runs the fleet in three waves, without FAIL_PERCENT where there is no barrier."""
    repository.write("config.py", "from pyinfra import config\nconfig.FAIL_PERCENT = 0")
    repository.write("hosts.py", FLEET.replace("BROKEN", str(broken)))
    repository.write("deploy.py", WAVES.replace("BARRIER", barrier))
    return repository.pyinfra("hosts.py", "deploy.py", "-y").returncode


def test_a_failing_canary_leaves_the_later_waves_untouched(repository: Repository):
    assert waves(repository, broken=True) == 1
    assert repository.trace() == []


def test_each_wave_ends_before_the_next_begins(repository: Repository):
    assert waves(repository, broken=False) == 0
    trace = repository.trace()
    assert trace[:2] == ["@fake/canary upgraded", "@fake/canary checked"]
    assert sorted(trace[2:4]) == ["@fake/one upgraded", "@fake/two upgraded"]
    assert sorted(trace[4:6]) == ["@fake/one checked", "@fake/two checked"]
    assert trace[6:] == ["@fake/last upgraded", "@fake/last checked"]


def test_without_the_barrier_the_waves_mix(repository: Repository):
    assert waves(repository, broken=False, barrier="pass") == 0
    trace = repository.trace()
    assert trace.index("@fake/last upgraded") < trace.index("@fake/canary checked")


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        ("nullcontext()", True),
        ("host.when(lambda: True)", False),
        ("host.arguments(_env={'A': '1'})", False),
    ],
)
def test_host_contexts_inside_a_deploy_lose_its_arguments_or_fail(
    repository: Repository, inside: str, kept: bool
):
    repository.write(
        "deploy.py",
        f"""
        from contextlib import nullcontext
        from pyinfra import host
        from pyinfra.api import deploy
        from pyinfra.operations import server

        @deploy("Outer")
        def outer():
            with {inside}:
                server.shell(name="inner", commands=['echo "env ${{KEPT}}" >> trace'])

        outer(_env={{"KEPT": "kept"}})
        """,
    )
    repository.pyinfra("@local", "deploy.py", "-y")
    assert ("env kept" in repository.trace()) is kept
