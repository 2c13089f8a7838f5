"""Rows of datasets: the usual names, and values as they come."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.formats import moments, values
from corpus.formats.article import Document, Heading, Parsed
from corpus.formats.mapping import NAMES, columns
from corpus.formats.rows import RowParser
from corpus.text.dates import NumericDates
from corpus.text.words import word_counts
from schemas.dates import DateSource
from schemas.rules import Check

TEXT = "The council approved a new tram line on Monday after four hours of debate."


def parse(row: Any, **given_columns: tuple[str, ...]) -> Parsed:
    data = row if isinstance(row, bytes) else json.dumps(row).encode()
    return RowParser(given=given_columns).parse(Document(data, "application/json", "rows.jsonl#1"))


def test_news_please() -> None:
    found = parse(
        {
            "title": "Tram line approved", "maintext": f"{TEXT}\n{TEXT}", "text": None, "date_publish": "2020-09-11 04:05:06",
            "date_modify": None, "url": "https://www.example.com/tram?utm_source=x", "source_domain": "www.example.com",
            "authors": ["Jane Doe", "By John Smith"], "language": "en", "description": "A line.", "filename": "x.json",
        }
    )  # fmt: skip
    assert found.text == f"{TEXT}\n\n{TEXT}"
    assert found.published_date == date(2020, 9, 11)
    assert found.published_at is None
    assert found.url == "https://www.example.com/tram"
    assert found.publisher == "example.com"
    assert found.authors == ("Jane Doe", "John Smith")
    assert (found.language, found.description, found.problems, found.parser) == ("en", "A line.", (), "row/1")


def test_fundus_sections_become_paragraphs_and_headings() -> None:
    body = {"summary": ["In short."], "sections": [{"headline": ["Why"], "paragraphs": [TEXT, "Because."]}]}
    found = parse({"title": "T", "body": body, "publishing_date": "2024-04-15 10:00:00+02:00", "topics": ["Trams"],
                   "html": {"requested_url": "https://example.com/a"}})  # fmt: skip
    assert found.text == f"In short.\n\nWhy\n\n{TEXT}\n\nBecause."
    assert found.headings == (Heading(11, "Why"),)
    assert found.published_at == datetime(2024, 4, 15, 8, tzinfo=UTC)
    assert found.url == "https://example.com/a"
    assert found.keywords == ("Trams",)


@pytest.mark.parametrize(
    ("row", "publication", "page", "edition", "accession"),
    [
        (
            {"publication": "The Daily", "page": "A1", "edition": "Late", "accession": "X1"},
            "The Daily",
            "A1",
            "Late",
            "X1",
        ),
        ({"Publication": " The  Daily ", "Page": 3, "accession_number": 1_234}, "The Daily", "3", None, "1234"),
        ({"publication": "", "page": None, "edition": [], "accession": {}}, None, None, None, None),
        ({"publication": True, "page": 2.0, "edition": 1.5, "accession": 10**40}, None, "2", None, None),
        ({"publication": {"name": "The Daily"}, "page": ["7"]}, "The Daily", "7", None, None),
    ],
)
def test_where_it_was_printed(row: dict[str, Any], publication: str | None, page: str | None, edition: str | None,
                              accession: str | None) -> None:  # fmt: skip
    found = parse({"title": "T", "text": TEXT, **row})
    assert (found.publication, found.page, found.edition, found.accession) == (publication, page, edition, accession)
    assert found.date_source is None


@pytest.mark.parametrize("written", ["2020-09-11", "11 September 2020", 1_599_811_200, None, "soon", ""])
def test_a_date_in_a_field_is_declared(written: Any) -> None:
    row = {"title": "T", "text": TEXT, "date": written}
    found = parse(row)
    assert found.date_source == (None if found.published_date is None else DateSource.DECLARED)


def test_datatrove_rows_with_metadata() -> None:
    found = parse(
        {"text": TEXT, "id": "x", "metadata": {"url": "https://example.com/b", "date": "2024-02-03T04:05:06Z"}}
    )
    assert found.url == "https://example.com/b"
    assert found.published_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert found.title is None


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        (1_599_811_200, date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        (1_599_811_200_000, date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        ("2020-09-11T00:00:00Z", date(2020, 9, 11), None),
        ("2020-09-11 10:00:00+02:00", date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        ("2020-09-11 10:00:00 UTC", date(2020, 9, 11), datetime(2020, 9, 11, 10, tzinfo=UTC)),
        ("11 September 2020", date(2020, 9, 11), None),
        # As CSV has them, and a day with an hour that is none of these.
        ("1599811200", date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        (" 1599811200.5", date(2020, 9, 11), datetime(2020, 9, 11, 8, 0, 0, 500_000, tzinfo=UTC)),
        ("1599811200000", date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        ("2020091110", None, None),
        ("soon", None, None),
        (float("nan"), None, None),
        (10**300, None, None),
        (10**400, None, None),
        (True, None, None),
        ([], None, None),
    ],
)
def test_dates(written: Any, day: date | None, instant: datetime | None) -> None:
    found = parse({"title": "T", "text": TEXT, "date": written})
    assert (found.published_date, found.published_at) == (day, instant)


def test_named_columns_come_first() -> None:
    row = {"kopf": "Meant", "title": "Not meant", "text": TEXT}
    assert parse(row).title == "Not meant"
    assert parse(row, title=("Kopf",)).title == "Meant"
    assert columns(["Headline", "BODY", "x"], {}) == {"title": ["Headline"], "text": ["BODY"]}


def test_markup_is_taken_out_of_texts() -> None:
    found = parse({"title": "T", "content": f"<p>{TEXT}</p><script>evil()</script><p>Fish &amp; chips, 3 < 4</p>"})
    assert found.text == f"{TEXT}\n\nFish & chips, 3 < 4"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "no JSON"),
        (b"[1]", "a JSON list"),
        (b'"words"', "a JSON str"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"1" * 10_000, ""),
        (b"\xff\xfe{", "no JSON"),
    ],
)
def test_what_is_no_row_says_so(data: bytes, found: str) -> None:
    (problem,) = parse(data).problems
    assert problem.check is Check.UNREADABLE
    assert found in (problem.found or "")


def test_a_row_without_any_known_column_names_what_it_has() -> None:
    (problem,) = parse({"a": 1, "b": "x"}).problems
    assert problem.check is Check.EMPTY
    assert "a, b" in (problem.found or "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["title", "text", "url", "date", "updated", "authors", "publisher", "language", "tags", "meta"]
)


@pytest.mark.parametrize(
    ("row", "publisher", "publication"),
    [
        ({"publisher": "The Harbour Gazette"}, None, "The Harbour Gazette"),
        ({"source": "Süddeutsche Zeitung"}, None, "Süddeutsche Zeitung"),
        ({"newspaper": "朝日新聞"}, None, "朝日新聞"),
        ({"media_name": "The New York Times", "media_url": "http://nytimes.com"}, None, "The New York Times"),
        ({"medium": "De Telegraaf"}, None, "De Telegraaf"),
        ({"outlet": "gazette.example.com"}, "example.com", None),
        ({"source": "https://www.gazette.co.uk/news"}, "gazette.co.uk", None),
        ({"publisher": "Gazette", "url": "https://www.example.com/a"}, "example.com", "Gazette"),
        ({"publisher": "Harbour Media", "publication": "The Harbour Gazette"}, None, "The Harbour Gazette"),
        ({"domain": "example.com", "newspaper": "The Harbour Gazette"}, "example.com", "The Harbour Gazette"),
        ({"source": {"name": "The Harbour Gazette"}}, None, "The Harbour Gazette"),
        ({}, None, None),
    ],
)
def test_the_name_of_a_paper_is_its_publication_and_its_domain_the_publisher(row, publisher, publication):
    rows = {"title": "Fog closes the pier", "text": TEXT, **row}
    found = parse(rows)
    assert (found.publisher, found.publication) == (publisher, publication)
    together = RowParser().parse_together([json.dumps(rows).encode()])
    for name, value in (("publisher", publisher), ("publication", publication)):
        assert list(together.columns[name]) == [value]


def test_sections_that_are_no_list_say_nothing() -> None:
    assert parse({"title": "T", "body": {"summary": 5, "sections": 5}}).text == ""


def test_scripts_that_never_end_take_no_time() -> None:
    found = parse({"title": "T", "text": "<p>A</p>" + "<script>" * 200_000 + "<style>x</style>B"})
    assert found.text == "A\n\nB"


# Values at the edges of what is read in columns.
WRITTEN = st.sampled_from(
    [
        "2020-09-11", "2020-09-11T00:00:00Z", "2020-09-11 10:11:12+02:00", "2020-02-30T10:00:00Z", "03/04/2020", "soon", "٢٠٢٠-09-11T10:11:12Z",
        "https://www.example.com/2020/04/03/x", "http://Example.com:80/a/../b?utm_source=1#x", "https://a.b/./x", "//[", "https://x.org/y/",
        "en", "EN_us", "xx-unknown", "Jane Doe", "By Jane Doe, Reuters", "AFP", "a, b; a", "<p>x</p><p>y</p>", "<script>x</script><p>z",
        f"{TEXT}\n\n{TEXT}", f"{TEXT}\n{TEXT}", f"\n\n{TEXT}\n{TEXT}", "e\u0301", "\u1112\u1161", "a\u00a0b", "\ud800", "\x00", "\u2028", "😀 東京 it’s",
    ]
) | st.text(alphabet=" \n\tab<>é\u0301’.", max_size=20)  # fmt: skip
# Dates that are nearly as machines write them.
DATED = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["2020-09-11", "2020-02-29", "2021-02-29", "2020-9-1", "0999-01-01", "0000-01-01", "9999-12-31", "1000-01-01",
                         "20200911", "-2020-09-11", "+2020-09-11", "٢٠٢٠-٠٩-١١", " 2020-09-11", "2020-13-01", "12020-09-11"]),
        st.sampled_from(["", "T", " ", "  ", "t", "\n"]),
        st.sampled_from(["", "00:00:00", "00:00", "10:11:12", "24:00:00", "23:59:60", "23:60:00", "10:11", "1:2:3", "10:11:12.5", "٠٠:00:00"]),
        st.sampled_from(["", "Z", "z", "+00:00", "-00:00", "+0000", "+02:00", "-23:59", "+24:00", " UTC", "GMT", "\n", "Z\n", "Z "]),
    ),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(DATED | WRITTEN | st.none() | st.integers() | st.sampled_from([0, [], {}, "", ["x"], 1e12, True])))
def test_dates_together_are_what_each_is_alone(written: list[Any]) -> None:
    found = moments.read(
        written, NumericDates.BY_LANGUAGE, ["de"] * len(written), ["https://a.b/2020/04/03/x"] * len(written)
    )
    for one, day, instant, sure in zip(written, found.days, found.instants, found.sure, strict=True):
        alone = values.moment(one, NumericDates.BY_LANGUAGE, "de", "https://a.b/2020/04/03/x") if one else None
        assert (day, instant) == ((alone.day, alone.instant) if alone else (None, None))
        assert sure == (not alone.ambiguous if alone else one is None or one in ("", [], {}))


NAMED = st.sampled_from(
    [name for names in NAMES.values() for name in names] + ["Title", " TEXT", "metadata", "html", "x"]
)
HOSTILE = st.recursive(
    WRITTEN | DATED | st.none() | st.booleans() | st.floats() | st.sampled_from([0, -1, 1_599_811_200, 10**30, [], {}]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMED | st.just("name"), inner, max_size=2),
    max_leaves=5,
)
NO_ROWS = [b"", b"[1]", b"{", b"\xff", b'{"a":1}x', b'{"title":NaN}', b'{"title":"a","title":"b","text":"c"}',
           b'{"date":1e999,"title":"x"}', '{"title":"x"}'.encode("utf-16"), b'{"x":' * 2_000]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(NAMED, HOSTILE, max_size=6).map(lambda row: json.dumps(row).encode())
        | st.sampled_from(NO_ROWS),
        max_size=6,
    )
)
def test_many_rows_at_once_say_what_each_says_alone(rows: list[bytes]) -> None:
    parser = RowParser()
    together = parser.parse_together(rows)
    alone = [parser.parse(Document(row, "application/json", "rows.jsonl#1")) for row in rows]
    counts = together.columns.pop("word_count")
    for place, number in enumerate(together.numbers):
        said = {name: column[place] for name, column in together.columns.items()}
        assert Parsed(**said) == alone[number]
        assert counts[place] == word_counts([alone[number].text])[0]


def test_ordinary_rows_are_read_together() -> None:
    rows = [
        {"title": "It’s “here”", "text": f"{TEXT}\n\n{TEXT}", "url": f"https://example.com/{number}", "date": "2020-09-11T04:05:06Z", "author": "Jane Doe"}
        for number in range(3)
    ]  # fmt: skip
    data = [
        json.dumps(row).encode() for row in [*rows, {"text": TEXT, "headline": "B"}, {"title": "T", "date": "soon"}]
    ]
    assert RowParser().parse_together(data).numbers == [0, 1, 2, 3]


@given(st.dictionaries(FIELDS, JSON))
def test_any_object_is_read_without_a_word(row: dict[str, Any]) -> None:
    found = parse(row)
    assert "\n\n\n" not in found.text
    assert all(name.strip() for name in (*found.authors, *found.keywords))
