"""What earlier runs left on a host and no rollback needs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailman_suite.host.wire.inspection import Inspection, KeptState

MIB = 1024**2


@dataclass(frozen=True)
class Old:
    """What is removed, by name, and a sentence about the windows that stay, if any do."""

    windows: tuple[str, ...] = ()  # these lose their snapshots; their journal and outcome stay
    releases: tuple[str, ...] = ()
    stays: str = ""

    def __bool__(self) -> bool:
        """Whether anything is removed."""
        return bool(self.windows or self.releases)


NOTHING_OLD = Old()


def old(look: Inspection, keep: int, declared: str) -> Old:
    """What is removed from a host with this inspection.

    The `keep` newest windows that ended stay, the last one of all, and each that has not ended. A
    release stays while it runs, is declared, is what a window that stays would go back to, or while
    a service that a change of release left alone has loaded it.
    """
    windows = look["kept"]["windows"]
    ended = sorted((one["id"] for one in windows if one["ended"]), reverse=True)
    going = [name for name in ended[keep:] if name != look["window"].get("id")]
    staying = [one for one in windows if one["id"] not in going]
    needed = {declared, look["suite"]["release"], *(one["release"] for one in staying)}
    needed.update(look["kept"].get("in_use", []))
    releases = [name for name in look["kept"]["releases"] if name not in needed]
    return Old(tuple(sorted(going)), tuple(releases), _told(staying))


def _told(windows: Sequence[KeptState]) -> str:
    if not windows:
        return ""
    total = sum(one["bytes"] for one in windows) / MIB
    return f"kept snapshots: {len(windows)}, {total:.0f} MiB"
