"""Databases that a run refuses. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection
from mailman_suite.parts.database.chosen import database_of
from mailman_suite.settings import Settings


def elsewhere(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """An empty database in place of a full one would look like lost lists and members."""
    suite = look["suite"]
    present, place = suite.get("database"), suite.get("database_place")
    if suite["kind"] != "ours" or not present:
        return
    if present != settings.database:
        yield Refusal(
            found=f"the suite keeps its data in {present}, and mailman_database is "
            f"{settings.database!r}",
            expected=f"mailman_database = {present!r}",
            remedy="set it back; no data is moved between databases",
        )
        return
    declared = database_of(settings).place(settings)
    if place and declared and _one_name(place) != _one_name(declared):
        yield Refusal(
            found=f"Core keeps its data in {place}, and {declared} is declared",
            expected="the database that holds the lists",
            remedy="set the mailman_database_* settings or mailman_hosts back; if you have moved "
            f"the data to {declared}, run this on Core's host, then run again: "
            f"sed -i 's|@{place}$|@{declared}|' {layout.CORE_CONFIG}",
        )


def _one_name(place: str) -> str:
    return place.replace(f"{layout.LOOPBACK}:", "localhost:")


def one_role(settings: Settings, look: Inspection) -> Iterator[Refusal]:
    """Two generated passwords cannot be those of one role; a suite made by hand has one already."""
    is_one = settings.database_core_user == settings.database_web_user
    if database_of(settings).is_local(settings) and is_one and look["suite"]["kind"] == "none":
        yield Refusal(
            found=f"Core and web both use the role {settings.database_core_user!r}",
            expected="two roles, since each has a password of its own",
            remedy="give mailman_database_core_user and mailman_database_web_user two names",
        )
