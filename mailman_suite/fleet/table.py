"""What a run would do to each of its hosts, as one table for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mailman_suite.gates.model import Verdict
from mailman_suite.inspection.prospect import Prospect
from mailman_suite.releases.catalogue import release_of_identifier
from mailman_suite.suite.suite import Suite

_TITLES = ("host", "role", "wave", "from", "to", "gates", "window", "refused")
_NO_RELEASE = "-"  # of a host whose role needs none
_VERDICTS: tuple[Verdict, ...] = ("stop", "acknowledge", "window", "fine")
_FROM_ELSEWHERE = {
    "guide": "made by hand",
    "packages": "its packages",
    "containers": "containers",
}
_REASON_CHARACTERS = 46
# Of two small suites; one with much data takes longer, and its own earlier windows say how much.
_USUAL_WINDOW = "about 30 s"


def table(prospects: Sequence[Prospect]) -> list[str]:
    """One line for each host, by wave and name, below two lines of titles."""
    rows = [_row(one) for one in sorted(prospects, key=_turn)]
    widths = [max(map(len, column)) for column in zip(_TITLES, *rows, strict=True)]
    ruler = ["-" * width for width in widths]
    return [_line(row, widths) for row in (_TITLES, ruler, *rows)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _turn(prospect: Prospect) -> tuple[int, str]:
    return (prospect.settings.wave if prospect.settings else -1, prospect.host)


def _row(prospect: Prospect) -> tuple[str, ...]:
    settings = prospect.settings
    return (
        prospect.host,
        settings.role if settings else "?",
        str(settings.wave) if settings else "?",
        present(prospect),
        _to(prospect),
        _gates(prospect),
        _window(prospect),
        _refused(prospect),
    )


def present(prospect: Prospect) -> str:
    """What runs on the host now, in the words of a person."""
    if prospect.settings and not prospect.settings.runs_release:
        return _NO_RELEASE
    if prospect.suite and prospect.suite.by_hand:
        return prospect.suite.running or _FROM_ELSEWHERE["guide"]
    if not prospect.look or "suite" not in prospect.look:
        return "?"
    found = prospect.look["suite"]
    if found["kind"] != "ours":
        return _FROM_ELSEWHERE.get(found["kind"], "nothing")
    return release_name(found["release"])


def release_name(identifier: str) -> str:
    """The release that a directory of ours is named after; the directory's name for a lost one."""
    release = release_of_identifier(identifier)
    return release.name if release else identifier


def _to(prospect: Prospect) -> str:
    """The declared release, where the host's role needs one."""
    if prospect.settings and not prospect.settings.runs_release:
        return _NO_RELEASE
    if prospect.suite:
        return _declared(prospect.suite)
    return prospect.settings.release if prospect.settings else "?"


def _declared(suite: Suite) -> str:
    """The release; with its digest where only that tells it from the one that runs."""
    name = suite.release.name
    is_other_build = suite.changes_release and release_name(suite.running) == name
    return f"{name} ({suite.identifier.rpartition('-')[2][:7]})" if is_other_build else name


def _gates(prospect: Prospect) -> str:
    counted = Counter(finding.verdict for finding in prospect.findings)
    told = [f"{counted[verdict]} {verdict}" for verdict in _VERDICTS if counted[verdict]]
    return ", ".join(told) or "none"


def _window(prospect: Prospect) -> str:
    """How long services will be away: as the last time, where there was one."""
    if not prospect.suite or not prospect.look or not prospect.suite.changes_release:
        return "none" if prospect.suite else "?"
    lengths = [one["seconds"] for one in prospect.look["kept"]["windows"]]
    known = [seconds for seconds in lengths if seconds is not None]
    return f"{known[-1]:.0f} s last time" if known else _USUAL_WINDOW


def _refused(prospect: Prospect) -> str:
    if not prospect.reasons:
        return "no"
    first, *more = (" ".join(reason.found.split()) for reason in prospect.reasons)
    short = first if len(first) <= _REASON_CHARACTERS else f"{first[: _REASON_CHARACTERS - 3]}..."
    return f"{short} (and {len(more)} more)" if more else short
