"""Questions to `host/inspect/kept_windows.py`, and its answer: windows with a snapshot."""

from __future__ import annotations

from typing import TypedDict

from mailman_suite.host.wire.connections import Connections
from mailman_suite.host.wire.order import UnitGroups
from mailman_suite.host.wire.sides import Side

_From = TypedDict("_From", {"from": str})  # a keyword cannot be a class's field


class KeptWindowsQuestion(TypedDict):
    """Directories of windows, releases and secrets."""

    windows: str
    releases: str
    secrets: str


class KeptWindow(_From):
    """A window that finished, and what it kept of `from` before it made `to` run.

    `data` names the sides whose databases and mail are kept too, `missing` what a rollback would
    need and is gone, `other_passwords` those of databases that were changed since, `running` the
    units then.
    """

    directory: str
    id: str
    made: str
    to: str
    data: list[Side]
    aside: dict[str, str]
    missing: list[str]
    renamed: bool
    other_passwords: list[str]
    databases: Connections
    paths: list[str]
    units: UnitGroups
    running: list[str]


class KeptWindows(TypedDict):
    """Newest first."""

    windows: list[KeptWindow]
