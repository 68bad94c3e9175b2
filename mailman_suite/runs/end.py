"""Begins a run on its hosts, and records its outcome there and on this computer.

pyinfra calls nobody when a run ends. What it logs before it disconnects is the last moment at which
hosts can be told, however the run ended; tests/contract pins that message.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import click
import gevent  # type: ignore[import-untyped]  # has no types of its own
from pyinfra import logger
from pyinfra.api.arguments import CONNECTOR_ARGUMENT_KEYS, ConnectorArguments
from pyinfra.api.host import Host
from pyinfra.connectors.local import LocalConnector

from mailman_suite.base.host_program import program
from mailman_suite.base.refusal import Refusal
from mailman_suite.facts.history import QUESTION
from mailman_suite.host.apply import runs
from mailman_suite.runs import busy
from mailman_suite.runs import record as run_record
from mailman_suite.runs.outcome import outcome
from mailman_suite.runs.record import Record

_DISCONNECTING = "--> Disconnecting from hosts..."
# Those that change nothing need no record when they are refused.
_ONLY_LOOK = {"verify", "probe", "history"}
_PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Begun:
    """What is known of a host that this run is at, and how commands get there."""

    record: Record
    arguments: ConnectorArguments
    at: float


_begun: dict[Host, Begun] = {}
_refused: list[Record] = []


class EndOfRun(logging.Filter):
    """Lets every record pass; at the one that ends a run it records the outcome."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True, so that nothing is hidden."""
        if record.getMessage() == _DISCONNECTING:
            note_the_end(sys.exc_info()[1])
        return True


def keep_records() -> None:
    """Makes every run of pyinfra that changes hosts leave its records."""
    run_record.this_run()  # now, while pyinfra's command line can still be seen
    logger.addFilter(EndOfRun())


def begin(host: Host, record: Record, seen: str, breaks: str) -> str:
    """The host is this run's until it ends; else why not, for the operator.

    `seen` is the last run on the host when it was looked at, `breaks` one to put aside.
    """
    known = cast(Mapping[str, Any], host.current_op_global_arguments or {})
    arguments = {key: known[key] for key in CONNECTOR_ARGUMENT_KEYS if key in known}
    own = os.getpid() if isinstance(host.connector, LocalConnector) else 0
    asked = {**QUESTION, "record": record, "seen": seen, "breaks": breaks, "controller": own}
    done, output = host.run_shell_command(program("apply.runs", "begin", asked), **arguments)
    if not done:
        return output.output
    answer = json.loads(output.stdout_lines[-1])
    if "busy" in answer:
        reason = busy.in_the_way(answer["busy"])
        _refused.append({**record, "outcome": "refused", "reason": reason.found})
        return str(reason)
    _begun[host] = Begun(record, cast(ConnectorArguments, arguments), time.monotonic())
    run_record.note_begun(record)
    return ""


def note_the_end(error: BaseException | None) -> None:
    """Records the outcome on each host of this run, and on this computer."""
    context = click.get_current_context(silent=True)
    if context is None or _only_plans(context.params):
        return
    try:
        found = [*_refused, *_refused_at_once(error), *_ended(error)]
        if found:
            run_record.note_ended(found)
    except Exception as problem:  # the run's own words matter more than a record of it
        logger.warning(f"this run could not be recorded: {problem!r}")


def _only_plans(options: Mapping[str, Any]) -> bool:
    """Whether pyinfra was asked for a plan: `--json` without `-y` is one too."""
    return bool(options["dry"] or (options["json_output"] and not options["yes"]))


def _refused_at_once(error: BaseException | None) -> list[Record]:
    """Hosts that were refused before anything began."""
    cause = getattr(error, "exception", error)
    refused = {} if _ONLY_LOOK.issuperset(run_record.deploys()) else getattr(cause, "by_host", {})
    return [
        {**run_record.record(name, "", ""), "outcome": "refused", "reason": _told(reasons)}
        for name, reasons in refused.items()
    ]


def _told(reasons: Sequence[Refusal]) -> str:
    return "; ".join(one.found for one in reasons)[:300]


def _ended(error: BaseException | None) -> list[Record]:
    """The records of all hosts that this run was at, once they have been told."""
    # Asked once for both records: an interrupted operation may end while its host is being told.
    outcomes = {host: outcome(host, error) for host in _begun}
    waiting = {host: gevent.spawn(_tell, host, one, outcomes[host]) for host, one in _begun.items()}
    gevent.joinall(list(waiting.values()), timeout=_PATIENCE_SECONDS)
    return [
        _record(_begun[host], outcomes[host], greenlet.value or {})
        for host, greenlet in waiting.items()
    ]


def _record(begun: Begun, came_to: Mapping[str, Any], answer: Mapping[str, Any]) -> Record:
    """By this computer's clock; only the host knows of its window."""
    times = {"ended": runs.now(), "seconds": round(time.monotonic() - begun.at, 1)}
    window = {key: answer[key] for key in ("window", "reason") if key in answer}
    return {**begun.record, **times, **came_to, **window}


def _tell(host: Host, begun: Begun, came_to: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record that the host keeps; {} where it could not be told."""
    asked = {**QUESTION, "run": begun.record["run"], **came_to}
    arguments = {**begun.arguments, "_timeout": _PATIENCE_SECONDS}
    try:
        done, output = host.run_shell_command(program("apply.runs", "end", asked), **arguments)
        return dict(json.loads(output.stdout_lines[-1])) if done else {}
    except Exception as problem:  # of a connection that is gone, mostly; the next run notes it
        logger.warning(f"{host.print_prefix}the end of the run could not be recorded: {problem!r}")
        return {}
