"""What `host/apply/web_identity.py` is told of site and superuser, and answers."""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.connections import Database


class DeclaredIdentity(TypedDict):
    """The site's name, the suite's mail domains on it, and the superuser's name and address."""

    database: Database
    secrets: str
    web_host: str
    domains: list[str]
    superuser: str
    email: str


class _MissingIdentity(TypedDict):
    missing: list[str]


class MissingIdentity(_MissingIdentity, total=False):
    """What does not exist yet; `because` if the database could not be asked."""

    because: str
