"""What `host/apply/units.py` is told of systemd's units and answers."""

from __future__ import annotations

from typing import Literal, TypedDict


class DeclaredUnit(TypedDict):
    """`inputs` are paths that its process reads; `pid_file` is "" where systemd knows the process.

    A `waiting` unit starts others, as a timer does.
    """

    state: Literal["running", "waiting"]
    inputs: list[str]
    reload: bool
    pid_file: str


class DeclaredUnits(TypedDict):
    """Units by name; `stamps` is the directory that remembers reloads."""

    units: dict[str, DeclaredUnit]
    stamps: str


class UnitsToDo(TypedDict):
    """Names of units by what has to be done to them."""

    enable: list[str]
    start: list[str]
    restart: list[str]
    reload: list[str]
    daemon_reload: bool
