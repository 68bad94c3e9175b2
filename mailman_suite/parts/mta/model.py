"""What a suite needs to know of the mail server in front of Core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mta:
    """One answer to `mailman_mta`; `host/mta/` has a module of the same name."""

    name: str  # as in group data
    title: str  # as people call it
    packages: Mapping[str, tuple[str, ...]]  # package tool -> the distribution's packages
    unit: str
    processes: tuple[str, ...]  # names of units or commands that listen for SMTP
    configuration: str  # the file that a run changes
    pid_file: str
    transport: str  # by which mail goes to Core; a window holds it back
