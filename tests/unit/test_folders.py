"""The code's folders have one order, and a file imports from its own folder or from below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.unit.rules import ROOT, files_of

# From below: each folder may use those before it, and is used by those after it.
FOLDERS = (
    *("host", "base", "releases", "settings", "parts", "suite", "facts", "runs", "gates"),
    *("checks", "adoption", "receipts", "preflight", "inspection", "windows", "fleet"),
    *("rehearsal", "operations"),
)
ON_HOSTS = (
    *(
        "wire",
        "base",
        "mta",
        "inspect",
        "survey",
        "check",
        "apply",
        "build",
        "state",
        "window",
        "backup",
    ),
    *("pseudonyms", "rehearsal"),
)
CODE = files_of("mailman_suite")


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every module of ours that a file's text imports, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def upward(path: Path, source: str) -> list[str]:
    """The imports of a file that lead to a folder above its own."""
    found = []
    for line, name in imported(source):
        parts = tuple(name.split("."))
        if parts[0] == "deploys" or (
            parts[0] == "mailman_suite" and not _allowed(path.parts[1:], parts[1:])
        ):
            found.append(f"{path}:{line}: imports {name}")
    return found


def _allowed(here: tuple[str, ...], there: tuple[str, ...]) -> bool:
    if here[0] == "host":
        same = there[0] == "host"
        return same and (len(here) < 3 or ON_HOSTS.index(there[1]) <= ON_HOSTS.index(here[1]))
    return FOLDERS.index(there[0]) <= FOLDERS.index(here[0])


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle of imports, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _graph() -> dict[str, set[str]]:
    modules = {".".join(path.with_suffix("").parts): path for path in CODE}
    return {
        name: {
            target
            for _, one in imported((ROOT / path).read_text(encoding="utf-8"))
            for target in (one if one in modules else one.rpartition(".")[0],)
            if target in modules and target != name
        }
        for name, path in modules.items()
    }


def test_every_folder_has_its_place_in_the_order():
    assert {path.parts[1] for path in CODE if len(path.parts) > 2} == set(FOLDERS)
    on_hosts = {path.parts[2] for path in files_of("mailman_suite/host") if len(path.parts) > 3}
    assert on_hosts == set(ON_HOSTS)


def test_every_module_is_in_a_folder():
    assert [str(path) for path in CODE if len(path.parts) == 2] == ["mailman_suite/__init__.py"]


def test_a_file_imports_from_its_own_folder_or_from_below():
    found = [
        line for path in CODE for line in upward(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_no_two_files_import_each_other():
    assert circle(_graph()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from mailman_suite.fleet import waves",
        "import mailman_suite.fleet.waves",
        "def f():\n    from mailman_suite.fleet.waves import Wave",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mailman_suite.fleet.waves",
        "from deploys.steps import services",
    ],
)
def test_an_import_from_above_is_caught(source: str):
    assert upward(Path("mailman_suite/suite/suite.py"), source)
    assert upward(Path("mailman_suite/host/window/mail.py"), source)


def test_a_host_program_that_imports_a_later_folder_is_caught():
    source = "from mailman_suite.host.window import mail"
    assert upward(Path("mailman_suite/host/base/files.py"), source)
    assert not upward(Path("mailman_suite/host/backup/pause.py"), source)


def test_a_circle_is_caught():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


# A concern has one name wherever it occurs: as fact, operation, program on the host, gate or check.
CONCERNS = {
    *("core", "web", "suite", "release", "schema", "postfix", "postgresql", "account", "backup"),
    *("files", "units", "packages", "packages_left", "secrets", "mailing_lists", "web_identity"),
    *("rehearsal", "window", "sqlite"),
}
# What a folder's own kind of value is, the program that a unit starts, the choice that was made.
KINDS = {"__init__", "model", "program", "chosen"}


def families(paths: list[str]) -> list[str]:
    """Prefixes that three or more modules of one folder have in common: they want a folder."""
    split = [path.rpartition("/") for path in paths]
    prefixes = [f"{folder}/{name.partition('_')[0]}_" for folder, _, name in split]
    return sorted({one for one in prefixes if prefixes.count(one) > 2})


def test_no_prefix_stands_for_a_folder():
    assert families([str(path.with_suffix("")) for path in CODE]) == []
    assert families(["a/gates_core", "a/gates_web", "a/gates"]) == ["a/gates_"]


def test_no_module_name_stands_in_more_than_two_folders_without_need():
    names = [path.stem for path in CODE]
    assert {one for one in names if names.count(one) > 2} - CONCERNS - KINDS == set()
