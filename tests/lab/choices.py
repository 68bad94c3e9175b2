"""Which of many alike tests are run: by a rule, so that what is left out is left out on purpose."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

Row = TypeVar("Row")
Step = TypeVar("Step")
Way = TypeVar("Way")


def covering(rows: Sequence[Row], *views: Callable[[Row], Hashable]) -> tuple[Row, ...]:
    """The fewest rows that show whatever a view shows of any row; of equally many the first.

    A view of two values of a row, such as its system and its release, asks for all their pairs.
    """

    def shown(some: Sequence[Row]) -> set[tuple[int, Hashable]]:
        return {(number, view(row)) for row in some for number, view in enumerate(views)}

    sizes = range(len(rows) + 1)
    subsets = (some for size in sizes for some in combinations(rows, size))
    return next(some for some in subsets if shown(some) == shown(rows))


def latin(steps: Sequence[Step], ways: Sequence[Way]) -> list[list[tuple[Step, Way]]]:
    """A chain for each way: each has every step once, all together every step in every way."""
    shifts = range(len(ways))
    return [
        [(step, ways[(number + shift) % len(ways)]) for number, step in enumerate(steps)]
        for shift in shifts
    ]
