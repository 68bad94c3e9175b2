"""The rules for programs that run on the target with its own interpreter."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from tests.unit.rules import Found, Rule

TARGET_PYTHON = (3, 9)
# Standard library modules that 3.9 lacks or that 3.13 and earlier removed.
NOT_ON_ALL_TARGETS = re.compile(
    "tomllib|aifc|asynchat|asyncore|audioop|cgi|cgitb|chunk|crypt|distutils|imghdr|imp|lib2to3"
    "|mailcap|msilib|nis|nntplib|ossaudiodev|pipes|smtpd|sndhdr|spwd|sunau|telnetlib|uu|xdrlib"
)
# What a release's own interpreter has, for functions that only it runs.
RELEASE_LIBRARIES = (
    *("mailman", "mailmanclient", "mailman_hyperkitty", "alembic", "psycopg2", "sqlalchemy"),
    *("mailman_web", "postorius", "hyperkitty", "django_mailman3", "whoosh"),
    *("django", "django_q", "allauth"),
)


def host_programs_need_nothing(path: Path, tree: ast.Module) -> Found:
    """Nothing but the standard library, and siblings, which travel with a program.

    A function that only the release's own interpreter runs may import what the release holds.
    """
    at_start = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        for module in _modules(node):
            later = () if id(node) in at_start else RELEASE_LIBRARIES
            if not (_in_every_python(module) or _below(module, ("mailman_suite.host", *later))):
                yield node.lineno, f"imports {module}: not in every target's standard library"


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return []


def _in_every_python(module: str) -> bool:
    top = module.partition(".")[0]
    return top in sys.stdlib_module_names and not NOT_ON_ALL_TARGETS.fullmatch(top)


def _below(module: str, packages: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def host_programs_are_old_python(path: Path, tree: ast.Module) -> Found:
    try:
        ast.parse(ast.unparse(tree), feature_version=TARGET_PYTHON)
    except SyntaxError as error:
        yield error.lineno or 1, f"not Python {TARGET_PYTHON}: {error.msg}"
    later = "annotations" in {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    }
    for annotation in filter(None, map(_annotation, ast.walk(tree))):
        if not later and " | " in ast.unparse(annotation):
            yield annotation.lineno, "`X | Y` needs `from __future__ import annotations` here"


def _annotation(node: ast.AST) -> ast.expr | None:
    return getattr(node, "annotation", None) or getattr(node, "returns", None)


# Follow a link in a parent, or at the path itself; `base/files.py` and `trees.py` follow none.
_FOLLOWS = re.compile(
    r"os\.(l?chown|chmod|rename|replace)|shutil\.(rmtree|copy|copy2|copyfile|copytree|move|chown)"
    r"|.*\.(chmod|write_text|write_bytes)"
)
# Not converted yet, with where they work. What is not root's alone comes first.
STILL_FOLLOW = {
    "pseudonyms/files.py": "Core's directory, on a rehearsal's copy, before anything runs there",
    "rehearsal/end.py": "what a rehearsal leaves, below the suite's directories too",
    "check/probe.py": "the home of the probe's account, made a moment before",
    "base/account.py": "a release that is being built",
    "build/assets.py": "a release that is being built",
    "build/release.py": "a release that is being built",
    "build/unpack.py": "a release that is being built",
    "apply/search_index.py": "the suite's own account runs it",
    "apply/packages_left.py": "root's configuration of dbconfig-common",
    "backup/archive.py": "root's directory of backups",
    "base/release_tree.py": "root's directory of releases",
    "state/database_copies.py": "root's directory of a window",
    "state/postgresql.py": "root's directory of a window",
    "state/sqlite.py": "root's directory of a window",
    "window/journal.py": "root's directory of a window",
    "window/room.py": "root's directory of a window",
    "window/stopping.py": "root's directory in /run",
}


def host_programs_follow_no_link(path: Path, tree: ast.Module) -> Found:
    """What changes files by their paths is in `base/files.py` and `base/trees.py`."""
    own = str(path).partition("mailman_suite/host/")[2]
    if own in ("base/files.py", "base/trees.py", *STILL_FOLLOW):
        return
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        in_opened = any((keyword.arg or "").endswith("dir_fd") for keyword in call.keywords)
        if (_FOLLOWS.fullmatch(name) and not in_opened) or _opens_to_write(call, name):
            yield call.lineno, f"{name} follows links; base/files.py has what does not"


def _opens_to_write(call: ast.Call, name: str) -> bool:
    modes = [*call.args, *(one.value for one in call.keywords if one.arg == "mode")]
    texts = [one.value for one in modes if isinstance(one, ast.Constant)]
    is_mode = any(re.fullmatch(r"[wax][bt+]*", str(one)) for one in texts)
    return name.rpartition(".")[2] == "open" and is_mode


ON_TARGETS: list[Rule] = [
    host_programs_need_nothing,
    host_programs_are_old_python,
    host_programs_follow_no_link,
]
