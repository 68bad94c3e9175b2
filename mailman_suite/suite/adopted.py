"""What is taken over of a suite that was made by hand or by packages, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailman_suite.host.wire.order import Renames


@dataclass(frozen=True)
class Adoption:
    """What the window puts aside of a suite that is not ours yet.

    `moved` names SQLite files that stand elsewhere than ours, and are copied: `core` or `web` ->
    path. `renamed` names those that are renamed with all other data, as `renames` says.
    """

    core: str  # the version of Core, for people
    units: tuple[str, ...]
    sites: tuple[str, ...]
    moved: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    renames: Renames | None = None
    drop_ins: tuple[str, ...] = ()  # they would also change the new units of the same names
