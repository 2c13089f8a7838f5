"""Charts of what a search finds over time: as counts, per 1,000 articles, or per million words."""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from corpus.report.charts import HEIGHT, WIDTH, Bar, Mark, Timeline, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.search.searching import Month

_LEFT: Final = 44
_BOTTOM: Final = 22
_TOP: Final = 8
_MOST_BARS: Final = 180
_LABELS: Final = 7
_FILLED: Final = 0.82
_WIDEST: Final = 60.0


class Measure(StrEnum):
    """What bars show."""

    ARTICLES = "articles"
    PER_ARTICLES = "per 1,000 articles"
    PER_WORDS = "per million words"


def value(month: Month, measure: Measure) -> float:
    """Return what a measure is in a month; 0 where there is nothing to divide by."""
    if measure is Measure.PER_ARTICLES:
        return 1_000 * month.hits / month.articles if month.articles else 0.0
    if measure is Measure.PER_WORDS:
        return 1_000_000 * month.hits / month.words if month.words else 0.0
    return float(month.hits)


def chart(months: Sequence[Month], measure: Measure) -> Timeline | None:
    """Return the chart of the months that are known; None if nothing matches in any of them.

    Counts are drawn as on the first page, by days, months or years; shares by month, or by year if there are many.
    """
    dated = [month for month in months if month.month]
    if not any(month.hits for month in dated):
        return None
    if measure is Measure.ARTICLES:
        return timeline([(_first(month.month), month.hits) for month in dated if month.hits])
    slots = _slots(dated)
    values = [(label, value(month, measure)) for label, month in slots]
    return _drawn(values, "month" if len(slots[0][0]) > 4 else "year")


def _first(month: str) -> date:
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def _slots(months: Sequence[Month]) -> list[tuple[str, Month]]:
    """Return each month, or each year, from the first to the last with a match; those without articles too."""
    matching = [_first(month.month) for month in months if month.hits]
    first, last = min(matching), max(matching)
    number = (last.year - first.year) * 12 + last.month - first.month + 1
    if number <= _MOST_BARS:
        known = {month.month: month for month in months}
        labels = [
            f"{place // 12:04}-{place % 12 + 1:02}"
            for place in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        ]
        return [(label, known.get(label) or type(months[0])(label, 0, 0, 0)) for label in labels]
    years: dict[str, Month] = {}
    for month in months:
        label = month.month[:4]
        before = years.get(label)
        years[label] = month._replace(month=label) if before is None else type(month)(
            label, before.hits + month.hits, before.articles + month.articles, before.words + month.words
        )  # fmt: skip
    return [(label, years[label]) for label in sorted(years) if first.year <= int(label) <= last.year]


def _drawn(values: Sequence[tuple[str, float]], unit: str) -> Timeline:
    top = _ceiling(max(number for _, number in values))
    room, width = HEIGHT - _BOTTOM - _TOP, (WIDTH - _LEFT) / len(values)
    thick = min(max(width * _FILLED, 0.6), _WIDEST)
    bars = tuple(
        Bar(
            round(_LEFT + place * width + (width - thick) / 2, 2), round(HEIGHT - _BOTTOM - room * number / top, 2),
            round(thick, 2), round(room * number / top, 2), label, _rounded(number),
        )
        for place, (label, number) in enumerate(values)
        if number
    )  # fmt: skip
    every = max(1, math.ceil(len(values) / _LABELS))
    along = tuple(
        Mark(round(_LEFT + (place + 0.5) * width, 2), values[place][0]) for place in range(0, len(values), every)
    )
    up = tuple(Mark(round(HEIGHT - _BOTTOM - room * part / top, 2), f"{part:,.6g}") for part in (0, top / 2, top))
    return Timeline(unit, bars, along, up, max(bars, key=lambda bar: bar.count))


def _rounded(number: float) -> float:
    return float(f"{number:.4g}")


def _ceiling(most: float) -> float:
    """Return the next round number."""
    unit = 10.0 ** math.floor(math.log10(most))
    return next(unit * part for part in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if unit * part >= most * 0.999999)
