"""A plain `pytest` finds every test of every tier, so a name that moves is missed at once."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.rules import ROOT


def collected(place: Path) -> subprocess.CompletedProcess[str]:
    """What pytest finds below a directory; runs nothing."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(words, cwd=place, capture_output=True, text=True)


def test_every_tier_is_collected_together():
    done = collected(ROOT)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    tiers = {line.split("/")[1] for line in done.stdout.splitlines() if "::" in line}
    assert tiers == {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}


def test_a_module_that_cannot_be_imported_is_noticed(tmp_path: Path):
    (tmp_path / "test_one.py").write_text("from mailman_suite import no_such_module\n")
    assert collected(tmp_path).returncode != 0


def imports_in_text(program: str) -> set[str]:
    """Modules and names of ours that the program has in a text which somebody else is to run."""
    texts = [node.value for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Constant)]
    lines = [line for text in texts if isinstance(text, str) for line in text.splitlines()]
    found = [re.fullmatch(r"(?:from|import) (mailman_suite[\w.]*)(?: import (\w+))?.*", line)
             for line in lines]  # fmt: skip
    return {".".join(filter(None, one.groups())) for one in found if one}


def is_there(name: str) -> bool:
    """Whether it is a module, or a name in one."""
    module, _, last = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), last) or bool(
            importlib.util.find_spec(name)
        )
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("place", ["tests/lab", "tests/bench", "lab"])
def test_programs_that_are_sent_as_text_import_what_exists(place: str):
    programs = [path.read_text() for path in (ROOT / place).rglob("*.py")]
    assert [one for text in programs for one in imports_in_text(text) if not is_there(one)] == []


@pytest.mark.parametrize("line", ["from mailman_suite import gone", "import mailman_suite.gone"])
def test_a_text_that_imports_what_is_gone_is_noticed(line: str):
    (name,) = imports_in_text(f'PROGRAM = """\n{line}\n"""\n')
    assert not is_there(name)
