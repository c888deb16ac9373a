"""Bars by month and side, as numbers for a drawing. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

WIDTH, HEIGHT = 640.0, 150.0
"""Of the part that has bars in it, in the drawing's own units."""


@dataclass(frozen=True)
class Bar:
    """One side's value in one month."""

    side: int
    """Its place among the sides."""
    left: float
    top: float
    width: float
    height: float
    month: str
    value: float


@dataclass(frozen=True)
class Plot:
    """What is drawn of one indicator."""

    bars: Sequence[Bar]
    months: Sequence[tuple[str, float]]
    """With the middle of each."""
    most: float
    """The value that the whole height stands for."""


def plot(values: Mapping[tuple[str, str], float | None], sides: Sequence[str], months: Sequence[str]) -> Plot:
    """`values`: by side and month. A share is drawn up to 1, anything larger up to the next whole number."""
    known = [value for value in values.values() if value is not None]
    most = float(max(1, ceil(max(known, default=0))))
    slot = WIDTH / max(len(months), 1)
    width = slot * 0.7 / max(len(sides), 1)
    bars = []
    for place, month in enumerate(months):
        for number, side in enumerate(sides):
            value = values.get((side, month))
            if value is not None:
                # What is nearly nothing is still to be seen.
                height = max(value / most * HEIGHT, 1.5)
                left = place * slot + slot * 0.15 + number * width
                bars.append(
                    Bar(
                        number,
                        round(left, 1),
                        round(HEIGHT - height, 1),
                        round(width, 1),
                        round(height, 1),
                        month,
                        value,
                    )
                )
    return Plot(bars, [(month, round((place + 0.5) * slot, 1)) for place, month in enumerate(months)], most)


def months_until(last: str, count: int) -> Sequence[str]:
    """`count` months up to `last` (`2026-03`), the earliest first."""
    year, month = map(int, last.split("-"))
    numbers = range(year * 12 + month - count, year * 12 + month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]
