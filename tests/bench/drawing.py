"""Draws when something did not answer, as an SVG file that a browser opens. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from tests.bench.guide_upgrade import Upgrade

_LEFT, _WIDTH, _ROW, _TICK = 190, 760, 26, 10
_COLOURS = {"core": "#b3432b", "web": "#d08a1f", "archives": "#2f6f8f"}
_NAMES = {"core": "Core", "web": "list pages", "archives": "archives"}


def drawn(upgrades: Mapping[str, Upgrade]) -> str:
    """One row for each upgrade and each thing that was down; all on the same scale of seconds."""
    longest = max(_end(upgrade) for upgrade in upgrades.values()) or 1.0
    rows = [(name, what) for name in upgrades for what in _NAMES]
    height = _ROW * (len(rows) + 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}"'
        ' font-family="sans-serif" font-size="13">',
        *_scale(longest, height),
    ]
    for number, (name, what) in enumerate(rows):
        parts += _row(number, f"{name}: {_NAMES[what]}", what, upgrades[name], longest)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _began(upgrade: Upgrade) -> float:
    """When the first thing went down: what is before that is no part of the outage."""
    return min((start for spans in upgrade.outages.values() for start, _ in spans), default=0.0)


def _end(upgrade: Upgrade) -> float:
    ends = [end for spans in upgrade.outages.values() for _, end in spans]
    return max(ends, default=0.0) - _began(upgrade)


def _scale(longest: float, height: int) -> Iterator[str]:
    for second in range(0, int(longest) + _TICK, _TICK):
        x = _LEFT + _WIDTH * second / longest
        yield f'<line x1="{x:.0f}" y1="20" x2="{x:.0f}" y2="{height - 24}" stroke="#ddd"/>'
        yield f'<text x="{x:.0f}" y="{height - 8}" text-anchor="middle">{second} s</text>'


def _row(number: int, label: str, what: str, upgrade: Upgrade, longest: float) -> Iterator[str]:
    y = _ROW * number + 22
    down = sum(end - start for start, end in upgrade.outages[what])
    yield f'<text x="8" y="{y + 14}">{escape(label)}</text>'
    for start, end in upgrade.outages[what]:
        x = _LEFT + _WIDTH * (start - _began(upgrade)) / longest
        width = max(2.0, _WIDTH * (end - start) / longest)
        colour = _COLOURS[what]
        yield f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="18" fill="{colour}"/>'
    yield f'<text x="{_LEFT + _WIDTH + 8}" y="{y + 14}">{down:.1f}</text>'
