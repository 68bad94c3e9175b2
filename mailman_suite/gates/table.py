"""The gates of one host as a table for `--dry`, and all of them as the page docs/gates.md. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from mailman_suite.gates.model import Finding

# Titles and widths of the columns: 117 characters with the gaps between them.
_COLUMNS = (
    ("gate", 23),
    ("crossing", 17),
    ("verdict", 11),
    ("found on this host", 27),
    ("what happens, or what to do", 31),
)
_GAP = "  "


def gates_table(findings: Sequence[Finding]) -> list[str]:
    """The findings as lines of at most 117 characters; no line at all without findings."""
    if not findings:
        return []
    titles = [title for title, _ in _COLUMNS]
    lines = [*_row(titles), *_row(["-" * width for _, width in _COLUMNS])]
    for finding in findings:
        lines += _row(_cells(finding))
    return [*lines, summary(findings)]


def summary(findings: Sequence[Finding]) -> str:
    """How many gates have which verdict, in one line."""
    count = {verdict: 0 for verdict in ("fine", "window", "acknowledge", "stop")}
    for finding in findings:
        count[finding.verdict] += 1
    return (
        f"{len(findings)} gates crossed: {count['fine']} fine, {count['window']} done in the "
        f"window, {count['acknowledge']} waiting for your acknowledgement, {count['stop']} "
        "stopping the run"
    )


def _cells(finding: Finding) -> list[str]:
    gate = finding.gate
    return [gate.name, gate.crossing, finding.verdict, finding.found, finding.then]


def _row(cells: Iterable[str]) -> list[str]:
    wrapped = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
        for cell, (_, width) in zip(cells, _COLUMNS, strict=True)
    ]
    lines = zip_longest(*wrapped, fillvalue="")
    return [_line(line) for line in lines]


def _line(parts: Sequence[str]) -> str:
    padded = (f"{part:<{width}}" for part, (_, width) in zip(parts, _COLUMNS, strict=True))
    return _GAP.join(padded).rstrip()
