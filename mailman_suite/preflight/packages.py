"""When a suite of the distribution's packages stays as it is, and what moving it needs. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.parts.chosen import proxy
from mailman_suite.parts.database.chosen import databases, titles
from mailman_suite.parts.proxy.model import Proxy
from mailman_suite.releases.platforms import Platform
from mailman_suite.settings import Settings

_PAGES = ("80", "443")


def refusals(settings: Settings, platform: Platform, look: Inspection) -> Iterator[Refusal]:
    """Every reason not to move it; none if its move is declared and possible."""
    can_move = platform.package_tool == "apt"
    if settings.moves_packages and can_move:
        yield from _immovable(look, proxy(settings))
        return
    move = (
        "; or move the suite to a release in a virtualenv, keeping data and addresses "
        "(docs/runbooks/adopt-a-suite.md): mailman_moves_packages = True"
    )
    yield Refusal(
        found="the distribution's own Mailman 3 packages",
        expected="a host without Mailman 3, or one that this repository installed",
        remedy="let the distribution upgrade them (upgrade guide, 'Distro packages'), or use "
        f"another host{move if can_move else ''}",
    )


def _immovable(look: Inspection, proxy: Proxy) -> Iterator[Refusal]:
    database = look["suite"].get("database")
    if database and database not in databases():
        yield Refusal(
            found=f"the packages keep Core's data in {database}",
            expected=titles(),
            remedy="leave them to the distribution, or move the data to PostgreSQL first",
        )
    listeners = [look["listeners"][port] for port in _PAGES if port in look["listeners"]]
    commands = {listener["command"] for listener in listeners}
    if others := sorted(commands - set(proxy.processes)):
        yield Refusal(
            found=f"{' and '.join(others)} serves the packages' pages",
            expected=f"{proxy.title}, which mailman_proxy names",
            remedy=f"let {proxy.title} serve the packages' pages first, using the packages' "
            "own configuration, and check that they load; then run this again",
        )
