"""Runs a program of `mailman_suite/host/` on the target, in one remote command.

The program's source travels in the command itself, with that of the siblings that it imports, so a
host needs nothing of ours beforehand and never runs an old copy. Arguments are public; what is
secret or long goes through standard input.
"""

from __future__ import annotations

import ast
import base64
import json
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pyinfra.api import FactBase, FactProcessError, HiddenValue, QuoteString, StringCommand

from mailman_suite.base import repository

Answer = TypeVar("Answer")
_PACKAGE = "mailman_suite.host"
_LOADER = f"{_PACKAGE}.base.sent"


def all_programs() -> dict[str, bytes]:
    """Path in an archive -> text of every program, for those that are run from a directory."""
    return {
        str(source.relative_to(repository.ROOT)): source.read_bytes()
        for source in sorted((repository.ROOT / "mailman_suite" / "host").rglob("*.py"))
    }


def closure(module: str) -> dict[str, str]:
    """Module -> source of a module of `host/` and of all siblings that it needs, packages too.

    Every import in the text counts, also one inside a function.
    """
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found[name] = _source(name)
            waiting += [name.rpartition(".")[0], *_siblings(name)]
    return dict(sorted(found.items()))


@lru_cache
def _siblings(module: str) -> tuple[str, ...]:
    """The modules of `host/` that the text of a module imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(_source(module))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # What is imported from a module can be a module itself.
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(name for name in names if name.startswith(f"{_PACKAGE}.") and _file(name))


def _source(module: str) -> str:
    """The text of a module; a folder without one of its own has an empty text."""
    file = _file(module)
    return file.read_text(encoding="utf-8") if file else ""


def _file(module: str) -> Path | None:
    place = repository.ROOT.joinpath(*module.split("."))
    files = (place / "__init__.py", place.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


@lru_cache
def _text(name: str) -> HiddenValue:
    """What Python is given to run; plans and verbose output show the name of the program's file."""
    module = f"{_PACKAGE}.{name}"
    sources = json.dumps(closure(module), ensure_ascii=False).encode()
    packed = base64.b64encode(zlib.compress(sources, 9)).decode()
    text = f'{_source(_LOADER)}\n\nrun("{module}", "{packed}")\n'
    return HiddenValue(text, masked_value=f"<{'/'.join(module.split('.'))}.py>")


def program(
    name: str,
    verb: str,
    arguments: Any = None,
    *,
    stdin: Any = None,
    python: str = "python3",
    as_user: str | None = None,
    flags: str = "-I",
) -> StringCommand:
    """The command that runs the program `name`, such as `apply.units`, as VERB ARGUMENTS.

    `arguments` and `stdin` are sent as JSON; secrets belong into `stdin`, which is neither shown
    nor visible to other users of the host. With `as_user` the program drops root's rights first.
    """
    connector_arguments: Any = {} if stdin is None else {"_stdin": json.dumps(stdin) + "\n"}
    privilege = ["runuser", "-u", QuoteString(as_user), "--"] if as_user else []
    return StringCommand(
        *privilege,
        QuoteString(python),
        flags,
        "-c",
        QuoteString(_text(name)),
        verb,
        QuoteString(json.dumps(arguments, sort_keys=True)),
        **connector_arguments,
    )


class ProgramFact(FactBase[Answer]):
    """A fact that one host program answers as a JSON object; anything else fails the host.

    `Answer` is the object's shape, which `mailman_suite/host/wire/` declares.
    """

    abstract = True
    program_name: str
    verb = "look"

    def command(self, arguments: Any = None) -> StringCommand:
        """The program in a verb that changes nothing."""
        return program(self.program_name, self.verb, arguments)

    def process(self, output: list[str]) -> Answer:
        """The JSON object on the last line."""
        answer: Answer = self._object(output)
        return answer

    def _object(self, output: list[str]) -> Any:
        try:
            answer = json.loads(output[-1])
        except (IndexError, json.JSONDecodeError):
            raise FactProcessError(
                f"host program {self.program_name} answered no JSON: {output[-3:]}"
            ) from None
        if not isinstance(answer, dict):
            kind = type(answer).__name__
            raise FactProcessError(f"host program {self.program_name} answered {kind}")
        return answer
