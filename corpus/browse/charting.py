"""Charts of what a search finds over time: as counts, per 1,000 articles, or per million words."""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from corpus.report.charts import HEIGHT, WIDTH, Bar, Mark, Timeline, timeline
from corpus.search.answers import Month

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

LEFT: Final = 44
BOTTOM: Final = 22
TOP: Final = 8
_MOST_BARS: Final = 180
LABELS: Final = 7
_FILLED: Final = 0.82
_WIDEST: Final = 60.0


class Measure(StrEnum):
    """What bars show."""

    ARTICLES = "articles"
    PER_ARTICLES = "per 1,000 articles"
    PER_WORDS = "per million words"


def measured(month: Month, measure: Measure) -> float | None:
    """Return what a measure is in a month; None where there is nothing to divide by."""
    if measure is Measure.PER_ARTICLES:
        return 1_000 * month.hits / month.articles if month.articles else None
    if measure is Measure.PER_WORDS:
        return 1_000_000 * month.hits / month.words if month.words else None
    return float(month.hits)


def value(month: Month, measure: Measure) -> float:
    """Return what a measure is in a month; 0 where there is nothing to divide by."""
    return measured(month, measure) or 0.0


def chart(months: Sequence[Month], measure: Measure) -> Timeline | None:
    """Return the chart of the months that are known; None if nothing matches in any of them.

    Counts are drawn as on the first page, by days, months or years; shares by month, or by year if there are many.
    """
    dated = [month for month in months if month.month]
    if not any(month.hits for month in dated):
        return None
    if measure is Measure.ARTICLES:
        return timeline([(_first(month.month), month.hits) for month in dated if month.hits])
    matching = [month.month for month in dated if month.hits]
    unit, found = slots(dated, min(matching), max(matching))
    return _drawn([(label, value(month, measure)) for label, month in found], unit)


def _first(month: str) -> date:
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def slots(months: Sequence[Month], since: str, until: str) -> tuple[str, list[tuple[str, Month]]]:
    """Return the unit, and each of its slots from one month to another, those without articles too, with its label.

    The unit is a month, a year, or a span of years where there are many.

    Args:
        months: those that have articles.
        since: the first month, as `2026-03`.
        until: the last one.
    """
    first, last = _first(since), _first(until)
    if (last.year - first.year) * 12 + last.month - first.month < _MOST_BARS:
        places = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return "month", _summed(months, [f"{place // 12:04}-{place % 12 + 1:02}" for place in places], str)
    number = last.year - first.year + 1
    if number <= _MOST_BARS:
        return "year", _summed(
            months, [f"{year:04}" for year in range(first.year, last.year + 1)], lambda month: month[:4]
        )
    step = math.ceil(number / _MOST_BARS / 10) * 10

    def span(month: str) -> str:
        year = int(month[:4])
        return f"{max(1, year - year % step)}–{min(date.max.year, year - year % step + step - 1)}"

    spans = [span(f"{year:04}") for year in range(first.year, last.year + 1)]
    return f"{step} years", _summed(months, spans, span)


def _summed(months: Sequence[Month], labels: Iterable[str], label_of: Callable[[str], str]) -> list[tuple[str, Month]]:
    """Return the sums of the months of each label, in the order of the labels."""
    made = {label: [0, 0, 0] for label in labels}
    for month in months:
        if (sums := made.get(label_of(month.month))) is not None:
            for number, one in enumerate((month.hits, month.articles, month.words)):
                sums[number] += one
    return [(label, Month(label, *sums)) for label, sums in made.items()]


def _drawn(values: Sequence[tuple[str, float]], unit: str) -> Timeline:
    top = ceiling(max(number for _, number in values))
    room, width = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / len(values)
    thick = min(max(width * _FILLED, 0.6), _WIDEST)
    bars = tuple(
        Bar(
            round(LEFT + place * width + (width - thick) / 2, 2), round(HEIGHT - BOTTOM - room * number / top, 2),
            round(thick, 2), round(room * number / top, 2), label, rounded(number),
        )
        for place, (label, number) in enumerate(values)
        if number
    )  # fmt: skip
    every = max(1, math.ceil(len(values) / LABELS))
    along = tuple(
        Mark(round(LEFT + (place + 0.5) * width, 2), values[place][0]) for place in range(0, len(values), every)
    )
    up = tuple(Mark(round(HEIGHT - BOTTOM - room * part / top, 2), f"{part:,.6g}") for part in (0, top / 2, top))
    return Timeline(unit, bars, along, up, max(bars, key=lambda bar: bar.count))


def rounded(number: float) -> float:
    """Return a number with four digits that count."""
    return float(f"{number:.4g}")


def ceiling(most: float) -> float:
    """Return the next round number."""
    unit = 10.0 ** math.floor(math.log10(most))
    return next(unit * part for part in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if unit * part >= most * 0.999999)
