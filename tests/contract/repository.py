"""A toy pyinfra repository in a temporary directory."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

TRACING = '''
    """What the deploys of these tests share."""
    from pyinfra import host
    from pyinfra.api import FactBase, FactProcessError, operation

    def trace(text):
        with open("trace", "a") as out:
            print(text, file=out)

    @operation()
    def note(text):
        """Leaves a line when it is executed, and counts as a change."""
        trace(f"{host.name} {text}")
        yield "true"
'''


@dataclass(frozen=True)
class Run:
    """One finished pyinfra command."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.stdout)

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """Results by operation name."""
        return {op["name"]: op for op in self.report["results"]["operations"]}


class Repository:
    """A directory with a deploy, and the command that runs it there.

    Deploy code writes what happens into the file `trace`; `trace()` reads it.
    """

    def __init__(self, path: Path, server: subprocess.Popen[str]) -> None:
        self.path = path
        self.server = server
        self.write("tracing.py", TRACING)

    def write(self, name: str, text: str) -> None:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text), encoding="utf-8")

    def trace(self) -> list[str]:
        trace = self.path / "trace"
        return trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []

    def pyinfra(self, *argv: str, stdin: str = "") -> Run:
        """Runs `pyinfra ARGV` here, with `stdin` and then end of file."""
        names = {name: str(self.path / f".{name}") for name in ("stdin", "stdout", "stderr")}
        Path(names["stdin"]).write_text(stdin, encoding="utf-8")
        request = {"argv": argv, "cwd": str(self.path), **names}
        assert self.server.stdin and self.server.stdout
        self.server.stdin.write(json.dumps(request) + "\n")
        self.server.stdin.flush()
        code = int(self.server.stdout.readline())
        output = [Path(names[name]).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
        return Run(code, *output)
