"""The plan harness itself, on a toy deploy: it sees what it should and it can fail."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from pyinfra import host
from pyinfra.api import FactBase, FileUploadCommand, QuoteString, StringCommand, deploy, operation
from pyinfra.facts.files import Sha256File
from pyinfra.facts.server import OsRelease, Which

from tests.plans.expectations import (
    assert_budget,
    assert_converged,
    assert_golden,
    assert_no_leaks,
    differing_hosts,
)
from tests.plans.group_data import group_data
from tests.plans.harness import NotOnPaper, plan_of, plans_of
from tests.plans.plan import SECRET
from tests.plans.remote_commands import assert_idempotent, count_remote_commands

GREETING = "/etc/greeting"
PASSWORD = "correct horse"


class Greeting(FactBase[str]):
    def command(self, path: str) -> str:
        return f"cat {path}"


@operation()
def greeting(path: str, text: str):
    if host.get_fact(Greeting, path=path) == text:
        host.noop("the greeting is right")
        return
    yield FileUploadCommand(StringIO(text), path)
    yield StringCommand("chmod", "0640", QuoteString(path))


@operation()
def shell(command: str):
    yield command


@operation()
def feed(stdin: str):
    yield StringCommand("apply", _stdin=stdin)


@deploy("Toy")
def toy():
    tool = "apt-get" if host.get_fact(OsRelease)["id"] == "debian" else "dnf"
    greeting(name="the greeting is current", path=GREETING, text=host.data.greeting)
    if host.get_fact(Which, "cowsay") is None:
        shell(name="cowsay is installed", command=f"{tool} install cowsay")


FRESH = {"OsRelease": {"id": "debian"}, "Greeting": "", "Which": None}
CONVERGED = {"OsRelease": {"id": "debian"}, "Greeting": "hello", "Which": "/usr/games/cowsay"}
DATA = {"greeting": "hello"}


def test_a_plan_lists_operations_uploads_and_facts():
    plan = plan_of(toy, DATA, FRESH)
    assert [op.name for op in plan.operations] == [
        "Toy | the greeting is current",
        "Toy | cowsay is installed",
    ]
    upload = plan.operations[0].uploads[0]
    assert (upload.destination, upload.mode, upload.content) == (GREETING, "0640", "hello")
    assert plan.operations[1].commands == ["apt-get install cowsay"]
    assert plan.facts_asked == [
        "OsRelease()",
        "Which(command='cowsay')",
        "Greeting(path='/etc/greeting')",
    ]
    assert plan.remote_commands == 6


def test_a_plan_is_compared_with_its_golden_text(monkeypatch):
    monkeypatch.delenv("UPDATE_GOLDEN", raising=False)
    golden = Path(__file__).parent / "golden" / "toy.txt"
    assert_golden(plan_of(toy, DATA, FRESH), golden)
    with pytest.raises(AssertionError, match=r"\+      \| good day"):
        assert_golden(plan_of(toy, {"greeting": "good day"}, FRESH), golden)


def test_a_converged_host_gets_nothing_and_says_why():
    plan = plan_of(toy, DATA, CONVERGED)
    assert_converged(plan)
    assert plan.operations[0].noop == "the greeting is right"


def test_a_host_that_is_not_converged_is_told_by_operation():
    with pytest.raises(AssertionError, match="the greeting is current"):
        assert_converged(plan_of(toy, {"greeting": "other"}, CONVERGED))


def test_a_budget_that_is_exceeded_fails():
    plan = plan_of(toy, DATA, CONVERGED)
    assert_budget(plan, facts=3, remote_commands=3)
    with pytest.raises(AssertionError, match="3 facts asked, budget 2"):
        assert_budget(plan, facts=2)
    with pytest.raises(AssertionError, match="6 remote commands, budget 5"):
        assert_budget(plan_of(toy, DATA, FRESH), facts=3, remote_commands=5)


def test_an_unlisted_fact_fails_closed():
    with pytest.raises(NotOnPaper, match="fact Which"):
        plan_of(toy, DATA, {"OsRelease": {"id": "debian"}})


def test_a_command_outside_an_operation_is_refused():
    with pytest.raises(NotOnPaper, match="sent outside an operation: reboot"):
        plan_of(lambda: host.run_shell_command("reboot"), DATA, FRESH)


def test_the_host_that_differs_is_named():
    hosts = dict.fromkeys(("a", "b", "c"), DATA)
    plans = plans_of(toy, hosts, FRESH, facts_by_host={"c": {**FRESH, "OsRelease": {"id": "rhel"}}})
    differences = differing_hosts(plans)
    assert list(differences) == ["c"]
    assert "dnf install cowsay" in differences["c"]


def test_an_answer_may_depend_on_the_arguments():
    seen = []

    def look():
        seen.append(host.get_fact(Sha256File, path="/a"))

    plan_of(look, {}, {"Sha256File": lambda path: f"digest of {path}"})
    plan_of(look, {}, lambda fact, arguments: (fact.__name__, arguments))
    assert seen == ["digest of /a", ("Sha256File", {"path": "/a"})]


def test_an_uploaded_secret_is_hidden_and_one_in_a_command_is_a_leak():
    def safe():
        greeting(name="secret file", path=GREETING, text=PASSWORD)

    def leaking():
        shell(name="secret in argv", command=f"login --password '{PASSWORD}'")

    plan = plan_of(safe, {}, FRESH, secrets=[PASSWORD])
    assert plan.operations[0].uploads[0].content == SECRET
    assert_no_leaks(plan)
    with pytest.raises(AssertionError, match="secret in argv"):
        assert_no_leaks(plan_of(leaking, {}, FRESH, secrets=[PASSWORD]))


def test_standard_input_is_part_of_the_plan_and_shows_no_secret():
    stdin = json.dumps({"files": [{"path": "/a", "text": f"one\n{PASSWORD}\n"}], "salt": None})

    def piped():
        feed(name="files are current", stdin=stdin)

    plan = plan_of(piped, {}, {}, secrets=[PASSWORD])
    assert_no_leaks(plan)
    assert plan.remote_commands == 1
    assert plan.operations[0].inputs[0].document["files"][0]["path"] == "/a"
    assert plan.text().splitlines() == [
        "files are current",
        "    $ apply",
        "    < files:",
        "    <   -",
        "    <     path: /a",
        "    <     text:",
        "    <       one",
        "    <       *secret*",
        "    < salt: null",
    ]


def test_contexts_are_clean_after_a_failed_plan():
    def broken():
        raise KeyError("setting")

    with pytest.raises(KeyError):
        plan_of(broken, {}, {})
    assert_converged(plan_of(toy, DATA, CONVERGED))


TOY_FILE = dedent("""
    from pyinfra import host
    from pyinfra.operations import files, server

    def converge():
        files.directory(name="the directory exists", path=host.data.target + "/d", mode="750")
        if host.data.get("always"):
            server.shell(name="a command that always runs", commands=["true"])

    converge()
    """)


def test_group_data_is_merged_without_imported_names(tmp_path: Path):
    (tmp_path / "all.py").write_text("import os\nfrom pathlib import Path\na = b = 1\n_sudo = True")
    (tmp_path / "lab.py").write_text("b = 2\n")
    assert group_data("all", "lab", folder=tmp_path) == {"a": 1, "b": 2, "_sudo": True}


@pytest.fixture
def toy_file(tmp_path: Path) -> Path:
    (tmp_path / "deploy.py").write_text(TOY_FILE)
    return tmp_path


def test_a_deploy_file_is_planned_like_the_cli_executes_it(toy_file: Path):
    plan = plan_of(toy_file / "deploy.py", {"target": "/srv"}, {"Directory": None})
    assert plan.operations[0].commands == ["mkdir -p /srv/d", "chmod 750 /srv/d"]


def test_remote_commands_of_a_real_run_are_counted(toy_file: Path):
    def run(*extra: str):
        arguments = ["--data", f"target={toy_file}", *extra]
        return count_remote_commands("@local", "deploy.py", cwd=toy_file, extra=arguments)

    first, second = run(), run()
    assert first.changed == ["the directory exists"]
    assert [what.split()[0] for _, what in first.remote_commands] == ["run_shell_command"] * 3
    assert len(second.remote_commands) == 1
    assert_idempotent(second)
    with pytest.raises(AssertionError, match="changed: a command that always runs"):
        assert_idempotent(run("--data", "always=true"))
