"""Contradictions between settings that are right on their own. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailman_suite.base.refusal import Refusal
from mailman_suite.parts.database.chosen import database_of, databases
from mailman_suite.settings import Settings
from mailman_suite.settings.roles import EXAMPLE, Role
from mailman_suite.settings.secret_references import SHARED

_HOSTS = f"mailman_hosts = {EXAMPLE}".replace("'", '"')
# role -> how many hosts of a split suite may have it at most; each needs one at least
_MOST: dict[Role, int] = {"database": 1, "core": 1, "web": 64}


def contradictions(settings: Settings) -> Iterator[Refusal]:
    """Contradictions between settings that are right on their own."""
    yield from _lists(settings)
    yield from _certificate(settings)
    yield from database_of(settings).contradictions(settings)
    if settings.is_split:
        yield from _split(settings)
    else:
        yield from _whole(settings)


def _lists(settings: Settings) -> Iterator[Refusal]:
    for one in settings.lists:
        if one.domain not in settings.domains:
            yield Refusal(
                found=f"the list {one.address} is in the domain {one.domain}",
                expected=f"one of mailman_domains: {', '.join(settings.domains)}",
                remedy=f"add '{one.domain}' to mailman_domains or correct the address",
            )


def _certificate(settings: Settings) -> Iterator[Refusal]:
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        yield Refusal(
            found="only one of mailman_tls_certificate and mailman_tls_key is set",
            expected="both (absolute paths on the host) or neither",
            remedy="set the missing one, or remove the other to serve plain HTTP",
        )


def _whole(settings: Settings) -> Iterator[Refusal]:
    """What is not allowed if every host is a whole suite."""
    if settings.address:
        yield Refusal(
            found=f"mailman_address = {settings.address!r} and no mailman_hosts",
            expected="both, or neither where every host is a whole suite",
            remedy=f"set {_HOSTS} in group_data, or remove mailman_address",
        )
    if settings.rehearses and settings.require_rehearsal:
        yield Refusal(
            found=f"the host rehearses {settings.rehearses} and requires a rehearsal itself",
            expected="mailman_require_rehearsal on production hosts only",
            remedy="move mailman_require_rehearsal to group_data/prod.py",
        )


def _split(settings: Settings) -> Iterator[Refusal]:
    """Why several hosts cannot be one suite."""
    yield from _roles(settings)
    yield from _hosts(settings)
    yield from _split_database(settings)
    yield from _split_secrets(settings)
    if settings.rehearses or settings.require_rehearsal:
        yield Refusal(
            found="a rehearsal is declared for a suite on several hosts",
            expected="no rehearsal: this version rehearses suites that are on one host",
            remedy="remove mailman_rehearses and mailman_require_rehearsal",
        )


def _roles(settings: Settings) -> Iterator[Refusal]:
    for role, most in _MOST.items():
        number = len(settings.addresses(role))
        if not 1 <= number <= most:
            yield Refusal(
                found=f"{number} hosts with the role {role} in mailman_hosts",
                expected="exactly one" if most == 1 else "one or more",
                remedy=f"for example {_HOSTS}; a host with every role needs no mailman_hosts",
            )
    if len(settings.addresses("mta")) > 1:
        yield Refusal(
            found=f"{len(settings.addresses('mta'))} hosts with the role mta in mailman_hosts",
            expected="one, or none where Core's host receives mail from the Internet itself",
            remedy="leave one",
        )


def _hosts(settings: Settings) -> Iterator[Refusal]:
    counted = Counter(one for them in settings.hosts.values() for one in them)
    for address in (one for one, times in counted.items() if times > 1):
        yield Refusal(
            found=f"{address} occurs more than once in mailman_hosts",
            expected="one role for each host",
            remedy="give the roles hosts of their own, or use one host without mailman_hosts",
        )
    if settings.address not in counted:
        yield Refusal(
            found=f"mailman_address = {settings.address!r}, which mailman_hosts does not name",
            expected=f"one of {', '.join(counted)}",
            remedy="set mailman_address for each host in the inventory",
        )


def _split_database(settings: Settings) -> Iterator[Refusal]:
    fitting = [one.name for one in databases().values() if one.between_hosts]
    if settings.database not in fitting:
        yield Refusal(
            found=f"mailman_database is {settings.database!r} and Core and web are on two hosts",
            expected=f"{' or '.join(map(repr, fitting))}, which both of them can reach",
            remedy=f'set mailman_database = "{fitting[0]}" in group_data',
        )
    if settings.database_host != "localhost":
        yield Refusal(
            found=f"mailman_database_host is {settings.database_host!r} beside mailman_hosts",
            expected="mailman_hosts only, which says where the database is",
            remedy="remove mailman_database_host",
        )


def _split_secrets(settings: Settings) -> Iterator[Refusal]:
    made = [name for name in SHARED if getattr(settings, name).is_generated]
    if made:
        yield Refusal(
            found=f"{', '.join(f'mailman_{name}' for name in made)} 'generate' on several hosts",
            expected="references, so that all hosts get the same value: 'env:NAME', "
            "'file:/path' or 'cmd:command'",
            remedy="make secrets writes them into files and prints the lines for group_data",
        )
