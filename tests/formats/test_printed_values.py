"""Values of rows as tools print them: lists and objects in cells, nothing in many forms, names of many shapes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from corpus.formats.article import Document, Parsed
from corpus.formats.bylines import dateline_agency
from corpus.formats.mapping import columns
from corpus.formats.rows import RowParser
from schemas.rules import Check

TEXT = "The council approved a new tram line on Monday after four hours of debate."


def parse(**row: Any) -> Parsed:
    """Parse a row alone, and among others; both must say the same."""
    data = json.dumps({"title": "T", "text": TEXT, **row}).encode()
    parser = RowParser()
    alone = parser.parse(Document(data, "application/json", "rows.jsonl#1"))
    together = parser.parse_together([data])
    together.columns.pop("word_count")
    if together.numbers:
        assert Parsed(**{name: column[0] for name, column in together.columns.items()}) == alone
    return alone


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("['Jane Doe', 'John Roe']", ("Jane Doe", "John Roe")), ("['Jane Doe' 'John Roe']", ("Jane Doe", "John Roe")),
        ("[{'name': 'Jane Doe'}]", ("Jane Doe",)), ('["Jane Doe", "John Roe"]', ("Jane Doe", "John Roe")), ('{"name": "Jane Doe"}', ("Jane Doe",)),
        ("array(['Jane Doe', 'John Roe'], dtype=object)", ("Jane Doe", "John Roe")), ("('Jane Doe',)", ("Jane Doe",)),
        ('{"Jane Doe","John Roe"}', ("Jane Doe", "John Roe")), ("{Jane Doe,John Roe}", ("Jane Doe", "John Roe")), ("['Jane Doe'\n 'John Roe']", ("Jane Doe", "John Roe")),
        ("[nan, 'Jane Doe']", ("Jane Doe",)), ("[\"Conor O'Brien\", 'Jane Doe']", ("Conor O'Brien", "Jane Doe")), ("[{'name': 'Jane Doe', 'age': nan}]", ("Jane Doe",)),
        ('[{"givenName": "Jane", "familyName": "Doe"}]', ("Jane Doe",)), ('["Ren\\u00e9 Doe"]', ("René Doe",)), ("['Doe, Jane', 'Roe, John']", ("Jane Doe", "John Roe")),
        ("[]", ()), ("['']", ()), ("[None]", ()), ("{}", ()), ("[[author]]", ()), ("{{author}}", ()), ("${author}", ()), ("%author%", ()), ("<%= author %>", ()),
        ([["Jane Doe"], ["John Roe"]], ("Jane Doe", "John Roe")), ({"first_name": "Jane", "last_name": "Doe"}, ("Jane Doe",)),
        ({"original": "By Jane Doe and John Roe", "person": []}, ("Jane Doe", "John Roe")), ([{"@type": "Person", "name": ["Jane Doe"]}], ("Jane Doe",)),
        ([{"displayName": "Jane Doe"}, None, "nan", 3], ("Jane Doe",)),
    ],
)  # fmt: skip
def test_authors_that_are_printed(written: Any, authors: tuple[str, ...]) -> None:
    assert parse(authors=written).authors == authors


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Doe, Jane", ("Jane Doe",)), (["Doe, Jane", "Roe, John"], ("Jane Doe", "John Roe")), ("Doe, Jane; Roe, John", ("Jane Doe", "John Roe")),
        ("Doe, Jane and Roe, John", ("Jane Doe", "John Roe")), ("Smith, John A.", ("John A. Smith",)), ("van der Berg, Jan", ("Jan van der Berg",)), ("Doe,Jane", ("Jane Doe",)),
        ("Jane Doe; John Roe", ("Jane Doe", "John Roe")), ("Jane Doe and John Roe", ("Jane Doe", "John Roe")), ("Jane Doe, John Roe", ("Jane Doe", "John Roe")),
        ("Max Müller, Berlin", ("Max Müller",)), ("https://www.example.com/author/jane-doe", ()), ("www.example.com/jane", ()), ("jane@example.com", ()), ("@janedoe", ()),
        ("Jane Doe <jane@example.com>", ("Jane Doe",)), ("admin", ()), ("Administrator", ()), ("webmaster", ()), ("Von FAZ-Redakteur Tom Sabel", ("Tom Sabel",)),
        ("Von SPIEGEL-Korrespondentin Eva Muster", ("Eva Muster",)), ("记者 李明", ("李明",)), ("本报记者 李明", ("李明",)), ("文/李明", ("李明",)), ("記者 山田太郎", ("山田太郎",)),
        ("신현주 기자", ("신현주",)), ("Gina Trapani CEO", ("Gina Trapani",)), ("Jane Doe, Political Editor", ("Jane Doe",)), ("Jane Doe Senior Reporter", ("Jane Doe",)),
        ("Корреспондент Иван Иванов", ("Иван Иванов",)), ("Redactor Juan Pérez", ("Juan Pérez",)), ("Madonna", ("Madonna",)), ("Martin Luther King, Jr.", ("Martin Luther King Jr",)),
    ],
)  # fmt: skip
def test_names_of_people(written: Any, authors: tuple[str, ...]) -> None:
    assert parse(author=written).authors == authors


@pytest.mark.parametrize(
    "written", ["[]", "nan", "NaN", "None", "null", "N/A", "-", "NULL", "<NA>", "#N/A", "\\N", "undefined", " - ", "{}", "[null]", "--"]
)  # fmt: skip
def test_what_says_nothing(written: str) -> None:
    fields = (
        "author",
        "keywords",
        "date",
        "url",
        "publisher",
        "language",
        "description",
        "section",
        "updated_at",
        "page",
    )
    found = parse(**dict.fromkeys(fields, written), headline=written)
    assert (found.title, found.authors, found.keywords, found.url, found.publisher) == ("T", (), (), None, None)
    assert (found.description, found.section, found.page, found.published_date, found.problems) == (None,) * 4 + ((),)
    assert parse(title=written, headline="Real").title == "Real"
    assert parse(text=written, title=written).problems[0].check is Check.EMPTY


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ({"$date": "2020-09-11T08:00:00Z"}, date(2020, 9, 11)), ({"$date": {"$numberLong": "1599811200000"}}, date(2020, 9, 11)), ({"$date": 1_599_811_200_000}, date(2020, 9, 11)),
        ({"$date": {"$numberLong": "-86400000"}}, date(1969, 12, 31)), ({"$numberLong": "1599811200"}, date(2020, 9, 11)), ({"$timestamp": {"t": 1_599_811_200, "i": 1}}, date(2020, 9, 11)),
        ({"$date": 10**30}, None), ({"$undefined": True}, None), ({"$date": {"$date": {"$date": []}}}, None),
    ],
)  # fmt: skip
def test_extended_json(written: Any, day: date | None) -> None:
    assert parse(date=written).published_date == day
    assert parse(title={"$symbol": "Tram"}, accession={"$oid": "5f5b"}, page={"$numberInt": "3"}).accession == "5f5b"


@pytest.mark.parametrize(
    "written",
    ["['Trams', 'Budget']", '["Trams", "Budget"]', "['Trams' 'Budget']", [{"name": "Trams"}, {"value": "Budget"}], ["Trams", "nan", "Budget"], "{Trams,Budget}", "Trams; Budget", [{"webTitle": "Trams"}, {"term": "Budget"}]],
)  # fmt: skip
def test_keywords(written: Any) -> None:
    assert parse(keywords=written).keywords == ("Trams", "Budget")


def test_texts_from_spreadsheets_and_lists() -> None:
    assert parse(text=f"{TEXT}_x000D_\n{TEXT}", title="A_x000D_ title").text == f"{TEXT}\n\n{TEXT}"
    assert parse(title="A_x000D_ title").title == "A title"
    assert parse(text=str([TEXT, TEXT])).text == f"{TEXT}\n\n{TEXT}"
    assert parse(text="[Update] The council").text == "[Update] The council"
    assert parse(title="snake_x0041_case").title == "snake_x0041_case"


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("HULL, Sept 14 (Reuters) - The", "Reuters"), ("PARIS (AFP) — The", "AFP"), ("BERLIN, 5. Juni (dpa) - Der", "dpa"), ("(AP) -- The", "AP"), ("NEW YORK/LONDON, June 5 (Reuters) - The", "Reuters"),
        ("MOSCOW, June 5. /TASS/. The", "TASS"), ("Berlin (dpa/lnw) - Der", "dpa"), ("He said so (Reuters) and left", None), ("The AP (not AFP) - said", None), ("", None),
    ],
)  # fmt: skip
def test_datelines(text: str, agency: str | None) -> None:
    assert dateline_agency(text) == agency
    assert parse(text=text or TEXT).agency == agency
    assert parse(text=text or TEXT, author="EFE").agency == "EFE"


@pytest.mark.parametrize(
    ("written", "day", "instant"),
    [
        (20230605, date(2023, 6, 5), None), (20230605.0, date(2023, 6, 5), None), ("20230605.0", date(2023, 6, 5), None), (20230605103000, date(2023, 6, 5), None),
        (1_599_811_200_000_000, date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)), (1_599_811_200_000_000_000, date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)),
        ("1599811200000000", date(2020, 9, 11), datetime(2020, 9, 11, 8, tzinfo=UTC)), (202306051030, date(2023, 6, 5), None), (["2020-09-11"], date(2020, 9, 11), None),
        (2023, None, None), (45082, None, None), ("45082", None, None), (45082.5, None, None), (20231345, None, None), (2020091110, None, None), ("1.6E+12", None, None), (-1, None, None),
        ("0001-01-01", None, None), ("1970-01-01T00:00:00Z", None, None), ("1970-01-01", None, None), ("9999-12-31", None, None), ("9999-12-31T23:59:59Z", None, None), (0, None, None),
        ("1969-12-31T19:00:00-05:00", None, None), ("0000-00-00", None, None), ("1970-01-02T00:00:00Z", date(1970, 1, 2), None),
    ],
)  # fmt: skip
def test_numbers_and_nobodys_dates(written: Any, day: date | None, instant: datetime | None) -> None:
    found = parse(date=written)
    assert (found.published_date, found.published_at) == (day, instant)
    assert [problem.check for problem in found.problems] == ([] if day else [Check.UNREAD_DATE])


@pytest.mark.parametrize(
    ("written", "url", "rejected"),
    [
        ("www.example.com/a", "https://www.example.com/a", False), ("example.co.uk/a?id=1", "https://example.co.uk/a?id=1", False), ("//www.example.com/a", "https://www.example.com/a", False),
        ("https://example.com/?id=12&amp;utm_source=x", "https://example.com/?id=12", False), ("https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&b=2", False),
        ("/news/a", None, True), ("ftp://example.com/a", None, True), ("javascript:alert(1)", None, True), ("example.invalidtld/a", None, True), ("urn:x:1", None, True), ("12345", None, True),
    ],
)  # fmt: skip
def test_addresses(written: str, url: str | None, rejected: bool) -> None:
    found = parse(url=written)
    assert found.url == url
    assert [problem.check for problem in found.problems] == ([Check.REJECTED_URL] if rejected else [])


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("publishedAt", "date"), ("createdAt", "date"), ("datePublished", "date"), ("seendate", "date"), ("webPublicationDate", "date"), ("pub_date", "date"), ("Pub Date", "date"),
        ("PUBLISH-DATE", "date"), ("dateTimePub", "date"), ("firstPublicationDate", "date"), ("publish_date", "date"), ("isoDate", "date"), ("webTitle", "title"), ("bodyText", "text"),
        ("articleBody", "text"), ("article body", "text"), ("webUrl", "url"), ("web_url", "url"), ("lastModified", "modified"), ("dc:creator", "authors"), ("sectionName", "section"), ("lead_paragraph", "description"),
        ("media_name", "publisher"), ("clean_url", "publisher"), ("trailText", "description"), ("Language Code", "language"),
    ],
)  # fmt: skip
def test_names_of_columns(name: str, field: str) -> None:
    assert columns([name, "x"], {}) == {field: [name]}


@pytest.mark.parametrize(
    "row",
    [
        {"source": {"id": "bbc", "name": "BBC"}, "author": "Jane Doe", "title": "Tram", "url": "https://example.com/a", "publishedAt": "2023-06-05T10:00:00Z", "content": TEXT},
        {"webTitle": "Tram", "webUrl": "https://example.com/a", "webPublicationDate": "2023-06-05T10:00:00Z", "sectionName": "News", "fields": {"bodyText": TEXT, "byline": "Jane Doe"}},
        {"headline": {"main": "Tram", "kicker": None}, "web_url": "https://example.com/a", "pub_date": "2023-06-05T10:00:00+0000", "byline": {"original": "By Jane Doe"}, "article_text": TEXT},
        {"title": "Tram", "url": "https://example.com/a", "seendate": "20230605T100000Z", "domain": "example.com", "text": TEXT, "authors": ["Jane Doe"]},
        {"title": "Tram", "uri": "https://example.com/a", "dateTimePub": "2023-06-05T10:00:00Z", "date": "2023-06-06", "body": TEXT, "authors": [{"name": "Jane Doe"}]},
        {"title": {"rendered": "Tram"}, "link": "https://example.com/a", "date": "2023-06-05T10:00:00Z", "content": {"rendered": f"<p>{TEXT}</p>"}, "author": "Jane Doe"},
    ],
)  # fmt: skip
def test_what_apis_give(row: dict[str, Any]) -> None:
    found = RowParser().parse(Document(json.dumps(row).encode(), "application/json", "x#1"))
    assert (found.title, found.text, found.url) == ("Tram", TEXT, "https://example.com/a")
    assert (found.published_at, found.authors) == (datetime(2023, 6, 5, 10, tzinfo=UTC), ("Jane Doe",))
