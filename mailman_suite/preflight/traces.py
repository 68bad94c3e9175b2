"""A Mailman that is neither ours nor one that can be taken over, in any directory. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from mailman_suite.base import layout
from mailman_suite.base.refusal import Refusal
from mailman_suite.host.wire.inspection import Inspection, Trace
from mailman_suite.suite.places import OWN, PACKAGED

_SHOWN = 8
_DATA = ("configuration", "proxy site")  # these name data; the others run programs


def foreign(look: Inspection) -> Iterator[Refusal]:
    """Nothing is installed over, or beside, a Mailman that would share mail and pages with ours.

    That of containers is refused already; data that a suite made by hand has elsewhere are the
    business of its adoption.
    """
    kind = look["suite"]["kind"]
    found = [one for one in look["traces"] if one["below"] not in _allowed(kind)]
    if kind == "guide":
        found = [one for one in found if one["what"] not in _DATA]
    if not found or kind == "containers":
        return
    yield Refusal(
        found=f"another Mailman on the host: {_told(found)}",
        expected=f"none, or one suite: in {layout.VENV} by upstream's guide, from the "
        "distribution's packages, or installed by this repository",
        remedy="leave that Mailman alone and use another host; or move it to the paths of "
        "upstream's guide, and this run takes it over (docs/runbooks/adopt-a-suite.md). If nobody "
        "uses it any more, stop it, remove or mask its units, and remove its cron jobs and the "
        "lines that name it",
    )


def processes(look: Inspection) -> set[str]:
    """The ids of all processes of Mailman; those of another one are refused by `foreign`."""
    return {one["name"] for one in look["traces"] if one["what"] == "process"}


def _allowed(kind: str) -> tuple[str, ...]:
    """Where a suite of this kind has its parts; packages stay installed when theirs was moved."""
    packaged = PACKAGED if kind in ("packages", "ours") else ()
    return (*OWN, *packaged, *((layout.ETC,) if kind != "none" else ()))


def _told(found: list[Trace]) -> str:
    """Each trace with its place; of a program's many processes the first."""
    entries: dict[tuple[str, str], str] = {}
    for one in found:
        key = (one["what"], one["place"] if one["what"] == "process" else one["name"])
        entries.setdefault(key, f"{one['what']} {one['name']} ({one['place']})")
    shown = list(entries.values())
    more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
