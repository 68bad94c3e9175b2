"""Runs the pyinfra command many times, importing it only once: each run is a fork.

Reads one JSON request per line (`argv`, `cwd`, and files for `stdin`, `stdout`, `stderr`) and
answers each with the exit code. A fork takes 0.1 s where a fresh process takes 0.7 s. That our
configuration finds our modules is shown by `test_costs.py`, with processes of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

import gevent.os
from pyinfra_cli.main import main

_ROOT = str(Path(__file__).parents[2])
# What our runs import, which takes longer than the rest of such a run.
_IMPORTED = ("runs.end", "operations.run", "facts.history", "inspection.group_data")


def serve() -> None:
    """Answers requests until standard input ends."""
    sys.path.insert(0, _ROOT)
    for name in _IMPORTED:
        import_module(f"mailman_suite.{name}")
    sys.path.remove(_ROOT)
    while line := sys.stdin.readline():
        request = json.loads(line)
        child = gevent.os.fork_gevent()
        if child == 0:
            _become(request)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(request: dict[str, Any]) -> None:
    """Turns this process into one run of the command; never returns."""
    signal.alarm(60)  # a run that waits for something forever is a failed test
    os.chdir(request["cwd"])
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        os.dup2(os.open(request[name], flags, 0o600), number)
    sys.argv = ["pyinfra", *request["argv"]]
    sys.path.pop(0)  # the directory of this file, which the real command does not have
    code = 1
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve()
