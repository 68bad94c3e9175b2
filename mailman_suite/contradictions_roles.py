"""Mistakes in how a suite's roles are spread over hosts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailman_suite.base.refusal import Refusal

if TYPE_CHECKING:
    from mailman_suite.settings import Settings

_HOSTS = 'mailman_hosts = {"database": ["10.0.0.10"], "core": ["10.0.0.11"], "web": ["10.0.0.12"]}'
SHARED = (
    "rest_password",
    "archiver_key",
    "django_secret_key",
    "database_core_password",
    "database_web_password",
)


def contradictions(settings: Settings) -> Iterator[Refusal]:
    """What keeps these hosts from being one suite; nothing where every host is a whole one."""
    if not settings.is_split:
        if settings.address:
            yield Refusal(
                found=f"mailman_address = {settings.address!r} and no mailman_hosts",
                expected="both, or neither where every host is a whole suite",
                remedy=f"set {_HOSTS} in group_data, or remove mailman_address",
            )
        return
    yield from _hosts(settings)
    yield from _own_address(settings)
    yield from _database(settings)
    yield from _secrets(settings)
    yield from _rehearsals(settings)


def _hosts(settings: Settings) -> Iterator[Refusal]:
    for role, most in (("database", 1), ("core", 1), ("web", 64)):
        number = len(settings.hosts.get(role, []))  # type: ignore[call-overload]
        if not 1 <= number <= most:
            yield Refusal(
                found=f"{number} hosts with the role {role} in mailman_hosts",
                expected="exactly one" if most == 1 else "one or more",
                remedy=f"for example {_HOSTS}; a host with every role needs no mailman_hosts",
            )
    if len(settings.addresses("mta")) > 1:
        yield Refusal(
            found=f"{len(settings.addresses('mta'))} hosts with the role mta in mailman_hosts",
            expected="one, or none where Core's host takes mail from the world itself",
            remedy="leave one",
        )
    counted = Counter(one for them in settings.hosts.values() for one in them)
    for address in (one for one, times in counted.items() if times > 1):
        yield Refusal(
            found=f"{address} stands more than once in mailman_hosts",
            expected="one role for each host",
            remedy="give the roles hosts of their own, or use one host without mailman_hosts",
        )


def _own_address(settings: Settings) -> Iterator[Refusal]:
    known = [one for them in settings.hosts.values() for one in them]
    if settings.address not in known:
        yield Refusal(
            found=f"mailman_address = {settings.address!r}, which mailman_hosts does not name",
            expected=f"one of {', '.join(known)}",
            remedy="set mailman_address for each host in the inventory",
        )


def _database(settings: Settings) -> Iterator[Refusal]:
    if settings.database != "postgresql":
        yield Refusal(
            found=f"mailman_database is {settings.database!r} and Core and web are on two hosts",
            expected="'postgresql', which both of them can reach",
            remedy='set mailman_database = "postgresql" in group_data',
        )
    if settings.database_host != "localhost":
        yield Refusal(
            found=f"mailman_database_host is {settings.database_host!r} beside mailman_hosts",
            expected="mailman_hosts alone to say where the database is",
            remedy="remove mailman_database_host",
        )


def _secrets(settings: Settings) -> Iterator[Refusal]:
    made = [name for name in SHARED if getattr(settings, name).is_generated]
    if made:
        yield Refusal(
            found=f"{', '.join(f'mailman_{name}' for name in made)} 'generate' on several hosts",
            expected="references, so that every host gets the same: 'env:NAME', 'file:/path' or "
            "'cmd:command'",
            remedy="make secrets writes them into files and prints the lines for group_data",
        )


def _rehearsals(settings: Settings) -> Iterator[Refusal]:
    if settings.rehearses or settings.require_rehearsal:
        yield Refusal(
            found="a rehearsal is asked for, and the suite is on several hosts",
            expected="no rehearsal: this version rehearses suites that are on one host",
            remedy="remove mailman_rehearses and mailman_require_rehearsal",
        )
