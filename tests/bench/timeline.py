"""Runs a program and notes when it began each of its steps."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# pyinfra's own line, and the one that the guide's commands print.
_BEGINS = re.compile(r"^(?:--> Starting operation: |## )(.+?)\s*$")
# Names of releases hold a digest that says nothing here.
_DIGEST = re.compile(r"-py3\.\d+-[0-9a-f]{12}")


class RunFailed(Exception):
    """A measured program that ended with an error, with the end of what it said."""


@dataclass(frozen=True)
class Timeline:
    """How long each step of a run took, in seconds, in order."""

    steps: tuple[tuple[str, float], ...]

    @property
    def seconds(self) -> float:
        """The whole run."""
        return sum(taken for _, taken in self.steps)

    def followed_by(self, step: str, seconds: float) -> Timeline:
        """The same run with one step more."""
        return Timeline((*self.steps, (step, seconds)))


def timed(
    command: Sequence[str], *, before: str, cwd: Path | None = None, stdin: str = ""
) -> Timeline:
    """The finished run's steps; `before` names what happens until the first one. RunFailed."""
    began = time.monotonic()
    marks, said = [(before, began)], []
    with subprocess.Popen(
        command,
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(stdin)
        process.stdin.close()
        for line in process.stdout:
            said.append(line)
            if begins := _BEGINS.match(line):
                # The bar that pyinfra puts after a step's name would end a table's cell.
                name = _DIGEST.sub("", begins[1]).replace(" | ", ": ")
                marks.append((name, time.monotonic()))
    if process.returncode:
        raise RunFailed(f"exit status {process.returncode}:\n{''.join(said[-60:])}")
    ends = [moment for _, moment in marks[1:]] + [time.monotonic()]
    return Timeline(tuple((step, end - start) for (step, start), end in zip(marks, ends)))
