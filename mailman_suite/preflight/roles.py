"""What keeps a host from its role in a suite on several hosts. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.settings import Settings

_FOUND = {
    "guide": "a suite that was made by hand",
    "packages": "the distribution's own Mailman 3 packages",
    "ours": "a release of a suite",
}


def foreign(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """A suite that stands here already, and cannot become a part of one on several hosts."""
    kind = look["suite"]["kind"]
    allowed = ("none", "containers", *(["ours"] if settings.runs_release else []))
    if not settings.is_split or kind in allowed:
        return
    yield Refusal(
        found=f"{_FOUND[kind]} on a host with the role {settings.role}",
        expected="a host without Mailman, or one that has had this role from its beginning",
        remedy="use other hosts: this version takes over suites onto one host alone, and moves "
        "none to several",
    )


def require_one_host(settings: Settings) -> None:
    """Raises `Refusal` for what this version does to suites on one host alone."""
    if settings.is_split:
        raise Refusal(
            found=f"a suite on several hosts, of which this one has the role {settings.role}",
            expected="a suite on one host: this version backs up, restores and rolls back no other",
            remedy="see docs/runbooks/split-roles.md for how to back up the database and Core's "
            "data there",
        )
