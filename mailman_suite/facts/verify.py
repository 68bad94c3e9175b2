"""Observations of a running suite, made in one remote command."""

from __future__ import annotations

import json
from typing import Any

from pyinfra.api import FactBase, StringCommand

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.facts.postfix import INSTALLED
from mailman_suite.host.wire.checks import Questions

_MARK = "= "
# These ask the databases, for which the release has the driver. Its code never runs as root.
_OF_THE_RELEASE = ("state.schema", "apply.web_identity")
_RELEASE = f"{layout.BIN}/python"


class Observations(FactBase[dict[str, Any]]):
    """Program of `mailman_suite/host/` -> its answer, or `{"error": why}` if it gave none.

    A missing one was not run; a check that needs it is broken.
    """

    @staticmethod
    def default() -> dict[str, Any]:
        """No program was run."""
        return {}

    def command(self, questions: Questions) -> StringCommand:
        """Every program, one after the other; none of them changes anything."""
        parts: list[str | StringCommand] = []
        for name, arguments in questions.items():
            if name in _OF_THE_RELEASE:
                asked = program(name, "look", arguments, python=_RELEASE, as_user=layout.USER)
            else:
                asked = program(name, "look", arguments)
            parts += [f"echo '{_MARK}{name}';", asked, "2>&1;"]
        return StringCommand(*parts, "true")

    def process(self, output: list[str]) -> dict[str, Any]:
        """Each program's last line is its answer, or its error message if it failed."""
        answers: dict[str, Any] = {}
        name = ""
        for line in output:
            if line.startswith(_MARK):
                name = line.removeprefix(_MARK)
                answers[name] = {"error": "the program said nothing"}
            elif name:
                answers[name] = _answer(line)
        return answers


def _answer(line: str) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except json.JSONDecodeError:
        return {"error": line.strip()}
    return answer if isinstance(answer, dict) else {"error": line.strip()}


class LocalDomains(FactBase[str]):
    """Postfix's `mydestination` with everything that it refers to; empty without a Postfix."""

    @staticmethod
    def default() -> str:
        """An empty value prints nothing."""
        return ""

    def command(self) -> StringCommand:
        """One read-only command."""
        return StringCommand(f"if {INSTALLED}; then postconf -xh mydestination; fi")

    def process(self, output: list[str]) -> str:
        """An empty value is an answer: the host delivers no mail of its own."""
        return " ".join(output).strip()
