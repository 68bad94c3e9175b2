"""Counts what a real `pyinfra -y --json` run sends to its hosts.

`count_remote_commands` starts this file as a program, which is the pyinfra command with a counter
around every connector. An upload counts as one, and the `cp`, `chown` ... that go with it as well.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COUNTED = ("run_shell_command", "put_file", "get_file")


@dataclass(frozen=True)
class CountedRun:
    """One run: exit code, wall time in seconds, `(host, what)` per remote command, its report."""

    returncode: int
    seconds: float
    remote_commands: list[tuple[str, str]]
    report: dict[str, Any]
    stderr: str

    @property
    def changed(self) -> list[str]:
        """Names of the operations that changed a host; empty on a converged one."""
        return changed_operations(self.report)


def changed_operations(report: dict[str, Any]) -> list[str]:
    """Names of the operations that a `-y --json` report counts as changed, in order."""
    results = report.get("results") or {}
    return [op["name"] for op in results.get("operations", []) if op["success"]]


def assert_idempotent(run: CountedRun) -> None:
    """The run succeeded and changed nothing."""
    assert run.returncode == 0, f"exit code {run.returncode}:\n{run.stderr[-2000:]}"
    assert not run.changed, f"a second run changed: {', '.join(run.changed)}"


def count_remote_commands(
    inventory: str, deploy: str, *, cwd: Path, extra: Sequence[str] = ()
) -> CountedRun:
    """Runs `pyinfra -y --json INVENTORY DEPLOY` in `cwd` and returns what it sent."""
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory) / "sent.jsonl"
        command = [sys.executable, __file__, str(record), "-y", "--json", *extra, inventory, deploy]
        start = time.monotonic()
        run = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        seconds = time.monotonic() - start
        sent = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    report = json.loads(run.stdout) if run.stdout.strip() else {}
    commands = [(host, what) for host, what in map(json.loads, sent)]
    return CountedRun(run.returncode, seconds, commands, report, run.stderr)


def _count_into(record: Path) -> None:
    """Makes every host note what it sends, with secrets masked."""
    from pyinfra.api.connectors import get_execution_connectors

    def counted(original: Any) -> Any:
        def send(connector: Any, what: Any, *args: Any, **kwargs: Any) -> Any:
            # A file transfer names the remote file second.
            subject = what if original.__name__ == "run_shell_command" else args[0]
            line = json.dumps([connector.host.name, f"{original.__name__} {subject}"])
            with record.open("a", encoding="utf-8") as out:
                out.write(line + "\n")
            return original(connector, what, *args, **kwargs)

        return send

    for connector in get_execution_connectors().values():
        for name in COUNTED:
            if name in vars(connector):
                setattr(connector, name, counted(vars(connector)[name]))


if __name__ == "__main__":
    from pyinfra_cli.main import main

    _count_into(Path(sys.argv.pop(1)))
    # The program's own directory is of no use to a deploy and could hide its modules.
    sys.path.pop(0)
    main()
