"""Up to five queries side by side over time: the same figures as each alone, drawn so that no colour is needed."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from corpus.browse.charting import Measure, chart
from corpus.browse.comparing import DASHES, Series, comparison
from corpus.search.answers import Month
from corpus.search.query import parse
from tests.browse.conftest import LANGUAGES, SCRIPT
from tests.browse.test_search_pages import when_indexed

if TYPE_CHECKING:
    from tests.browse.client import Client

FIVE = ("line", "ferry OR mayor", '"tram line"', LANGUAGES["he"][0].split()[0], "counc*")


@pytest.fixture(scope="module")
def ready(client: Client) -> Client:
    when_indexed(client, "/search.json")
    return client


def address(queries: tuple[str, ...], rest: str = "", form: str = "") -> str:
    first, *others = queries
    compared = "".join(f"&compare={quote(one)}" for one in others)
    return f"/search{form}?view=time&q={quote(first)}{compared}{rest}"


@pytest.mark.parametrize("rest", ["", "&language=en", "&month=2024-02&measure=per+1,000+articles", "&asof=2024-02-05"])
def test_each_query_has_the_figures_that_it_has_alone(ready: Client, rest: str) -> None:
    if "asof" in rest:
        when_indexed(ready, f"/search.json?{rest[1:]}")
    found = ready.get(address(FIVE, rest, ".json")).json
    assert [one["query"] for one in found["compared"]] == list(FIVE)
    for one in found["compared"]:
        alone = ready.get(address((one["query"],), rest, ".json")).json
        assert (one["total"], one["months"]) == (alone["total"], alone["months"])
    assert found["months"] == found["compared"][0]["months"]


def test_the_page_has_a_legend_a_table_and_a_form(ready: Client) -> None:
    page = ready.get(address(FIVE, "&language=en&section=&measure=per+million+words")).text
    assert len(page.encode()) < 60_000
    assert page.count("<polyline") <= 5 * 200
    for number, query in enumerate(FIVE, 1):
        assert re.search(
            rf"{number}\. <a [^>]*><bdi>{re.escape(html.escape(query, quote=True))}</bdi>", page
        ) or query in (html.unescape(page))
        assert f'<label for="compare-{number}">' in page
        assert f'<th scope="col" class="number">{number}. <bdi>' in page
    assert set(re.findall(r'stroke-dasharray="([^"]*)"', page)) == set(DASHES) - {""}
    assert page.count('name="compare"') == 4
    assert page.count('<input type="hidden" name="section" value="">') == 2
    # Alone, a page offers the comparison.
    alone = ready.get(address(("line",))).text
    assert '<details class="comparing">' in alone
    assert "<polyline" not in alone


def test_pages_of_long_queries_are_bounded(ready: Client) -> None:
    long = " OR ".join(f"{letter * 28}" for letter in "abcdefghijklmnopqrstuvwxyz123456") + " line"
    five = tuple(f"{long[:-5]} {'line' * number}"[-990:] for number in range(1, 6))
    five = tuple(one.partition("OR ")[2] for one in five)
    assert len(ready.get(address(five)).body) < 60_000
    assert len(ready.get(address((five[0],))).body) < 60_000
    assert ready.get(address(five, form=".json")).status == 200


def test_queries_that_repeat_or_are_empty_count_once(ready: Client) -> None:
    def queries(*found: str) -> list[str]:
        data = ready.get(address(found, form=".json")).json
        return [one["query"] for one in data.get("compared", ())]

    assert queries("line", "line ", " ", "ferry") == ["line", "ferry"]
    assert queries("", "line") == ["line"]
    assert queries("", "line", "ferry", "mayor", "tram", "story") == ["line", "ferry", "mayor", "tram", "story"]
    assert queries("nothinglikeit", "line") == ["nothinglikeit", "line"]
    assert queries("line") == queries("line", " ") == []
    assert "<figure" in ready.get(address(("nothinglikeit", "line OR story"))).text
    assert "matches any of these queries" in ready.get(address(("nothinglikeit", "norhere"))).text


@pytest.mark.parametrize(
    ("queries", "wrong"),
    [
        (("line", "(tram", "ferry"), [(2, 0)]),
        (("line OR", "(tram", "ferry", "a*"), [(1, 5), (2, 0), (4, 0)]),
        (("", "ok", "x OR"), [(2, 2)]),
        ((f"{SCRIPT} OR", "-"), [(1, 26), (2, 0)]),
        (("line", "x" * 1_001), [(2, 1_000)]),
    ],
)
def test_each_wrong_query_is_named_with_its_place(ready: Client, queries: tuple[str, ...], wrong: Any) -> None:
    reply = ready.get(address(queries, form=".json"))
    assert reply.status == 400
    assert [(one["number"], one["place"]) for one in reply.json["mistakes"]] == wrong
    page = ready.get(address(queries))
    assert page.status == 400
    assert all(f"Query {number}: " in page.text for number, _ in wrong)
    assert "<script" not in page.text


@pytest.mark.parametrize("queries", [("a", "b", "c", "d", "e", "f"), ("", *"abcdef"), ("line", *"x" * 300)])
def test_more_than_five_are_refused(ready: Client, queries: tuple[str, ...]) -> None:
    reply = ready.get(address(queries, form=".json"))
    assert reply.status == 400
    assert reply.json["error"].endswith("queries to compare; 5 is the most.")


def test_a_form_keeps_the_day(ready: Client) -> None:
    for target in ("/?asof=2024-02-05", "/columns?asof=2024-02-05", "/help?asof=2024-02-05"):
        assert '<input type="hidden" name="asof" value="2024-02-05">' in ready.get(target).text, target
    assert 'name="asof"' not in ready.get("/columns").text


# --- the chart


def series(*found: tuple[str, list[tuple[str, int, int, int]]]) -> list[Series]:
    return [Series(parse(text), [Month(*month) for month in months]) for text, months in found]


def test_a_line_is_broken_where_there_is_nothing_to_divide_by() -> None:
    some = series(
        ("a", [("2020-01", 1, 2, 100), ("2020-02", 2, 2, 100), ("2020-04", 0, 4, 0), ("2020-06", 1, 1, 50), ("", 9, 9, 9)]),
        ("b", [("2020-01", 0, 2, 100), ("2020-02", 0, 2, 100), ("2020-04", 1, 4, 0), ("2020-06", 0, 1, 50), ("", 0, 9, 9)]),
    )  # fmt: skip
    drawn = comparison(some, Measure.PER_ARTICLES)
    assert drawn is not None
    assert (drawn.unit, drawn.labels) == ("month", tuple(f"2020-0{month}" for month in range(1, 7)))
    assert drawn.lines[0].values == (500.0, 1_000.0, None, 0.0, None, 1_000.0)
    assert drawn.lines[1].values == (0.0, 0.0, None, 250.0, None, 0.0)
    assert len(drawn.lines[0].pieces) == 1
    assert {spot.label for spot in drawn.lines[0].spots} == {"2020-02", "2020-04", "2020-06"}
    assert [label for label, _ in drawn.rows] == ["2020-01", "2020-02", "2020-04", "2020-06"]
    counted = comparison(some, Measure.ARTICLES)
    assert counted is not None
    assert counted.lines[0].values == (1, 2, 0, 0, 0, 1)
    assert len(counted.lines[0].pieces) == 1
    by_words = comparison(some, Measure.PER_WORDS)
    assert by_words is not None
    assert by_words.lines[1].values == (0.0, 0.0, None, None, None, 0.0)
    assert len({line.dash for line in counted.lines}) == len({line.swatch for line in counted.lines}) == 2


@pytest.mark.parametrize(
    ("months", "unit", "labels"),
    [
        (["2020-03"], "month", ("2020-03",)),
        (["0001-01", "9999-12"], "60 years", ("1–59", "9960–9999")),
        (["1990-06", "2010-01"], "year", ("1990", "2010")),
        (["1500-06", "2010-01"], "10 years", ("1500–1509", "2010–2019")),
        (["2005-01", "2019-12"], "month", ("2005-01", "2019-12")),
    ],
)
@pytest.mark.parametrize("measure", list(Measure))
def test_times_of_any_length_are_bounded(
    months: list[str], unit: str, labels: tuple[str, ...], measure: Measure
) -> None:
    rows = [(month, 1, 3, 1_000) for month in months]
    drawn = comparison(series(*((letter, rows) for letter in "abcde")), measure)
    assert drawn is not None
    assert (drawn.unit, drawn.labels[0], drawn.labels[-1]) == (unit, labels[0], labels[-1])
    assert len(drawn.labels) <= 180
    assert len(drawn.along) <= 7
    assert len({line.swatch for line in drawn.lines}) == 5
    assert chart([Month(*row) for row in rows], measure) is not None


@pytest.mark.parametrize("measure", list(Measure))
def test_nothing_with_a_date_is_no_chart(measure: Measure) -> None:
    assert (
        comparison(
            series(("a", [("", 3, 3, 9), ("2020-01", 0, 1, 1)]), ("b", [("", 0, 3, 9), ("2020-01", 0, 1, 1)])), measure
        )
        is None
    )
    only = comparison(series(("a", [("2020-01", 12_345, 20_000, 0)]), ("b", [("2020-01", 0, 20_000, 0)])), measure)
    assert only is not None
    assert only.lines[0].values == ({"articles": 12_345, "per 1,000 articles": 617.2}.get(measure.value),)
