"""What a plan is: operations with the commands and uploads they would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SECRET = "*secret*"


@dataclass(frozen=True)
class Upload:
    """A file on its way to the host; `content` is `*secret*` when it holds a secret."""

    destination: str
    content: str
    mode: str | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of a plan: its name and, in order, the commands and uploads it would send."""

    name: str
    actions: tuple[str | Upload, ...]
    noop: str = ""
    conditional: bool = False

    @property
    def commands(self) -> list[str]:
        return [action for action in self.actions if isinstance(action, str)]

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
        return len(self.facts_asked) + sum(len(op.actions) for op in self.operations)

    def text(self) -> str:
        """The plan as lines for a person and for `assert_golden`."""
        return "".join(line + "\n" for op in self.operations for line in _lines(op))


def _lines(operation: Operation) -> Iterator[str]:
    yield operation.name + (" (conditional)" if operation.conditional else "")
    for action in operation.actions:
        if isinstance(action, Upload):
            yield f"    > {action.destination}" + (f" {action.mode}" if action.mode else "")
            yield from (f"      | {line}" for line in action.content.splitlines())
        else:
            first, *rest = action.splitlines() or [""]
            yield f"    $ {first}"
            yield from (f"      {line}" for line in rest)
