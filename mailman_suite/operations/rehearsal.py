"""The stages of a rehearsal on its staging host; the first that fails ends the run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Generator
from datetime import datetime, timezone

from pyinfra import host, logger
from pyinfra.api import FunctionCommand, QuoteString, StringCommand, operation
from pyinfra.api.command import PyinfraCommand
from pyinfra.api.host import Host
from pyinfra.api.state import State

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.checks.verification import core_question, questions, verdicts
from mailman_suite.facts.rehearsal import Fences, LastWindow
from mailman_suite.facts.survey import Survey
from mailman_suite.facts.survey import question as survey_question
from mailman_suite.facts.verify import Observations
from mailman_suite.gates import asking
from mailman_suite.gates.model import Finding
from mailman_suite.host.wire.rehearsal import RestoreQuestion
from mailman_suite.parts.database.connections import connections
from mailman_suite.rehearsal import command, copy, fences
from mailman_suite.rehearsal.declared import Rehearsal, clearing
from mailman_suite.rehearsal.records import keep
from mailman_suite.rehearsal.report import sentence
from mailman_suite.rehearsal.result import result
from mailman_suite.settings.secret_sources import fetched
from mailman_suite.suite.release_archives import intact_digest, kept_release
from mailman_suite.suite.suite import Suite

_PATIENCE_SECONDS = 180
_PAUSE_SECONDS = 3


@operation()
def cleared(rehearsal: Rehearsal) -> Generator[StringCommand, None, None]:
    """No earlier rehearsal's copy remains."""
    if rehearsal.staging["mark"]:
        yield program("rehearsal.end", "apply", clearing(rehearsal.suite))
    else:
        host.noop("this host has no earlier rehearsal")


@operation()
def opened(rehearsal: Rehearsal) -> Generator[StringCommand, None, None]:
    """The packet filter lets a build download packages, before this host has production data."""
    if intact_digest(kept_release(rehearsal.suite)):
        host.noop("the control machine has the release")
        return
    table = f"table inet {layout.FENCE_TABLE}"
    yield StringCommand(f"! command -v nft >/dev/null || nft 'add {table}; delete {table}'")


@operation(is_idempotent=False)
def ended(suite: Suite) -> Generator[StringCommand, None, None]:
    """The copy is removed; the fences stay."""
    yield program("rehearsal.end", "apply", clearing(suite))


@operation()
def fenced(rehearsal: Rehearsal) -> Generator[StringCommand, None, None]:
    """Packet filter and Postfix keep all mail on this host, now and after every boot."""
    asked = fences.question(rehearsal.suite)
    found = host.get_fact(Fences, arguments=asked)
    if not found["packet filter"]:
        yield StringCommand(
            f"systemctl daemon-reload && systemctl --quiet enable {layout.FENCE_UNIT} &&",
            f"systemctl restart {layout.FENCE_UNIT}",
        )
    if not found["Postfix"]:
        values = [QuoteString(f"{key} = {value}") for key, value in fences.POSTFIX.items()]
        yield StringCommand("postconf -e", *values, "&& systemctl restart postfix")


@operation(is_idempotent=False)
def copied(rehearsal: Rehearsal) -> Generator[PyinfraCommand, None, None]:
    """Production's suite and data are on this host, in their places; production keeps running."""
    with rehearsal.stage("Copy production"):
        yield StringCommand(copy.mark(rehearsal))
        yield FunctionCommand(_copy, (rehearsal,), {})


def _copy(state: State, host: Host, rehearsal: Rehearsal) -> bool:
    down = [name for name in ("packet filter", "Postfix") if not _fences(host, rehearsal)[name]]
    if down:
        logger.error(f"{host.print_prefix}nothing was copied: a fence is down: {', '.join(down)}")
        return False
    try:
        found = copy.carried(host, rehearsal)
    except copy.CopyError as error:
        logger.error(f"{host.print_prefix}the copy of {rehearsal.of} failed: {error}")
        return False
    vanished = found["vanished"]
    rehearsal.copied = {
        "bytes": found["bytes"],
        "seconds": found["seconds"],
        "vanished_files": len(vanished),
        "pseudonymised": False,
    }
    told = f"{found['files']} files, {found['bytes']} bytes in {found['seconds']} s"
    gone = f"; {len(vanished)} disappeared meanwhile, for example {vanished[0]}" if vanished else ""
    logger.info(f"{host.print_prefix}copied {told}{gone}")
    return True


def _fences(host: Host, rehearsal: Rehearsal) -> dict[str, bool | None]:
    found = host.get_fact(Fences, arguments=fences.question(rehearsal.suite))
    return dict(found)


@operation(is_idempotent=False)
def loaded(rehearsal: Rehearsal) -> Generator[StringCommand, None, None]:
    """The database server has the copied data; SQLite's files are copied already."""
    settings = rehearsal.suite.settings
    dumps = rehearsal.suite.database.dumps(settings)
    if not dumps:
        host.noop("the databases are files")
        return
    asked: RestoreQuestion = {"databases": connections(settings), "dumps": dict(dumps)}
    with rehearsal.stage("Load the databases"):
        yield program("rehearsal.copy_in", "restore", asked)


@operation(is_idempotent=False)
def pseudonymised(rehearsal: Rehearsal) -> Generator[PyinfraCommand, None, None]:
    """The copy has nobody's name, address or text, if group data declares that."""
    if not rehearsal.suite.settings.rehearsal_pseudonyms:
        host.noop("the copy keeps its personal data, as mailman_rehearsal_pseudonyms says")
        return
    asked = copy.pseudonym_question(rehearsal.suite)
    python = f"{layout.BIN}/python"
    with rehearsal.stage("Replace personal data"):
        yield StringCommand(
            "cd / &&",
            program("pseudonyms.program", "apply", asked, python=python, as_user=layout.USER),
        )
    rehearsal.copied["pseudonymised"] = True


@operation(is_idempotent=False)
def started(rehearsal: Rehearsal) -> Generator[PyinfraCommand, None, None]:
    """The copied suite runs as production's does, behind its fences."""
    with rehearsal.stage("Start the copy"):
        yield FunctionCommand(_require_fences, (rehearsal,), {})
        yield StringCommand("systemctl daemon-reload && systemctl start", " ".join(layout.SERVICES))
        yield FunctionCommand(_wait_for_core, (rehearsal,), {})


def _require_fences(state: State, host: Host, rehearsal: Rehearsal) -> bool:
    down = [name for name, standing in _fences(host, rehearsal).items() if not standing]
    if down:
        logger.error(
            f"{host.print_prefix}the copy was not started: a fence is down: {', '.join(down)}"
        )
    return not down


def _wait_for_core(state: State, host: Host, rehearsal: Rehearsal) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        observed = host.get_fact(Observations, questions={"check.core": core_question()})
        rest = observed.get("check.core", {}).get("rest", {})
        if all(one[0] == 200 for one in rest.get("collections", {"none": [0]}).values()):
            return True
        time.sleep(_PAUSE_SECONDS)
    logger.error(f"{host.print_prefix}the copied Core does not answer; see journalctl -u mailman3")
    return False


@operation(is_idempotent=False)
def upgraded(rehearsal: Rehearsal) -> Generator[PyinfraCommand, None, None]:
    """The command that production will run has run here; report and receipt have its result."""
    yield FunctionCommand(_upgrade, (rehearsal,), {})


def _upgrade(state: State, host: Host, rehearsal: Rehearsal) -> bool:
    suite = rehearsal.suite
    survey = host.get_fact(Survey, arguments=survey_question(suite.places))
    found = asking.findings({**survey, "packaged": False}, suite.settings, suite.release)
    with rehearsal.stage("Upgrade the copy"):
        status = _run(host, command.command(sys.executable, sys.argv, host.name))
    if status:
        rehearsal.failed = f"deploys/mailman.py ended with status {status}; its output says why"
    return _kept(host, rehearsal, found)


def _run(host: Host, words: list[str]) -> int:
    """The status of a command on this machine, whose output is shown while it runs."""
    logger.info(f"{host.print_prefix}{' '.join(words)}")
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"  | {line}", end="", flush=True)
    return process.returncode


def _kept(host: Host, rehearsal: Rehearsal, found: list[Finding]) -> bool:
    """Whether the rehearsal passed; its report and receipt are on this machine."""
    suite = rehearsal.suite
    with rehearsal.stage("Verify"):
        observed = host.get_fact(Observations, questions=questions(suite))
        verify = verdicts(suite, observed)
    window = host.get_fact(LastWindow, arguments={"window": layout.WINDOW})
    told = result(rehearsal, host.name, found, window, verify, _fences(host, rehearsal))
    key = suite.settings.rehearsal_key
    secret = fetched(key, "mailman_rehearsal_key").unmask() if key else None
    place = keep(told, datetime.now(timezone.utc), secret)
    passed = bool(told["outcome"] == "passed")
    (logger.info if passed else logger.error)(f"{host.print_prefix}{sentence(told)}")
    logger.info(f"{host.print_prefix}report: {place}/report.html, receipt: {place}/receipt.json")
    return passed
