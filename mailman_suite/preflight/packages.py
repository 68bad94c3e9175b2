"""When a suite of the distribution's packages is left alone, and what a move of it needs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailman_suite.base.refusal import Refusal
from mailman_suite.parts.database.chosen import databases, titles
from mailman_suite.releases.platforms import Platform
from mailman_suite.settings import Settings

_PAGES = ("80", "443")


def refusals(settings: Settings, platform: Platform, look: Mapping[str, Any]) -> Iterator[Refusal]:
    """Every reason to leave it alone; none where its move was asked for and can be."""
    can_move = platform.package_tool == "apt"
    if settings.moves_packages and can_move:
        yield from _immovable(look)
        return
    move = (
        "; or have them moved to a release in a virtualenv, with data and addresses kept "
        "(docs/runbooks/adopt-a-suite.md): mailman_moves_packages = True"
    )
    yield Refusal(
        found="the distribution's own Mailman 3 packages",
        expected="a host without Mailman 3, or one that this repository installed",
        remedy="let the distribution upgrade them (upgrade guide, 'Distro packages'), or use "
        f"another host{move if can_move else ''}",
    )


def _immovable(look: Mapping[str, Any]) -> Iterator[Refusal]:
    database = look["suite"].get("database")
    if database and database not in databases():
        yield Refusal(
            found=f"the packages keep Core's data in {database}",
            expected=titles(),
            remedy="leave them to the distribution, or move the data to PostgreSQL first",
        )
    if any(look["listeners"].get(port, {}).get("command") == "apache2" for port in _PAGES):
        yield Refusal(
            found="Apache serves the packages' pages",
            expected="Nginx, the one proxy that this repository sets up",
            remedy="give the packages' pages to Nginx first, with the nginx.conf that they bring, "
            "and see them open; then run this again",
        )
