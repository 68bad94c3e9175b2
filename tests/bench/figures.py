"""Measured values and the tables that show them. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One quantity, measured once a round; `goal` is what the project set itself, in words."""

    what: str
    unit: str
    values: tuple[float, ...]
    goal: str = ""

    @property
    def median(self) -> float:
        """The middle value, which one slow round does not move."""
        return statistics.median(self.values)

    def row(self) -> tuple[str, ...]:
        """The cells of the figure's line."""
        spread = (min(self.values), self.median, max(self.values))
        return (self.what, self.unit, *map(_number, spread), self.goal)


def ratio(what: str, part: Figure, whole: Figure, goal: str = "") -> Figure:
    """How much of `whole` is `part`, round by round: both saw the same load."""
    pairs = zip(part.values, whole.values, strict=True)
    return Figure(what, "ratio", tuple(one / other for one, other in pairs), goal)


@dataclass(frozen=True)
class Section:
    """One benchmark's tables: `how` says what was done, in a sentence or two."""

    title: str
    how: str
    figures: Sequence[Figure]
    details: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]] = field(default=())

    def markdown(self) -> str:
        """Heading, sentence and tables."""
        heads = ("what", "unit", "min", "median", "max", "goal")
        tables = [table(heads, [figure.row() for figure in self.figures])]
        tables += [table(heads, rows) for heads, rows in self.details]
        return "\n\n".join([f"## {self.title}", self.how, *tables])


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table that can also be read as it is."""
    cells = [tuple(heads), *map(tuple, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in (cells[0], rule, *cells[1:])
    )


def steps_table(
    timelines: Sequence[Sequence[tuple[str, float]]],
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Median seconds of each step over several runs of one kind, in the order of the first."""
    names = [name for name, _ in timelines[0]]
    seconds = [
        statistics.median(
            [taken for timeline in timelines for step, taken in timeline if step == name]
        )
        for name in names
    ]
    return ("step", "seconds (median)"), [
        (name, f"{taken:.1f}") for name, taken in zip(names, seconds)
    ]


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"
