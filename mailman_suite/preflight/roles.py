"""Why a host cannot have its role in a suite on several hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.settings import Settings

_FOUND = {
    "guide": "a suite made by hand",
    "packages": "the distribution's own Mailman 3 packages",
    "ours": "a release of a suite",
}


def foreign(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """An existing suite that cannot become a part of one on several hosts."""
    kind = look["suite"]["kind"]
    allowed = ("none", "containers", *(["ours"] if settings.runs_release else []))
    if not settings.is_split or kind in allowed:
        return
    yield Refusal(
        found=f"{_FOUND[kind]} on a host with the role {settings.role}",
        expected="a host without Mailman, or one that has had this role from its beginning",
        remedy="use other hosts: this version takes over suites on one host only, and spreads "
        "none over several",
    )


def require_one_host(settings: Settings) -> None:
    """Raises `Refusal` for what this version does only to suites on one host."""
    if settings.is_split:
        raise Refusal(
            found=f"a suite on several hosts, of which this one has the role {settings.role}",
            expected="a suite on one host, the only kind that this version backs up, restores and "
            "rolls back",
            remedy="see docs/runbooks/split-roles.md for how to back up the database and Core's "
            "data there",
        )
