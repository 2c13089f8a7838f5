"""What a search finds over time: one query as bars, or up to five side by side as lines; always with a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.browse import comparing
from corpus.browse.charting import Measure, chart, measured
from corpus.browse.comparing import SWATCH, Series, comparison
from corpus.browse.page import Paging
from corpus.browse.seeking import COMPARE, MOST_COMPARED
from corpus.errors import UsageError
from corpus.report.charts import HEIGHT, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.browse.address import Asked
    from corpus.browse.page import Wanted
    from corpus.browse.seeking import Sought
    from corpus.search.answers import Month
    from corpus.search.searching import Searcher

# Months in a table on one page.
_ROWS: Final = 60
# With a longer query, the addresses of bars and months would be most of a page: they are no links then.
_LINKED: Final = 120


def over_time(
    wanted: Wanted, searcher: Searcher, what: Sought, total: int
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the template, what it shows of the queries over time, and the same for programs."""
    del total
    asked = wanted.asked
    named = {measure.value: measure for measure in Measure}
    measure = named.get(asked.one("measure") or Measure.ARTICLES.value)
    if measure is None:
        raise UsageError(f"There is no measure {asked.one('measure')[:80]!r}. There are {', '.join(named)}.")
    series = [Series(query, searcher.timeline(query, what.filters)) for query in what.series]
    fields = [what.query.text, *(query.text for query in what.compared)]
    shared = {
        "measure": measure, "measures": list(Measure), "width": WIDTH, "height": HEIGHT,
        "fields": [*fields, *[""] * (MOST_COMPARED - len(fields))][:MOST_COMPARED], "is_comparing": bool(what.compared),
    }  # fmt: skip
    if not what.compared:
        values, data = _one(asked, series[0], measure)
        return "overtime.html.jinja", {**shared, **values}, data
    drawn = comparison(series, measure)
    rows = [] if drawn is None else drawn.rows
    paging = Paging.of(asked, len(rows), _ROWS)
    values = {
        "drawn": drawn, "swatch": SWATCH, "paging": paging, "rows": rows[paging.offset : paging.offset + paging.size],
        "legend": [_entry(asked, one) for one in series], "height": comparing.HEIGHT,
    }  # fmt: skip
    months = next((one.months for one in series if one.query is what.query), series[0].months)
    data = {
        "months": _months(months),
        "compared": [{"query": one.query.text, "total": one.total, "months": _months(one.months)} for one in series],
    }
    return "overtime.html.jinja", {**shared, **values}, data


def _entry(asked: Asked, series: Series) -> dict[str, Any]:
    text = series.query.text
    return {
        "text": text,
        "total": series.total,
        "undated": sum(month.hits for month in series.months if not month.month),
        "to": asked.but(q=text, view=None, page=None, measure=None, order=None, **{COMPARE: None}),
    }


def _one(asked: Asked, series: Series, measure: Measure) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = _months(series.months)
    matching = [row for row in rows if row["articles"] and row["month"]]
    paging = Paging.of(asked, len(matching), _ROWS)
    values = {
        "chart": chart(series.months, measure), "paging": paging, "is_linked": len(asked.here) <= _LINKED,
        "undated": sum(month.hits for month in series.months if not month.month),
        "rows": matching[paging.offset : paging.offset + paging.size],
    }  # fmt: skip
    return values, {"months": rows}


def _months(months: Sequence[Month]) -> list[dict[str, Any]]:
    return [
        {"month": month.month, "articles": month.hits, "of": month.articles, "words": month.words,
         "per_articles": round(measured(month, Measure.PER_ARTICLES) or 0, 3),
         "per_words": round(measured(month, Measure.PER_WORDS) or 0, 3)}
        for month in months
    ]  # fmt: skip
