"""Draws the chart of articles over time, as an SVG whose units adapt from days to centuries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH: Final = 720
HEIGHT: Final = 200
_LEFT: Final = 44
_BOTTOM: Final = 22
_TOP: Final = 8
# More bars than this are too thin to see.
_MOST_BARS: Final = 180
_LABELS: Final = 7
# The part of its place that a bar fills, and the most that it is wide.
_FILLED: Final = 0.82
_WIDEST: Final = 60
# The width of a digit on a narrow screen, in the units of the picture.
_LETTER: Final = 11


# From here on numbers at the axis are counted in thousands.
_MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, in the SVG's own units."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis: its place along the axis, and whether its start, middle or end is at that place."""

    at: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Articles by day, month, year or span of years."""

    unit: str
    bars: tuple[Bar, ...]
    along: tuple[Mark, ...]
    up: tuple[Mark, ...]
    most: Bar


def timeline(days: Sequence[tuple[date, int]]) -> Timeline | None:
    """Return the chart of articles by day of publication; None without articles."""
    if not days:
        return None
    scale = _scale(days[0][0], days[-1][0])
    name = scale.label
    counts: dict[int, int] = {}
    for day, count in days:
        key = scale.key(day)
        counts[key] = counts.get(key, 0) + count
    first, last = min(counts), max(counts)
    slots = list(range(first, last + 1, scale.step))
    top = _ceiling(max(counts.values()))
    room, width = HEIGHT - _BOTTOM - _TOP, (WIDTH - _LEFT) / len(slots)
    bar = min(max(width * _FILLED, 0.6), _WIDEST)
    bars = [
        Bar(
            round(_LEFT + place * width + (width - bar) / 2, 2),
            round(HEIGHT - _BOTTOM - room * counts[key] / top, 2),
            round(bar, 2),
            round(room * counts[key] / top, 2),
            name(key),
            counts[key],
        )
        for place, key in enumerate(slots)
        if counts.get(key)
    ]
    every = max(1, math.ceil(len(slots) / _LABELS))
    along = [
        _along(_LEFT + (place + 0.5) * width, name(slots[place]), first=place == 0 < len(slots) - every)
        for place in range(0, len(slots), every)
    ]
    up = [Mark(round(HEIGHT - _BOTTOM - room * part / top, 2), _short(part)) for part in sorted({0, top // 2, top})]
    return Timeline(scale.unit, tuple(bars), tuple(along), tuple(up), max(bars, key=lambda bar: bar.count))


def _short(count: int) -> str:
    """Return a number in a short form that fits beside the axis on a narrow screen."""
    return (
        f"{count:,}" if count < _MANY else f"{count / 1_000:,g}k" if count < _MANY * 100 else f"{count / 1_000_000:,g}M"
    )


def _along(at: float, text: str, *, first: bool) -> Mark:
    """Return a label that stays inside the picture, on a narrow screen too, where letters are larger."""
    if first:
        return Mark(round(at, 2), text, "start")
    if at + len(text) * _LETTER / 2 > WIDTH:
        return Mark(WIDTH, text, "end")
    return Mark(round(at, 2), text)


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit of time for the bars: its name, the step from bar to bar, and the key and label of a bar."""

    unit: str
    step: int
    key: Callable[[date], int]
    label: Callable[[int], str]


def _scale(first: date, last: date) -> Scale:
    if (last - first).days < 62:
        return Scale("day", 1, lambda day: day.toordinal(), lambda key: date.fromordinal(key).isoformat())
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= _MOST_BARS:
        return Scale(
            "month", 1, lambda day: day.year * 12 + day.month - 1, lambda key: f"{key // 12:04d}-{key % 12 + 1:02d}"
        )
    years = last.year - first.year + 1
    if years <= _MOST_BARS:
        return Scale("year", 1, lambda day: day.year, str)
    step = math.ceil(years / _MOST_BARS / 10) * 10
    return Scale(f"{step} years", step, lambda day: day.year - day.year % step, lambda key: f"{key}–{key + step - 1}")


def _ceiling(most: int) -> int:
    """Return the next round number."""
    unit = int(10 ** (len(str(most)) - 1))
    return next(unit * part for part in (1, 2, 4, 5, 6, 8, 10) if unit * part >= most)
