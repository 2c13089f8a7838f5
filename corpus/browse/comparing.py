"""Charts of several queries over time: a line each, which its dashes and marks tell from others, not colour alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.browse.charting import BOTTOM, LABELS, LEFT, TOP, Measure, ceiling, measured, rounded, slots
from corpus.report.charts import WIDTH, Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.search.answers import Month
    from corpus.search.query import Query

HEIGHT: Final = 300
# The room to the right of the last mark.
_RIGHT: Final = 10
# Peaks of a line that are marked: with more, a line would be a chain of marks.
_MARKS: Final = 14
_SIZE: Final = 4.5
# One of each for each line: as many as queries can be compared.
DASHES: Final = ("", "9 5", "2 4", "14 4 2 4", "5 3")
# The swatch of a line in the legend, in its own units.
SWATCH: Final = (44, 14)


@dataclass(frozen=True, slots=True)
class Series:
    """What a query finds over time.

    Attributes:
        query: the query.
        months: the months of all articles that the filters leave; the same ones for each query.
    """

    query: Query
    months: Sequence[Month]

    @property
    def total(self) -> int:
        """How many articles match."""
        return sum(month.hits for month in self.months)


@dataclass(frozen=True, slots=True)
class Spot:
    """A value on a line: the path of its mark, its label, and the value."""

    path: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """A query's line.

    Attributes:
        series: what it shows.
        number: of the query, from 1 on.
        dash: the lengths of its dashes and gaps; empty for a solid line.
        pieces: the points of its pieces: it is broken where there is nothing to divide by.
        spots: the values that are marked.
        swatch: the path of its mark in the legend.
        values: the value of each slot; None where there is nothing to divide by.
    """

    series: Series
    number: int
    dash: str
    pieces: tuple[str, ...]
    spots: tuple[Spot, ...]
    swatch: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several queries over time, drawn on one scale.

    Attributes:
        unit: of time: a month, a year or a span of years.
        lines: one of each query, in order.
        labels: of the slots, from the first match of any query to the last one.
        along: the labels below.
        up: the labels at the side.
    """

    unit: str
    lines: tuple[Line, ...]
    labels: tuple[str, ...]
    along: tuple[Mark, ...]
    up: tuple[Mark, ...]

    @property
    def rows(self) -> list[tuple[str, tuple[float | None, ...]]]:
        """The labels of the slots in which any query matches, each with the value of each query."""
        columns = [line.values for line in self.lines]
        every = zip(self.labels, zip(*columns, strict=True), strict=True)
        return [(label, values) for label, values in every if any(values)]


def comparison(series: Sequence[Series], measure: Measure) -> Comparison | None:
    """Return the chart of some queries; None if none of them matches anything that has a date.

    Args:
        series: of each query, five at most, over the same months.
        measure: what the lines show.
    """
    dated = [[month for month in one.months if month.month] for one in series]
    matching = sorted(month.month for months in dated for month in months if month.hits)
    if not matching:
        return None
    unit, first = slots(dated[0], matching[0], matching[-1])
    filled = [first, *(slots(months, matching[0], matching[-1])[1] for months in dated[1:])]
    labels = tuple(label for label, _ in first)
    values = [tuple(_value(month, measure) for _, month in one) for one in filled]
    top = ceiling(max((value for one in values for value in one if value), default=1.0))
    width = (WIDTH - LEFT - _RIGHT) / len(labels)

    def place(slot: int, value: float) -> tuple[float, float]:
        return round(LEFT + (slot + 0.5) * width, 1), round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)

    lines = tuple(
        _line(one, number, labels, [None if it is None else (*place(slot, it), it) for slot, it in enumerate(found)])
        for number, (one, found) in enumerate(zip(series, values, strict=True), 1)
    )  # fmt: skip
    every = max(1, math.ceil(len(labels) / LABELS))
    along = tuple(Mark(place(slot, 0)[0], labels[slot]) for slot in range(0, len(labels), every))
    up = tuple(Mark(place(0, part)[1], f"{part:,.6g}") for part in (0, top / 2, top))
    return Comparison(unit, lines, labels, along, up)


def _value(month: Month, measure: Measure) -> float | None:
    found = measured(month, measure)
    return found if found is None or measure is Measure.ARTICLES else rounded(found)


def _line(
    series: Series, number: int, labels: Sequence[str], points: Sequence[tuple[float, float, float] | None]
) -> Line:
    pieces: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point[:2])
    marked = _marked([None if point is None else point[2] for point in points])
    spots = tuple(
        Spot(_mark(number, *point[:2]), labels[slot], point[2])
        for slot, point in enumerate(points)
        if point is not None and slot in marked
    )
    return Line(
        series,
        number,
        DASHES[number - 1],
        tuple(" ".join(f"{x:g},{y:g}" for x, y in piece) for piece in pieces if len(piece) > 1),
        spots,
        _mark(number, SWATCH[0] / 2, SWATCH[1] / 2),
        tuple(None if point is None else point[2] for point in points),
    )


def _marked(values: Sequence[float | None]) -> set[int]:
    """Return the slots whose values are marked: the highest peaks, and those that no line leads to."""
    alone, peaks = set(), []
    for slot, value in enumerate(values):
        if value is None:
            continue
        before = values[slot - 1] if slot else None
        after = values[slot + 1] if slot + 1 < len(values) else None
        if before is None and after is None:
            alone.add(slot)
        elif value and value >= (before or 0) and value >= (after or 0):
            peaks.append((-value, slot))
    return alone | {slot for _, slot in sorted(peaks)[:_MARKS]}


def _mark(number: int, x: float, y: float) -> str:
    """Return the path of the mark of a line: disc, square, triangle, diamond or cross."""
    size = _SIZE
    match number:
        case 1:
            return f"M{x - size:g},{y:g}a{size},{size} 0 1 0 {2 * size},0a{size},{size} 0 1 0 {-2 * size},0z"
        case 2:
            return f"M{x - size:g},{y - size:g}h{2 * size}v{2 * size}h{-2 * size}z"
        case 3:
            return f"M{x:g},{y - size:g}l{size},{2 * size}h{-2 * size}z"
        case 4:
            return f"M{x:g},{y - size - 1:g}l{size + 1},{size + 1}l{-size - 1},{size + 1}l{-size - 1},{-size - 1}z"
        case _:
            return f"M{x - size:g},{y - size:g}l{2 * size},{2 * size}m0,{-2 * size}l{-2 * size},{2 * size}"
