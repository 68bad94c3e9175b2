"""Mistakes in settings that only show when several of them are seen together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailman_suite import contradictions_roles
from mailman_suite.base.refusal import Refusal

if TYPE_CHECKING:
    from mailman_suite.settings import Settings


def contradictions(settings: Settings) -> Iterator[Refusal]:
    """Mistakes that only show when several settings are seen together."""
    for one in settings.lists:
        if one.domain not in settings.domains:
            yield Refusal(
                found=f"the list {one.address} is in the domain {one.domain}",
                expected=f"one of mailman_domains: {', '.join(settings.domains)}",
                remedy=f"add '{one.domain}' to mailman_domains or correct the address",
            )
    if not settings.site_owner:
        yield Refusal(
            found="mailman_site_owner is empty",
            expected="the address of a person who reads what no list owner gets",
            remedy="set mailman_site_owner in group_data",
        )
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        yield Refusal(
            found="only one of mailman_tls_certificate and mailman_tls_key is set",
            expected="both (absolute paths on the host) or neither",
            remedy="set the missing one, or remove the other to serve plain HTTP",
        )
    yield from _rehearsal(settings)
    yield from _database(settings)
    yield from contradictions_roles.contradictions(settings)


def _rehearsal(settings: Settings) -> Iterator[Refusal]:
    if settings.rehearses and settings.require_rehearsal:
        yield Refusal(
            found=f"the host rehearses {settings.rehearses} and asks for a rehearsal itself",
            expected="mailman_require_rehearsal on production hosts alone",
            remedy="move mailman_require_rehearsal from group_data/all.py to group_data/prod.py",
        )


def _database(settings: Settings) -> Iterator[Refusal]:
    if settings.database != "postgresql":
        return
    if settings.database_core_name == settings.database_web_name:
        yield Refusal(
            found=f"Core and web both use the database {settings.database_core_name!r}",
            expected="two databases, so that each can be dumped and restored alone",
            remedy="give mailman_database_core_name and mailman_database_web_name two names",
        )
    if settings.database_is_local or settings.is_split:
        return
    for name in ("database_core_password", "database_web_password"):
        if getattr(settings, name).is_generated:
            yield Refusal(
                found=f"mailman_{name} is 'generate' and the database is on another host",
                expected="a reference to the password that the database server knows",
                remedy=f"set mailman_{name} to 'env:NAME', 'file:/path' or 'cmd:command'",
            )
