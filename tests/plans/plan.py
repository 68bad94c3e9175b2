"""What a plan is: operations with the commands, their standard input and the uploads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SECRET = "*secret*"


@dataclass(frozen=True)
class Input:
    """Standard input of the command before it, with `*secret*` in place of every secret."""

    content: str

    @property
    def document(self) -> Any:
        """The content read as JSON, or as it is when it is something else."""
        try:
            return json.loads(self.content)
        except json.JSONDecodeError:
            return self.content


@dataclass(frozen=True)
class Upload:
    """A file on its way to the host; `content` is `*secret*` when it holds a secret."""

    destination: str
    content: str
    mode: str | None = None


Action = str | Input | Upload


@dataclass(frozen=True)
class Operation:
    """One operation of a plan: its name and, in order, what it would send; `str` is a command."""

    name: str
    actions: tuple[Action, ...]
    noop: str = ""
    conditional: bool = False

    @property
    def commands(self) -> list[str]:
        return [action for action in self.actions if isinstance(action, str)]

    @property
    def inputs(self) -> list[Input]:
        return [action for action in self.actions if isinstance(action, Input)]

    @property
    def uploads(self) -> list[Upload]:
        return [action for action in self.actions if isinstance(action, Upload)]


@dataclass
class Plan:
    """What a deploy would do to one host, what it asked to find out, and secrets it would show."""

    host: str
    operations: list[Operation] = field(default_factory=list)
    facts_asked: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Operation]:
        return [operation for operation in self.operations if operation.actions]

    @property
    def remote_commands(self) -> int:
        """Round trips of the run: facts, commands and uploads."""
        sent = sum(len(op.commands) + len(op.uploads) for op in self.operations)
        return len(self.facts_asked) + sent

    def text(self) -> str:
        """The plan as lines for a person and for `assert_golden`."""
        return "".join(line + "\n" for op in self.operations for line in _lines(op))


def _lines(operation: Operation) -> Iterator[str]:
    yield operation.name + (" (conditional)" if operation.conditional else "")
    for action in operation.actions:
        if isinstance(action, Upload):
            yield f"    > {action.destination}" + (f" {action.mode}" if action.mode else "")
            yield from (f"      | {line}" for line in action.content.splitlines())
        elif isinstance(action, Input):
            yield from (f"    < {line}" for line in _outline(action.document))
        else:
            first, *rest = action.splitlines() or [""]
            yield f"    $ {first}"
            yield from (f"      {line}" for line in rest)


def _outline(document: Any) -> Iterator[str]:
    """A JSON document as indented lines, with texts of several lines kept as such."""
    if isinstance(document, dict):
        entries = [(f"{key}:", value) for key, value in document.items()]
    elif isinstance(document, list):
        entries = [("-", value) for value in document]
    else:
        text = document if isinstance(document, str) else json.dumps(document)
        yield from text.splitlines() or [""]
        return
    for label, value in entries:
        lines = list(_outline(value))
        if len(lines) == 1 and not isinstance(value, dict | list):
            yield f"{label} {lines[0]}"
        else:
            yield label
            yield from (f"  {line}" for line in lines)
