"""A whole deploy on paper: what it would do to a host, with no host.

`plan_of` runs a deploy the way `pyinfra -y` does (each operation evaluated once), answers its facts
from a table and collects what every operation would send. Nothing is executed; a deploy that tries
to send a command of its own, or asks a fact that the table does not list, fails the test.
"""

from __future__ import annotations

import copy
import inspect
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pyinfra.api import (
    Config,
    FactBase,
    FileUploadCommand,
    FunctionCommand,
    Host,
    Inventory,
    State,
    StringCommand,
)
from pyinfra.api.arguments import all_global_arguments
from pyinfra.api.facts import ShortFactBase
from pyinfra.context import ctx_config, ctx_host, ctx_inventory, ctx_state

from tests.plans.expectations import assert_programs_exist
from tests.plans.plan import SECRET, Action, Input, Operation, Plan, Upload

GLOBAL_ARGUMENTS = {name for name, _ in all_global_arguments()}

Fact = type[FactBase] | type[ShortFactBase]
Facts = Mapping[str, Any] | Callable[[Fact, dict[str, Any]], Any]
Deploy = Callable[[], Any] | str | Path


class NotOnPaper(AssertionError):
    """The deploy needs something that the test did not write down."""


def plan_of(
    deploy: Deploy,
    data: Mapping[str, Any],
    facts: Facts,
    *,
    host: str = "lists",
    secrets: Collection[str] = (),
) -> Plan:
    """The plan of one host.

    `deploy`: a function (`@deploy` or plain), or the path of a file that the pyinfra CLI executes.
    `facts`: `{"FactName": answer}`; an answer that can be called gets the fact's arguments by name.
    Or one function `(fact class, arguments) -> answer` for all.
    `secrets`: values that must not show; see `Plan.leaks`.
    """
    return plans_of(deploy, {host: data}, facts, secrets=secrets)[host]


def plans_of(
    deploy: Deploy,
    hosts: Mapping[str, Mapping[str, Any]],
    facts: Facts,
    *,
    facts_by_host: Mapping[str, Facts] | None = None,
    secrets: Collection[str] = (),
) -> dict[str, Plan]:
    """The plans of all hosts of one inventory: `{host name: its data}` -> `{host name: plan}`.

    `facts_by_host` replaces `facts` for the hosts that it names.
    """
    answers = {name: (facts_by_host or {}).get(name, facts) for name in hosts}
    return {name: _plan(deploy, hosts, name, answers[name], secrets) for name in hosts}


def _plan(
    deploy: Deploy,
    hosts: Mapping[str, Mapping[str, Any]],
    name: str,
    facts: Facts,
    secrets: Collection[str],
) -> Plan:
    """One host's plan, in a state of its own: outside the CLI operations match by position."""
    inventory = Inventory(([(each, dict(data)) for each, data in hosts.items()], {}))
    state = State(inventory, Config(), check_for_changes=False)
    state.cwd = os.getcwd()
    host = inventory.get_host(name)
    plan = Plan(name)
    with _on_paper(state, host, facts, plan):
        _runner(deploy)()
        _collect(state, host, plan, secrets)
    assert_programs_exist(plan)
    return plan


def _runner(deploy: Deploy) -> Callable[[], Any]:
    """Executes a deploy file like the CLI does: code without a module name."""
    if callable(deploy):
        return deploy
    code = compile(Path(deploy).read_text(encoding="utf-8"), str(deploy), "exec")
    return lambda: exec(code, {"__file__": str(deploy)})


@contextmanager
def _on_paper(state: State, host: Host, facts: Facts, plan: Plan) -> Iterator[None]:
    """Makes `host` current, answers its facts from the table and refuses real commands."""

    def get_fact(_host: Host, fact: Fact, *args: Any, **kwargs: Any) -> Any:
        arguments = _fact_arguments(fact, args, kwargs)
        listed = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        plan.facts_asked.append(f"{fact.__name__}({listed})")
        return _answer(facts, fact, arguments)

    def refuse(_host: Host, command: Any = "", *_: Any, **__: Any) -> Any:
        raise NotOnPaper(f"sent outside an operation: {command}; make it a fact or an operation")

    # pyinfra remembers a host's temporary directory by host name, across states.
    Host._get_temp_directory.cache.clear()
    state.activate_host(host)
    host.connected = True
    with ExitStack() as stack:
        stack.enter_context(patch.object(Host, "get_fact", get_fact))
        for name in ("run_shell_command", "put_file", "get_file", "connect"):
            stack.enter_context(patch.object(Host, name, refuse))
        _enter(stack, ctx_state, state)
        _enter(stack, ctx_inventory, state.inventory)
        _enter(stack, ctx_config, state.config.copy())
        _enter(stack, ctx_host, host)
        yield


def _enter(stack: ExitStack, context: Any, value: Any) -> None:
    """Sets one of pyinfra's contexts and restores it on exceptions too (`use` does not)."""
    stack.callback(context.set, context.get())
    context.set(value)


def _fact_arguments(fact: Fact, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in kwargs.items() if key not in GLOBAL_ARGUMENTS}
    command = (fact.fact if issubclass(fact, ShortFactBase) else fact).command
    if not callable(command):
        return own
    bound = inspect.signature(command).bind(None, *args, **own).arguments
    return {key: value for key, value in bound.items() if key != "self"}


def _answer(facts: Facts, fact: Fact, arguments: dict[str, Any]) -> Any:
    if callable(facts):
        return facts(fact, arguments)
    if fact.__name__ not in facts:
        raise NotOnPaper(
            f"fact {fact.__name__}({arguments}) was asked, but the test lists only"
            f" {sorted(facts)}; add {fact.__name__!r} with what the host would answer"
        )
    answer = facts[fact.__name__]
    return answer(**arguments) if callable(answer) else copy.deepcopy(answer)


def _collect(state: State, host: Host, plan: Plan, secrets: Collection[str]) -> None:
    for op_hash in host.op_hash_order:
        name = ", ".join(sorted(state.op_meta[op_hash].names))
        data = state.ops[host][op_hash]
        noops: list[str] = []
        with patch.object(host, "noop", noops.append):
            commands = list(data.command_generator())
        conditional = bool(data.global_arguments.get("_if"))
        actions = _actions(commands, secrets)
        plan.operations.append(Operation(name, actions, "; ".join(noops), conditional))
        shown = [name, *map(_raw, commands), *_environment(data.global_arguments)]
        plan.leaks += _leaks(f"operation {name!r}", shown, secrets)
    plan.leaks += _leaks("fact arguments", plan.facts_asked, secrets)


def _leaks(where: str, shown: list[str], secrets: Collection[str]) -> list[str]:
    return [where for text in shown if any(secret in text for secret in secrets)]


def _environment(arguments: Mapping[str, Any]) -> list[str]:
    """Values of `_env` as the host's process list shows them: unmasked."""
    return [str(getattr(value, "raw_value", value)) for value in arguments["_env"].values()]


def _raw(command: Any) -> str:
    return command.get_raw_value() if isinstance(command, StringCommand) else ""


def _actions(commands: list[Any], secrets: Collection[str]) -> tuple[Action, ...]:
    shown = [str(command) for command in commands if isinstance(command, StringCommand)]
    return tuple(each for command in commands for each in _sent(command, shown, secrets))


def _sent(command: Any, shown: list[str], secrets: Collection[str]) -> Iterator[Action]:
    if isinstance(command, StringCommand):
        yield str(command)
        if stdin := command.connector_arguments.get("_stdin"):
            yield Input(_hidden(stdin, secrets))
    elif isinstance(command, FileUploadCommand):
        content = _content(command.src)
        secret = content != _hidden(content, secrets)
        mode = _mode(str(command.dest), shown)
        yield Upload(str(command.dest), SECRET if secret else content, mode)
    elif isinstance(command, FunctionCommand):
        yield f"call {command.function.__name__}"
    else:
        yield repr(command)


def _hidden(text: Any, secrets: Collection[str]) -> str:
    shown = text if isinstance(text, str) else "\n".join(text)
    for secret in secrets:
        shown = shown.replace(secret, SECRET)
    return shown


def _content(source: Any) -> str:
    """The text of an uploaded file; of anything else, such as an archive, its size."""
    if hasattr(source, "read"):
        source.seek(0)
        content = source.read()
    else:
        content = Path(source).read_bytes()
    try:
        return content if isinstance(content, str) else content.decode()
    except UnicodeDecodeError:
        return f"<{len(content)} bytes>"


def _mode(destination: str, commands: list[str]) -> str | None:
    """The mode that the same operation gives to the uploaded file by `chmod` or `install -m`."""
    pattern = re.compile(r"(?:\bchmod|\s-m|--mode)[ =]?(0?[0-7]{3,4})\b")
    found = [pattern.search(text) for text in commands if destination in text]
    return next((match.group(1) for match in found if match), None)
