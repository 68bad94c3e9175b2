"""Draws a window as a timeline: an SVG as wide as its page. Pure.

The page's style sheet sets colours and fonts; positions are percentages, so that text keeps its
size on any screen and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from mailman_suite.base.quantities import seconds_text

_ROW, _BAR, _TOP, _BOTTOM = 34, 9, 6, 26
_LEAST_PERCENT = 0.4  # a step that took no time is still visible
_TICKS = 5
_ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)


class Span(NamedTuple):
    """One row: its label, its start in seconds since the window opened, and its length."""

    label: str
    start: float
    seconds: float
    kind: str  # a class of the style sheet


def timeline(window: Mapping[str, Any]) -> str:
    """The window's outages and steps, each in its own row, on one scale of seconds."""
    spans = [*_outages(window), *_steps(window["steps"])]
    length = max([one.start + one.seconds for one in spans] + [window.get("seconds") or 0.0]) or 1.0
    height = _TOP + _ROW * len(spans) + _BOTTOM
    told = f"{len(window['steps'])} steps in {seconds_text(length)}"
    return "\n".join(
        [
            f'<svg class="timeline" xmlns="http://www.w3.org/2000/svg" width="100%"'
            f' height="{height}" role="img" aria-label="{escape(told)}">',
            *_scale(length, height),
            *(line for row, span in enumerate(spans) for line in _row(row, span, length)),
            "</svg>",
        ]
    )


def _outages(window: Mapping[str, Any]) -> Iterator[Span]:
    for what, name in (("core", "Core down: mail waits"), ("web", "Pages down")):
        for start, end in window.get(f"{what}_down") or []:
            yield Span(name, start, end - start, "away")


def _steps(steps: Sequence[Mapping[str, Any]]) -> Iterator[Span]:
    """A step without a start followed the one before it."""
    after = 0.0
    for step in steps:
        start = step.get("start", after)
        yield Span(step["name"], start, step["seconds"], "step" if step["ok"] else "failed")
        after = start + step["seconds"]


def _scale(length: float, height: int) -> Iterator[str]:
    """A tick every so many round seconds."""
    every = next((one for one in _ROUND_SECONDS if length / one <= _TICKS), _ROUND_SECONDS[-1])
    bottom = height - _BOTTOM + 4
    for number in range(int(length // every) + 1):
        x = _percent(number * every, length)
        end = ' text-anchor="middle"' if 3 < x < 94 else ' text-anchor="end"' if x > 3 else ""
        yield f'<line class="tick" x1="{x:.2f}%" y1="0" x2="{x:.2f}%" y2="{bottom}"/>'
        yield (
            f'<text class="scale" x="{x:.2f}%" y="{height - 6}"{end}>'
            f"{seconds_text(number * every)}</text>"
        )


def _row(number: int, span: Span, length: float) -> Iterator[str]:
    """The label, the duration, and the bar below them."""
    y = _TOP + _ROW * number
    width = max(_LEAST_PERCENT, _percent(span.seconds, length))
    x = min(_percent(span.start, length), 100 - width)
    label, taken = escape(span.label), seconds_text(span.seconds)
    yield f'<text class="label" x="0" y="{y + 12}">{label}</text>'
    yield f'<text class="taken" x="100%" y="{y + 12}" text-anchor="end">{taken}</text>'
    yield f'<rect class="track" x="0" y="{y + 18}" width="100%" height="{_BAR}" rx="2"/>'
    yield (
        f'<rect class="{span.kind}" x="{x:.2f}%" y="{y + 18}" width="{width:.2f}%"'
        f' height="{_BAR}" rx="2"/>'
    )


def _percent(seconds: float, length: float) -> float:
    return 100 * seconds / length
