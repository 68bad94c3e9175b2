"""The rules of the code base, each a function from one parsed file to what breaks it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 250
FUNCTION_LINES = 30
EMPTY_WORD = re.compile("(manager|helper|util|handler)s?|misc")
BANNED = ("host.when", "host.arguments")
PORTS = (8000, 8001, 8024)
DISTRIBUTION = re.compile(
    r"(?<![a-z])(debian|ubuntu|fedora|rhel|redhat|rocky|almalinux|centos|alpine|bullseye|bookworm"
    r"|trixie|jammy|noble)(?![a-z])(?!_FRONTEND)",
    re.IGNORECASE,
)
PLACE = re.compile(r"(?<!templates)/(opt/mailman|etc/mailman3)\b|\b(8000|8001|8024)\b")
# Where packages are from unless apt, dnf and pip are told of a mirror, as patterns.
PACKAGE_HOSTS = (
    r"(deb|security|snapshot|archive|http|cdn-fastly|ftp(\.\w\w)?|mirrors?\.[\w.-]+)\.debian\.org",
    r"((\w\w\.)?archive|security|ports|old-releases)\.ubuntu\.com",
    r"(dl|download|mirrors)\.(fedoraproject|rockylinux)\.org",
    r"((test|upload)\.)?pypi\.(org|python\.org)|files\.pythonhosted\.org",
    r"registry\.(npmjs\.(org|com)|yarnpkg\.com)|proxy\.golang\.org",
)
PACKAGE_HOST = re.compile(rf"(?<![\w.-])({'|'.join(PACKAGE_HOSTS)})(?![\w-])", re.IGNORECASE)
VERSION_TEXT = re.compile(r"\d+\.\d+(\.\d+)*$")

Found = Iterator[tuple[int, str]]
Rule = Callable[[Path, ast.Module], Found]


def files_of(*folders: str, pattern: str = "*.py") -> list[Path]:
    """The existing files below the folders, relative to the repository."""
    found = (path for folder in folders for path in (ROOT / folder).rglob(pattern))
    return sorted(path.relative_to(ROOT) for path in found if path.is_file())


def tracked_files() -> list[Path]:
    """Every file of the repository, relative to it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = (Path(os.fsdecode(name)) for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if (ROOT / path).is_file()]


def package_hosts(text: str) -> list[str]:
    """Names of package hosts in a text; they belong in the configuration of apt, dnf or pip."""
    return [match.group() for match in PACKAGE_HOST.finditer(text)]


def broken(rule: Rule, path: Path, source: str) -> list[str]:
    """What breaks the rule in a file with this text, as `path:line: what`."""
    return each_broken([rule], path, source)[rule]


def each_broken(rules: Iterable[Rule], path: Path, source: str) -> dict[Rule, list[str]]:
    """The same of several rules for a file that is parsed once."""
    tree = ast.parse(source)
    return {rule: [f"{path}:{line}: {what}" for line, what in rule(path, tree)] for rule in rules}


@cache
def own_operations() -> set[str]:
    """Names of the functions in mailman_suite/operations that are decorated with @operation."""
    trees = (ast.parse((ROOT / path).read_text()) for path in files_of("mailman_suite/operations"))
    functions = (node for tree in trees for node in ast.walk(tree) if _is_function(node))
    return {
        node.name
        for node in functions
        if any(ast.unparse(each).startswith("operation") for each in node.decorator_list)
    }


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Local name -> full dotted name, for `from x import y` and `import x.y as z`."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.asname or a.name: a.name for a in node.names}
    return names


def operation_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of pyinfra's operations and of ours, not of their `_inner` functions."""
    imported, own = _imported(tree), own_operations()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        first, _, rest = ast.unparse(node.func).partition(".")
        name = ".".join(filter(None, (imported.get(first, first), rest)))
        stock = re.fullmatch(r"pyinfra\.operations\.(?!util\b)\w+\.\w+", name)
        ours = name.startswith("mailman_suite.operations.") and name.rpartition(".")[2] in own
        if stock or ours:
            yield node


def _texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """String constants that are not docstrings."""
    statements = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    docstrings = {id(value) for value in statements if isinstance(value, ast.Constant)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node


def operations_inside_functions(path: Path, tree: ast.Module) -> Found:
    functions = [n for n in ast.walk(tree) if _is_function(n) or isinstance(n, ast.Lambda)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for call in operation_calls(tree):
        if id(call) not in inside:
            yield call.lineno, "an operation at module level runs for the first host only"


def operations_are_named(path: Path, tree: ast.Module) -> Found:
    for call in operation_calls(tree):
        if not any(keyword.arg == "name" for keyword in call.keywords):
            yield call.lineno, f"{ast.unparse(call.func)} without name="


def no_dangerous_pyinfra(path: Path, tree: ast.Module) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in BANNED:
            yield node.lineno, f"{ast.unparse(node)} loses global arguments"
    for text in _texts(tree):
        if "--no-wait" in text.value:
            yield text.lineno, "--no-wait loses failures"


def short_functions(path: Path, tree: ast.Module) -> Found:
    """Without the docstring: a full contract must not cost a function its lines."""
    for node in filter(_is_function, ast.walk(tree)):
        documented = node.body[0] if ast.get_docstring(node) else None
        extra = documented.end_lineno - documented.lineno + 1 if documented else 0
        lines = node.end_lineno - node.lineno + 1 - extra
        if lines > FUNCTION_LINES:
            yield node.lineno, f"{node.name} has {lines} lines, {FUNCTION_LINES} at most"


def short_files(path: Path, tree: ast.Module) -> Found:
    lines = max((getattr(node, "end_lineno", 0) for node in tree.body), default=0)
    if lines >= FILE_LINES:
        yield lines, f"{lines} lines; split it below {FILE_LINES}"


def versions_in_releases_and_gates(path: Path, tree: ast.Module) -> Found:
    if str(path).endswith(("releases/catalogue.py", "gates/asking.py", "gates/versions.py")):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import) and "packaging" in ast.unparse(node):
            yield node.lineno, "version arithmetic belongs to releases/catalogue.py or gates/"
        if isinstance(node, ast.Compare) and _compares_versions(node):
            yield node.lineno, f"compares versions: {ast.unparse(node)}"


def _compares_versions(node: ast.Compare) -> bool:
    ordering = any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops)
    sides = [node.left, *node.comparators]
    constants = [side.value for side in sides if isinstance(side, ast.Constant)]
    literal = any(isinstance(value, str) and VERSION_TEXT.match(value) for value in constants)
    return literal or (ordering and "version" in ast.unparse(node).lower())


def distributions_in_platforms(path: Path, tree: ast.Module) -> Found:
    if path.name == "platforms.py":
        return
    for text in _texts(tree):
        if DISTRIBUTION.search(text.value):
            yield text.lineno, f"names a distribution: {text.value!r}"
    for node in ast.walk(tree):
        name = getattr(node, "id", None) or getattr(node, "attr", None) or _defined(node)
        if name and DISTRIBUTION.search(name):
            yield node.lineno, f"names a distribution: {name}"


def places_in_layout(path: Path, tree: ast.Module) -> Found:
    if path.name == "layout.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value in PORTS:
            yield node.lineno, f"port {node.value} belongs to layout.py"
    for text in _texts(tree):
        if PLACE.search(text.value):
            yield text.lineno, f"belongs to layout.py: {text.value!r}"


def names_say_something(path: Path, tree: ast.Module) -> Found:
    names = [(1, path.stem)] + [(n.lineno, _defined(n)) for n in ast.walk(tree) if _defined(n)]
    for line, name in names:
        words = re.findall(r"[A-Z]?[a-z]+", name)
        if any(EMPTY_WORD.fullmatch(word.lower()) for word in words):
            yield line, f"{name} says nothing about what it is"


def _defined(node: ast.AST) -> str:
    return node.name if _is_function(node) or isinstance(node, ast.ClassDef) else ""


EVERYWHERE: list[Rule] = [
    operations_inside_functions,
    operations_are_named,
    no_dangerous_pyinfra,
    short_functions,
    short_files,
    versions_in_releases_and_gates,
    distributions_in_platforms,
    places_in_layout,
    names_say_something,
]
