"""A program travels in its command with its siblings, and knows which verbs it has."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailman_suite.base import host_program, repository
from mailman_suite.base.host_program import all_programs, closure, program
from tests.unit.rules import ROOT, files_of


def interpreters(name: str) -> list[str]:
    """Where this machine has such a Python that runs: on its path, or in pyenv."""
    places = [shutil.which(name), *Path.home().glob(f".pyenv/versions/*/bin/{name}")]
    return [
        str(python)
        for python in filter(None, places)
        if subprocess.run([python, "-c", ""], capture_output=True).returncode == 0
    ]


PROGRAMS = [
    path
    for path in files_of("mailman_suite/host")
    if '\nif __name__ == "__main__":\n' in (ROOT / path).read_text()
]
# These are told by their arguments what to make, not by a verb.
WITHOUT_VERBS = {
    "apply.search_index",
    "build.assets",
    "build.heads",
    "build.release",
    "build.unpack",
}
# A target has 3.9 to 3.13; a suite that is surveyed may be of the time of 3.6.
_OTHERS = ("python3.6", "python3.9", "python3.13")
INTERPRETERS = [
    sys.executable,
    *(python for name in _OTHERS for python in interpreters(name)),
]
TREE = {
    "mailman_suite/host/base/sent.py": (ROOT / "mailman_suite/host/base/sent.py").read_text(),
    "mailman_suite/host/__init__.py": "",
    "mailman_suite/host/base/__init__.py": '"""It\'s shared."""\n',
    "mailman_suite/host/base/plain.py": "def halved(number):\n    return number // 2\n",
    "mailman_suite/host/apply/stray.py": "raise SystemExit('nobody imports this')\n",
    "mailman_suite/host/apply/files.py": (
        "import sys\n\n"
        "from mailman_suite.host.base import plain\n\n\n"
        "def look(text):\n"
        "    from mailman_suite.host.apply.late import shown\n\n"
        "    shown(plain.halved(text))\n\n\n"
        "if __name__ == '__main__':\n"
        "    look(int(sys.argv[2]) if sys.argv[1] == 'look' else sys.argv[2])\n"
    ),
    "mailman_suite/host/apply/late.py": "def shown(it):\n    print('it\\'s', it)\n",
}


def name_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts[2:])


def sent(name: str, verb: str, arguments: object, python: str = sys.executable):
    """What a program says that was run as a host runs it, far from any file of ours."""
    words = shlex.split(program(name, verb, arguments, python=python).get_raw_value())
    return subprocess.run(words, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A repository of a few programs in folders, in the place of ours."""
    for path, text in TREE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(repository, "ROOT", tmp_path)
    caches = (host_program._siblings, host_program._text)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_a_program_travels_with_what_it_imports_and_nothing_else(tree: None):
    host = "mailman_suite.host"
    assert sorted(closure(f"{host}.apply.files")) == [
        *("mailman_suite", host, f"{host}.apply", f"{host}.apply.files", f"{host}.apply.late"),
        *(f"{host}.base", f"{host}.base.plain"),
    ]


@pytest.mark.parametrize("python", INTERPRETERS)
def test_a_program_in_a_folder_imports_its_siblings(tree: None, python: str):
    done = sent("apply.files", "look", 8, python)
    assert (done.returncode, done.stdout) == (0, "it's 4\n"), done.stderr


@pytest.mark.parametrize("python", INTERPRETERS)
def test_a_traceback_has_the_files_and_their_lines(tree: None, python: str):
    done = sent("apply.files", "break", "8", python)
    assert done.returncode == 1
    said = [line.strip() for line in done.stderr.splitlines() if set(line) - set(" ^~")]
    assert said[-5:] == [
        'File "mailman_suite/host/apply/files.py", line 9, in look',
        "shown(plain.halved(text))",
        'File "mailman_suite/host/base/plain.py", line 2, in halved',
        "return number // 2",
        "TypeError: unsupported operand type(s) for //: 'str' and 'int'",
    ]


def test_programs_in_a_directory_have_their_folders(tree: None):
    assert set(all_programs()) == set(TREE)


def test_a_program_is_shown_as_its_file():
    assert "'<mailman_suite/host/inspect/host.py>' look" in str(program("inspect.host", "look", {}))


def test_every_program_asks_for_its_verb():
    asks = {
        name_of(path) for path in PROGRAMS if "verbs." in (ROOT / path).read_text(encoding="utf-8")
    }
    assert {name_of(path) for path in PROGRAMS} - asks == WITHOUT_VERBS


@pytest.mark.parametrize(
    "name", sorted({name_of(path) for path in PROGRAMS} - WITHOUT_VERBS), ids=str
)
def test_a_verb_that_a_program_does_not_have_is_refused(name: str):
    done = sent(name, "aply", {})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: found the verb 'aply', expected one of: "), done.stderr


@pytest.mark.parametrize("words", [[], ["apply"]], ids=["nothing", "no arguments"])
def test_a_program_without_its_words_changes_nothing(words: list[str]):
    command = shlex.split(program("apply.units", "look", {}).get_raw_value())[:4]
    done = subprocess.run([*command, *words], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
