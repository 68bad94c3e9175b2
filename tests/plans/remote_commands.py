"""Counts what a real run of pyinfra sends to its hosts, and what it costs the control machine.

`count_remote_commands` and `count_commands_of_plan` start this file as a program, which is the
pyinfra command with a counter around every connector. An upload counts as one, and the `cp`,
`chown` ... that go with it as well.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 900
COUNTED = ("run_shell_command", "put_file", "get_file")


@dataclass(frozen=True)
class CountedRun:
    """One run: exit code, wall time in seconds, `(host, what)` per remote command, its report.

    `cpu_seconds` and `peak_mib` are the processor time (user and system) and the most memory of
    pyinfra's own process.
    """

    returncode: int
    seconds: float
    remote_commands: list[tuple[str, str]]
    report: dict[str, Any]
    stderr: str
    cpu_seconds: float
    peak_mib: float

    @property
    def changed(self) -> list[str]:
        """Names of the operations that changed a host; empty on a converged one."""
        return changed_operations(self.report)

    @property
    def planned(self) -> list[str]:
        """Names of the operations that would change a host, by a plan."""
        return [op["name"] for op in self.report.get("plan") or [] if op["hosts_with_change"]]


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
    return _counted(["-y", "--json", *extra, inventory, deploy], cwd)


def count_commands_of_plan(
    inventory: str, deploy: str, *, cwd: Path, extra: Sequence[str] = ()
) -> CountedRun:
    """Runs `pyinfra --dry --json INVENTORY DEPLOY` in `cwd` and returns what it asked."""
    return _counted(["--dry", "--json", *extra, inventory, deploy], cwd)


def _counted(words: Sequence[str], cwd: Path) -> CountedRun:
    """One bounded call of pyinfra with these words, in `cwd`."""
    with tempfile.TemporaryDirectory() as directory:
        record, said, errors = (Path(directory) / name for name in ("sent", "stdout", "stderr"))
        limit = ["timeout", "--kill-after=10", str(LIMIT_SECONDS)]
        command = [*limit, sys.executable, __file__, str(record), *words]
        start = time.monotonic()
        with said.open("w") as stdout, errors.open("w") as stderr:
            process = subprocess.Popen(
                command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )
            usage = _ended(process)
        seconds = time.monotonic() - start
        sent = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        report = json.loads(said.read_text(encoding="utf-8") or "{}")
        words_of_error = errors.read_text(encoding="utf-8")
    commands = [(host, what) for host, what in map(json.loads, sent)]
    cpu = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss / 1024
    return CountedRun(process.returncode, seconds, commands, report, words_of_error, cpu, peak)


def _ended(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """What the process and its children used; they end with the one who waits for them."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.terminate()  # `timeout` passes it on
        process.wait()
        raise
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


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
