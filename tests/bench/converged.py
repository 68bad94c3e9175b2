"""A host that is already as declared: our run beside the same end state in stock operations."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.machines import Machine
from tests.bench import end_state
from tests.bench.distance import far_away
from tests.bench.figures import Figure, Section, ratio
from tests.bench.machines import machine, wait_until_it_answers
from tests.bench.timeline import RunFailed
from tests.lab import installed
from tests.plans.remote_commands import CountedRun, count_remote_commands

_OURS = "deploys/mailman.py"
_NAIVE = "tests/bench/naive/deploy.py"
_STOCK = "tests/bench/naive/stock.py"
_LABELS = {_OURS: "ours", _NAIVE: "naive", _STOCK: "naive, no checks"}
_ROUND_TRIP = 0.03  # seconds
_HOW = """\
One machine (Debian 12, SQLite, the suite installed and running), {network}; no run changes it.
"ours" is `pyinfra -y deploys/mailman.py`, whole, with the checks at its end. "naive" is
`tests/bench/naive/deploy.py`: the same packages, account, directories, files, links, units
and Postfix parameters with one stock operation each, then the schema, site, superuser and list
asked for with the suite's own commands; no TCP_NODELAY. Not in it: the Python packages (stock
operations cannot compare those of a locked release) and our checks at the end. "naive, no checks"
leaves the suite's own commands out as well. The three follow each other in every round."""


def measured(rounds: int) -> list[Section]:
    """One section for the lab's own network, and one as if the machine were far away."""
    with machine(layer=installed.layer(installed.DEFAULT)) as host:
        wait_until_it_answers(host, installed.WEB_HOST)
        with end_state.written(host, installed.DEFAULT.data) as state:
            options = _options(host, state)
            near = _section(rounds, "on the same computer", options)
            with far_away(host.address, 22, _ROUND_TRIP) as port:
                there = {deploy: [*words, *_through(port)] for deploy, words in options.items()}
                return [near, _section(rounds, "30 ms of round trip away", there)]


def _options(host: Machine, state: Path) -> Mapping[str, Sequence[str]]:
    """The command line's options for each deploy."""
    limit = ["--limit", host.name]
    stock = _data(bench_end_state=str(state), ssh_paramiko_connect_kwargs={})
    return {
        _OURS: [*limit, *_data(**installed.DEFAULT.data)],
        _NAIVE: [*limit, *stock],
        _STOCK: [*limit, *stock],
    }


def _through(port: int) -> list[str]:
    """The options that lead to a machine by a port of this computer."""
    return _data(ssh_hostname="127.0.0.1", ssh_port=port, ssh_strict_host_key_checking="off")


def _data(**values: Any) -> list[str]:
    words = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()
    }
    return [word for key, value in words.items() for word in ("--data", f"{key}={value}")]


def _section(rounds: int, network: str, options: Mapping[str, Sequence[str]]) -> Section:
    runs: dict[str, list[CountedRun]] = {deploy: [] for deploy in options}
    for _ in range(rounds):
        for deploy, words in options.items():
            run = _unchanging(deploy, words)
            print(f"{_LABELS[deploy]}: {run.seconds:.2f} s", file=sys.stderr, flush=True)
            runs[deploy].append(run)
    wall = {
        deploy: Figure(f"{_LABELS[deploy]}: wall time", "s", tuple(one.seconds for one in done))
        for deploy, done in runs.items()
    }
    commands = [_commands(deploy, done) for deploy, done in runs.items()]
    ratios = (
        ratio("ours / naive", wall[_OURS], wall[_NAIVE], "at most 0.2"),
        ratio("ours / naive, no checks", wall[_OURS], wall[_STOCK]),
    )
    title = f"Second run on a converged host, {network}"
    return Section(title, _HOW.format(network=network), (*commands, *wall.values(), *ratios))


def _commands(deploy: str, runs: Sequence[CountedRun]) -> Figure:
    counts = tuple(float(len(run.remote_commands)) for run in runs)
    goal = "at most 15" if deploy == _OURS else ""
    return Figure(f"{_LABELS[deploy]}: remote commands", "commands", counts, goal)


def _unchanging(deploy: str, options: Sequence[str]) -> CountedRun:
    """One run; RunFailed when it failed or changed the host."""
    run = count_remote_commands(
        "inventories/lab.py", deploy, cwd=installed.REPOSITORY, extra=options
    )
    # pyinfra counts every server.shell as a change, and the naive way's questions are such.
    changed = [name for name in run.changed if not name.startswith("Check")]
    if run.returncode or changed:
        raise RunFailed(f"{deploy}: exit {run.returncode}, changed {changed}\n{run.stderr[-3000:]}")
    return run
