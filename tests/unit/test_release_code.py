"""Root runs no code of a release: who can write into one, such as a web process, gains nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyinfra.api import FactBase

from mailman_suite.base import layout
from mailman_suite.base.host_program import ProgramFact
from mailman_suite.suite.places import VIRTUALENV
from tests.facts.test_fail_closed import ALL_FACTS
from tests.unit.rules import ROOT, files_of

GOLDEN = Path(__file__).parent / "golden"
AS_MAILMAN = re.compile(rf"runuser -u {layout.USER} -- (env (\w+=\S+ )+)?$")
# Whatever of a release a command could run; a test for its presence runs nothing.
OF_A_RELEASE = re.compile(r"(?<!test -x )(?<![\w.-])/opt/mailman/\S*?/bin/\w+")
QUESTIONS: dict[str, Any] = {"state.schema": {}, "apply.web_identity": {}, "check.web": {}}
SURVEYED = {**vars(VIRTUALENV), "core_config": "/etc/mailman3/mailman.cfg"}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "Account": (layout.USER,),
    "Counts": (f"{layout.WINDOWS}/x", {}),
    "DebPackages": (["nginx"],),
    "LocalDomains": (),
    "MachineIdentity": (),
    "Observations": (QUESTIONS,),
    "PostfixMain": (),
    "PostfixParameters": (["relayhost"],),
    "ReleaseState": (f"{layout.RELEASES}/x",),
    "RpmPackages": (["nginx"],),
    "Survey": (SURVEYED,),
}


def as_root(command: str) -> list[str]:
    """The programs of a release that a command runs without dropping root's rights first."""
    return [
        found[0]
        for found in OF_A_RELEASE.finditer(command)
        if not AS_MAILMAN.search(command[: found.start()])
    ]


@pytest.mark.parametrize(
    "fact", [one for one in ALL_FACTS if not vars(one).get("abstract")], ids=lambda one: one.name
)
def test_no_fact_runs_a_releases_code_as_root(fact: type[FactBase]) -> None:
    arguments = ({},) if issubclass(fact, ProgramFact) else ARGUMENTS[fact.__name__]
    command = fact().command(*arguments)
    assert as_root(getattr(command, "get_masked_value", lambda: command)()) == []


def programs_as_root(tree: ast.AST) -> Iterator[int]:
    """The lines that have a program run by another interpreter than the system's, as root."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "program":
            names = {keyword.arg for keyword in node.keywords}
            if None in names or ("python" in names and "as_user" not in names):
                yield node.lineno


def commands_as_root(tree: ast.AST) -> Iterator[int]:
    """The lines of functions on a host that run an order's interpreter as root."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            words = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
            if '["python"]' in ast.unparse(function).replace("'", '"') and "runuser" not in words:
                yield function.lineno


def found(rule: Any, *folders: str) -> list[str]:
    texts = {path: (ROOT / path).read_text() for path in files_of(*folders)}
    return [f"{path}:{line}" for path, text in texts.items() for line in rule(ast.parse(text))]


def test_a_program_of_another_interpreter_names_its_account() -> None:
    assert found(programs_as_root, "mailman_suite", "deploys") == []
    for broken in ("program('x', 'look', python=x)", "program('x', 'look', **more)"):
        assert list(programs_as_root(ast.parse(broken))) == [1]


# Builds run what they downloaded as an account of `host/base/account.py`.
_BUILD = "mailman_suite/host/build/release.py"


def test_a_program_on_the_host_drops_its_rights_before_a_releases_code() -> None:
    places = found(commands_as_root, "mailman_suite/host")
    assert [one for one in places if not one.startswith(_BUILD)] == []
    broken = "def ask(order):\n  run([order['python'], '-m', 'x'])"
    assert list(commands_as_root(ast.parse(broken))) == [1]


@pytest.mark.parametrize("unit", sorted(GOLDEN.rglob("*.service")), ids=lambda path: path.name)
def test_a_unit_that_runs_a_release_is_the_accounts(unit: Path) -> None:
    text = unit.read_text()
    if OF_A_RELEASE.search("\n".join(re.findall(r"^Exec\w+=(.*)$", text, re.MULTILINE))):
        assert f"\nUser={layout.USER}\n" in text


@pytest.mark.parametrize("plan", sorted((ROOT / "tests/plans/golden").glob("*.txt")), ids=str)
def test_no_command_of_a_plan_runs_a_releases_code_as_root(plan: Path) -> None:
    lines = re.findall(r"^\s*\$ (.*)$", plan.read_text(), re.MULTILINE)
    assert [(line, as_root(line)) for line in lines if as_root(line)] == []
