"""Runs a program of `mailman_suite/host/` on the target, in one remote command.

The program's source travels in the command itself, so a host needs nothing of ours beforehand and
never runs an old copy. Arguments are public; what is secret or long goes through standard input.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pyinfra.api import FactBase, FactProcessError, HiddenValue, QuoteString, StringCommand

from mailman_suite.base.repository import HOST_PROGRAMS


@lru_cache
def _source(name: str) -> HiddenValue:
    """A program's text, shown as its file's name in plans and in verbose output."""
    file = f"{name.replace('.', '/')}.py"
    text = (HOST_PROGRAMS / file).read_text()
    return HiddenValue(text, masked_value=f"<mailman_suite/host/{file}>")


def all_programs() -> dict[str, bytes]:
    """Path in an archive -> text of every program, for those that need each other."""
    return {
        f"mailman_suite/host/{source.relative_to(HOST_PROGRAMS)}": source.read_bytes()
        for source in sorted(HOST_PROGRAMS.rglob("*.py"))
    }


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
        QuoteString(_source(name)),
        verb,
        QuoteString(json.dumps(arguments, sort_keys=True)),
        **connector_arguments,
    )


class ProgramFact(FactBase[dict[str, Any]]):
    """A fact that one host program answers as JSON; anything else fails the host."""

    abstract = True
    program_name: str
    verb = "look"

    def command(self, arguments: Any = None) -> StringCommand:
        """The program in a verb that changes nothing."""
        return program(self.program_name, self.verb, arguments)

    def process(self, output: list[str]) -> dict[str, Any]:
        """The JSON object on the last line."""
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
