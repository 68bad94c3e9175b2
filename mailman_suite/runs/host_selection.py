"""Refuses a run that would touch no host, which pyinfra itself calls a success.

pyinfra has no callback between reading its inventory and connecting to it, so this listens to what
it logs there; tests/contract pins those messages.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Sequence
from pathlib import Path

import click
from pyinfra import inventory, logger, state

from mailman_suite.base.refusal import Refusal, RunRefused, listed

_UNMATCHED = "No host matches found for "
_CONNECTING = "--> Connecting to hosts..."


class NoHosts(RunRefused):
    """Ends the run before it connects anywhere."""

    def __init__(self, reason: Refusal) -> None:
        self.reasons = (reason,)
        super().__init__(f"no host was touched, because:\n{listed(self.reasons)}")


class HostSelection(logging.Filter):
    """Lets every record pass, but raises `NoHosts` at one that says that hosts are missing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """True, so that nothing is hidden."""
        text = record.getMessage()
        if text.startswith(_UNMATCHED):
            option, _, pattern = text.removeprefix(_UNMATCHED).partition(" pattern: ")
            raise NoHosts(unmatched(option, pattern, _hosts(), _groups(), _inventory_name()))
        if text == _CONNECTING and not any(map(state.is_host_in_limit, inventory)):
            raise NoHosts(nobody_left(_hosts(), _inventory_name()))
        return True


def refuse_runs_without_hosts() -> None:
    """Makes pyinfra end with an error where it would only warn that no host is meant."""
    logger.addFilter(HostSelection())


def unmatched(
    option: str, pattern: str, hosts: Sequence[str], groups: Sequence[str], inventory_name: str
) -> Refusal:
    """Why a pattern of `--limit` or `--exclude` cannot be meant; `hosts` are the inventory's."""
    if not hosts:
        return _without_hosts(inventory_name)
    near = difflib.get_close_matches(pattern, [*hosts, *groups], 1)
    return Refusal(
        found=f"{option} {pattern} matches no host of {inventory_name}",
        expected=f"one of its hosts ({_few(hosts)}) or groups ({_few(groups)})",
        remedy=f"correct {option}" + "".join(f"; the nearest name is {name}" for name in near),
    )


def nobody_left(hosts: Sequence[str], inventory_name: str) -> Refusal:
    """Why a run has no host at all; `hosts` are those of the inventory before any limit."""
    if not hosts:
        return _without_hosts(inventory_name)
    return Refusal(
        found=f"--limit and --exclude together leave no host of {inventory_name}",
        expected=f"at least one of {_few(hosts)}",
        remedy="remove one of the options, or widen --limit",
    )


def _without_hosts(inventory_name: str) -> Refusal:
    if not Path(inventory_name).exists():
        shipped = sorted(str(one) for one in Path("inventories").glob("*.py"))
        return Refusal(
            found=f"there is no inventory {inventory_name}",
            expected=f"a file such as {_few(shipped)}, or the name of a host that SSH can reach",
            remedy="correct the name; on the server itself, run `pyinfra @local ...`",
        )
    return Refusal(
        found=f"the inventory {inventory_name} has no host",
        expected="a file that names at least one, or the name of a host that SSH can reach",
        remedy='name your servers in it: hosts = ["lists.your-domain.org"], with their settings in '
        "group_data/; on the server itself, run `pyinfra @local ...`; in the lab, first bring a "
        "machine up: `python -m lab up NAME`",
    )


def _hosts() -> list[str]:
    return sorted(host.name for host in inventory)


def _groups() -> list[str]:
    return sorted(name for name, members in inventory.groups.items() if members)


def _inventory_name() -> str:
    return str(click.get_current_context().params.get("inventory"))


def _few(names: Sequence[str]) -> str:
    """At most ten names, for a line that can be read."""
    return ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
