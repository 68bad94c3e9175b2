"""Mistakes that operators make in how they spread one suite over hosts."""

from __future__ import annotations

from typing import Any

from mailman_suite.settings.secret_references import SHARED
from tests.bad_settings import Mistake
from tests.plans.suite_on_paper import SPLIT

HOSTS: dict[str, list[str]] = SPLIT["mailman_hosts"]


def _spread(found: str, expected: str, remedy: str, **other: list[str]) -> Mistake:
    """A split suite with other hosts for these roles; a role without hosts is left out."""
    hosts = {role: them for role, them in {**HOSTS, **other}.items() if them}
    return Mistake({**SPLIT, "mailman_hosts": hosts}, found, expected, remedy)


def _split(found: str, expected: str, remedy: str, **other: Any) -> Mistake:
    """A split suite with other settings."""
    changed = {f"mailman_{name}": value for name, value in other.items()}
    return Mistake({**SPLIT, **changed}, found, expected, remedy)


def _no_address(value: str) -> Mistake:
    found = f"the host {value!r} in mailman_hosts or mailman_address"
    return _spread(found, "its IPv4 address", "names are not accepted", core=[value])


ADDRESSES = {
    "a host by its name": _no_address("core.unit.test"),
    "no host": _no_address(""),
    "a host by its IPv6 address": _no_address("2001:db8::11"),
    "a host's network": _no_address("10.0.0.0/24"),
    "a host that every host is": _no_address("127.0.0.1"),
    "a host that stands for any": _no_address("0.0.0.0"),
    "this host by its name": _split(
        "the host 'db' in mailman_hosts or mailman_address",
        "its IPv4 address",
        "names are not accepted",
        address="db",
    ),
    "one address where a list of them belongs": _split(
        "mailman_hosts['core']",
        "a list in square brackets",
        "set mailman_hosts['core']",
        hosts={**HOSTS, "core": "10.0.0.11"},
    ),
    "a role that does not exist": _split(
        "mailman_hosts['archive']",
        "'database', 'core', 'web' or 'mta'",
        "set mailman_hosts['archive']",
        hosts={**HOSTS, "archive": ["10.0.0.15"]},
    ),
}
SPREADS = {
    "an address of a host that is a whole suite": Mistake(
        {"mailman_address": "10.0.0.10"},
        "mailman_address = '10.0.0.10' and no mailman_hosts",
        "both, or neither",
        "remove mailman_address",
    ),
    "no host for the database": _split(
        "0 hosts with the role database",
        "exactly one",
        "for example mailman_hosts = {",
        hosts={role: HOSTS[role] for role in ("core", "web")},
        address="10.0.0.11",
    ),
    "no host for Core": _spread(
        "0 hosts with the role core", "exactly one", "for example mailman_hosts = {", core=[]
    ),
    "two hosts for Core": _spread(
        "2 hosts with the role core",
        "exactly one",
        "for example mailman_hosts = {",
        core=["10.0.0.11", "10.0.0.21"],
    ),
    "no host for the pages": _spread(
        "0 hosts with the role web", "one or more", "for example mailman_hosts = {", web=[]
    ),
    "two hosts that take mail from the world": _spread(
        "2 hosts with the role mta",
        "one, or none where Core's host receives mail",
        "leave one",
        mta=["10.0.0.14", "10.0.0.15"],
    ),
    "one host with two roles": _spread(
        "10.0.0.11 occurs more than once in mailman_hosts",
        "one role for each host",
        "use one host without mailman_hosts",
        web=["10.0.0.11", "10.0.0.12"],
    ),
    "one host twice in a role": _spread(
        "10.0.0.12 occurs more than once in mailman_hosts",
        "one role for each host",
        "use one host without mailman_hosts",
        web=["10.0.0.12", "10.0.0.12"],
    ),
    "no word which host this one is": _split(
        "mailman_address = '', which mailman_hosts does not name",
        "one of 10.0.0.10, 10.0.0.11",
        "for each host in the inventory",
        address="",
    ),
    "a host that has no role": _split(
        "mailman_address = '10.0.0.99', which mailman_hosts does not name",
        "one of 10.0.0.10, 10.0.0.11",
        "for each host in the inventory",
        address="10.0.0.99",
    ),
}
TOGETHER = {
    "files as the database of several hosts": _split(
        "mailman_database is 'sqlite'",
        "'postgresql'",
        'mailman_database = "postgresql"',
        database="sqlite",
    ),
    "two places for the database": _split(
        "mailman_database_host is 'db.unit.test' beside mailman_hosts",
        "mailman_hosts only",
        "remove mailman_database_host",
        database_host="db.unit.test",
    ),
    "a rehearsal of several hosts": _split(
        "a rehearsal is declared",
        "no rehearsal",
        "remove mailman_rehearses",
        rehearses="lists1.unit.test",
    ),
    "a rehearsal before a change of several hosts": _split(
        "a rehearsal is declared",
        "no rehearsal",
        "remove mailman_rehearses",
        require_rehearsal=True,
    ),
    **{
        f"{name} that each host would make for itself": _split(
            f"mailman_{name} 'generate' on several hosts",
            "'file:/path'",
            "make secrets",
            **{name: "generate"},
        )
        for name in SHARED
    },
}
ROLES: dict[str, Mistake] = {**ADDRESSES, **SPREADS, **TOGETHER}
