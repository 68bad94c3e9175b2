"""A whole deploy for several hosts at a time, prepared and run by pyinfra, on paper.

Facts are answered from tables, commands by pyinfra's `@fake` connector; how pyinfra orders
operations, runs them and ends is its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import gevent
from pyinfra.api import Config, Host, Inventory, State
from pyinfra.api.connect import disconnect_all
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operations import run_ops
from pyinfra.api.state import StateStage
from pyinfra.connectors.fake import FakeConnector
from pyinfra.connectors.util import CommandOutput, OutputLine
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state

from mailman_suite.checks.model import Verdict
from mailman_suite.releases.catalogue import RELEASES
from tests.plans.harness import _answer, _enter, _fact_arguments
from tests.plans.paper_hosts import PaperHost, paper_hosts
from tests.plans.suite_on_paper import converged, data, look
from tests.unit import surveyed

DEPLOY = Path(__file__).parents[2] / "deploys" / "mailman.py"
(DEBIAN_12,) = (host for host in paper_hosts(supported=True) if host.name == "debian-12")
OLDER = RELEASES["3.3.10"]
NEW = RELEASES["3.3.10+forked"]
IDENTIFIER = {release.name: release.identifier((3, 11)) for release in (OLDER, NEW)}
_WINDOW = re.compile(r"systemctl start mailman-window\.service")
_WORDS = re.compile(r"mailman_suite\.host\.window\.program (closed|follow)")


@dataclass
class Paper:
    """One host: its group data, what it answers, what its window says, and whether it is well."""

    data: dict[str, Any]
    facts: Mapping[str, Any]
    window: Sequence[str] = (f"{IDENTIFIER[NEW.name]} runs; the window took 31.4 s",)
    closing: Sequence[str] = ("The web is stopped",)  # what a web's window says until then
    well: bool = True
    fails: str = ""  # a pattern of a command that fails
    sent: list[str] = field(default_factory=list)


def older(wave: int = 0, on: PaperHost = DEBIAN_12, **more: Any) -> Paper:
    """A host that runs 3.3.10 and is to run 3.3.10+forked, of which nothing is built yet."""
    values = data(on, mailman_wave=wave)
    seen = {**look(on, IDENTIFIER[OLDER.name])}
    facts = {
        **converged(on),
        "HostInspection": seen,
        "Survey": surveyed.converged(OLDER),
        "LocalDomains": "lists.unit.test",
        "Observations": {},
    }
    facts["ReleaseState"] = {**facts["ReleaseState"], "built": ""}
    return Paper({**values, **more}, facts)


def current(wave: int = 0, on: PaperHost = DEBIAN_12, **more: Any) -> Paper:
    """A host that is as declared."""
    facts = {**converged(on), "LocalDomains": "lists.unit.test", "Observations": {}}
    return Paper({**data(on, mailman_wave=wave), **more}, facts)


@dataclass
class Run:
    """What came of a run: the operations in their order, and the error that ended it, if any."""

    state: State
    error: PyinfraError | None = None

    @property
    def order(self) -> list[tuple[str, list[str]]]:
        """Each operation's name with the hosts that have it."""
        books = self.state.ops
        return [
            (" / ".join(sorted(self.state.op_meta[one].names)), _named(books, one))
            for one in self.state.get_op_order()
        ]


def _named(books: Mapping[Host, Mapping[str, Any]], operation: str) -> list[str]:
    return sorted(host.name for host, its in books.items() if operation in its)


def run(hosts: Mapping[str, Paper], *, parallel: int | None = None, execute: bool = True) -> Run:
    """Prepares the deploy for all hosts as the command line does, runs it, and disconnects."""
    inventory = Inventory(([(f"@fake/{name}", _data(one)) for name, one in hosts.items()], {}))
    state = State(
        inventory, Config(PARALLEL=parallel or 0, FAIL_PERCENT=0), check_for_changes=False
    )
    state.cwd = os.getcwd()
    # What somebody who answers yes to "continue?" does, without -y.
    state.should_raise_failed_hosts = lambda _: False
    done = Run(state)
    with _on_paper(state, {f"@fake/{name}": one for name, one in hosts.items()}):
        try:
            _load(state)
            if execute:
                state.set_stage(StateStage.Execute)
                run_ops(state)
        except PyinfraError as error:
            done.error = error
        finally:
            disconnect_all(state)
    return done


def _load(state: State) -> None:
    """As `pyinfra_cli.util.load_deploy_file`, whose import would patch Python for all tests."""
    code = compile(DEPLOY.read_text(encoding="utf-8"), str(DEPLOY), "exec")
    state.current_deploy_filename = str(DEPLOY)

    def load(host: Host) -> PyinfraError | None:
        with ctx_config.use(state.config.copy()), ctx_host.use(host):
            try:
                exec(code, {"__file__": str(DEPLOY)})
            except PyinfraError as error:
                return error
        return None

    loading = [state.pool.spawn(load, host) for host in state.inventory.get_active_hosts()]
    for greenlet in gevent.iwait(loading):
        if error := greenlet.get():
            raise error


def _data(paper: Paper) -> dict[str, Any]:
    return {**paper.data, "fake_delay": 0, "fake_delay_jitter": 0}


@contextmanager
def _on_paper(state: State, hosts: Mapping[str, Paper]) -> Iterator[None]:
    def get_fact(host: Host, fact: Any, *args: Any, **kwargs: Any) -> Any:
        return _answer(hosts[host.name].facts, fact, _fact_arguments(fact, args, kwargs))

    def respond(connector: FakeConnector, command: str) -> Any:
        return _respond(hosts[connector.host.name], command)

    for host in state.inventory:
        state.activate_host(host)
        host.connected = True
    state.set_stage(StateStage.Prepare)
    state.current_op_file_number = 0
    Host._get_temp_directory.cache.clear()
    with ExitStack() as stack:
        stack.enter_context(patch("pyinfra.is_cli", True))
        stack.enter_context(patch.object(Host, "get_fact", get_fact))
        stack.enter_context(patch.object(FakeConnector, "_lookup_response", respond))
        stack.enter_context(patch("mailman_suite.operations.verify.verdicts", _verdicts(hosts)))
        for context, value in (
            (ctx_state, state), (ctx_inventory, state.inventory), (ctx_config, state.config),
            (ctx_host, None),
        ):  # fmt: skip
            _enter(stack, context, value)
        yield


def _verdicts(hosts: Mapping[str, Paper]) -> Any:
    def verdicts(*_: Any) -> list[Verdict]:
        paper = hosts[ctx_host.get().name]
        return [Verdict("Core answers", paper.well, "as it should" if paper.well else "silence")]

    return verdicts


def _respond(paper: Paper, command: str) -> Any:
    if "host/apply/runs.py" in command:
        return True, CommandOutput([OutputLine("stdout", "{}")])  # nobody else is at it
    paper.sent.append(command)
    words = _WORDS.search(command)
    said = {"closed": paper.closing, "follow": paper.window}[words[1]] if words else ()
    failed = any(line.startswith("error: ") for line in said)
    failed |= bool(paper.fails and re.search(paper.fails, command)) or command[-8:] == "; exit 1"
    return not failed, CommandOutput([OutputLine("stdout", line) for line in said])


def windows(hosts: Mapping[str, Paper]) -> list[str]:
    """The hosts whose window was opened."""
    return [name for name, one in hosts.items() if any(map(_WINDOW.search, one.sent))]
