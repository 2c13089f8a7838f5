"""Names with the family name first, people nested in JSON-LD, datelines on pages, labelled dates, and routes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from corpus.formats.article import Document, Parsed
from corpus.formats.html.parser import HtmlParser
from corpus.formats.rows import RowParser
from schemas.rules import Check

TEXT = "The council approved a new tram line on Monday after four hours of debate in the town hall, and the mayor was pleased."
TITLE = "Tram line approved by the council"


def row(**values: Any) -> Parsed:
    data = json.dumps({"title": "T", "text": TEXT, **values}).encode()
    return RowParser().parse(Document(data, "application/json", "rows.jsonl#1"))


def page(
    head: str = "", byline: str = "", dateline: str = "", url: str = "https://example.com/news/tram-line"
) -> Parsed:
    body = f"<p>{dateline}{TEXT}</p>" + f"<p>{TEXT}</p>" * 3
    data = f"<html lang=en><head><title>{TITLE}</title>{head}</head><body><article><h1>{TITLE}</h1>{byline}{body}</article></body></html>"
    return HtmlParser().parse(Document(data.encode(), "text/html", "page.html", url=url))


INVERTED = [
    ("García Márquez, Gabriel", ("Gabriel García Márquez",)), ("Pérez García, Juan; López Ruiz, María", ("Juan Pérez García", "María López Ruiz")), ("Smith Jones, Mary-Ann", ("Mary-Ann Smith Jones",)),
    ("García Márquez, Gabriel, Vargas Llosa, Mario", ("Gabriel García Márquez", "Mario Vargas Llosa")), ("Lopez Obrador, Andrés Manuel", ("Andrés Manuel Lopez Obrador",)), ("Doe, Jane", ("Jane Doe",)),
    ("García Márquez, Gabriel and Vargas Llosa, Mario", ("Gabriel García Márquez", "Mario Vargas Llosa")), ("King, Martin Luther, Jr.", ("Martin Luther King Jr",)), ("Jane Doe, John Roe", ("Jane Doe", "John Roe")),
]  # fmt: skip


@pytest.mark.parametrize(("written", "authors"), INVERTED)
def test_the_family_name_first(written: str, authors: tuple[str, ...]) -> None:
    declared = f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": TITLE, "author": written})}</script>'
    assert row(author=written).authors == authors
    assert page(declared).authors == authors
    assert page(f'<meta name="author" content="{written}">').authors == authors


@pytest.mark.parametrize("written", ["Jane Doe, Berlin", "Jane Doe, Paul", "Anna Smith, Kim"])
def test_a_comma_alone_turns_no_name(written: str) -> None:
    assert row(author=written).authors == (written.partition(",")[0],)


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ([["Jane Doe"], ["John Roe"]], ("Jane Doe", "John Roe")), ([[{"@type": "Person", "name": "Jane Doe"}], [{"name": "John Roe"}]], ("Jane Doe", "John Roe")),
        ({"@type": "Person", "givenName": "Jane", "familyName": "Doe"}, ("Jane Doe",)), ({"@list": [{"name": "Jane Doe"}]}, ("Jane Doe",)), ({"name": {"@value": "Jane Doe"}}, ("Jane Doe",)),
        ({"@type": "Person", "givenName": ["Jane"], "additionalName": "M.", "familyName": "Doe"}, ("Jane M. Doe",)), ({"@type": "Role", "author": {"name": "Jane Doe"}}, ("Jane Doe",)),
        ({"@type": "ItemList", "itemListElement": [{"item": {"name": "Jane Doe"}}]}, ("Jane Doe",)), ("['Jane Doe', 'John Roe']", ("Jane Doe", "John Roe")), ("[[author]]", ()), ("{{author}}", ()), ("admin", ()),
        ("신현주 기자", ("신현주",)), ("Gina Trapani CEO", ("Gina Trapani",)), ("Von Spiegel-Redakteur Tom Sabel", ("Tom Sabel",)), ([[[[[[[[["Jane Doe"]]]]]]]]], ()),
    ],
)  # fmt: skip
def test_people_in_json_ld(author: Any, authors: tuple[str, ...]) -> None:
    node = json.dumps({"@type": "NewsArticle", "headline": TITLE, "author": author})
    assert page(f'<script type="application/ld+json">{node}</script>').authors == authors


@pytest.mark.parametrize(
    ("dateline", "agency"),
    [
        ("PARIS, 3 May (Reuters) — ", "Reuters"), ("HULL, Sept 14 (Reuters) - ", "Reuters"), ("<b>BERLIN (dpa)</b> - ", "dpa"), ("МОСКВА, 5 июня. /ТАСС/. ", "ТАСС"), ("MADRID, 3 (EFE).- ", "EFE"), ("(ANSA) - ROMA, 03 MAG - ", "ANSA"),
        ("Paris, le 3 mai 2023 (AFP) - ", "AFP"), ("LONDON, May 3 (Reuters Breakingviews) - ", "Reuters"), ("新华社北京5月3日电 ", "新华社"), ("東京（共同）", "共同"), ("ROME -- (AP) -- ", "AP"), ("He said so (Reuters) and left. ", None), ("", None),
    ],
)  # fmt: skip
def test_datelines_of_pages(dateline: str, agency: str | None) -> None:
    assert page(dateline=dateline).agency == agency


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("Published: 3 May 2023 | Updated: 5 May 2023", "en"), ("Updated 5 May 2023 Published 3 May 2023", "en"), ("Publié le 3 mai 2023 à 10h30 - Mis à jour le 5 mai 2023", "fr"), ("Mis à jour le 5 mai 2023, publié le 3 mai 2023", "fr"),
        ("Veröffentlicht am 3.5.2023, aktualisiert am 5.5.2023", "de"), ("Stand: 05.05.2023, 10:00 Uhr | Erstellt: 03.05.2023", "de"), ("Обновлено 5 мая 2023, опубликовано 3 мая 2023", "ru"), ("更新日 2023年5月5日 公開日 2023年5月3日", "ja"),
        ("최초입력 2023.05.03 10:30 최종수정 2023.05.05 11:00", "ko"), ("Actualizado el 5 de mayo de 2023 Publicado el 3 de mayo de 2023", "es"), ("Aggiornato il 5 maggio 2023 Pubblicato il 3 maggio 2023", "it"), ("更新时间：2023-05-05 发布时间：2023-05-03", "zh"),
        ("Gewijzigd op 5 mei 2023, gepubliceerd op 3 mei 2023", "nl"),
    ],
)  # fmt: skip
def test_two_labelled_dates_in_a_line(written: str, language: str) -> None:
    assert row(date=written, language=language).published_date == date(2023, 5, 3)
    assert page(byline=f"<p>{written}</p>").published_date == date(2023, 5, 3)


@pytest.mark.parametrize(
    "written", ["3 May 2023, 5 May 2023", "Updated 5 May 2023, updated 6 May 2023", "Updated 5 May 2023"]
)
def test_a_line_that_does_not_say_which_date_it_is_of(written: str) -> None:
    found = row(date=written, language="en")
    assert (found.published_date, [one.check for one in found.problems]) == (None, [Check.UNREAD_DATE])


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("15 رمضان 1444", "ar"), ("15 رمضان 1444هـ", "ar"), ("1444-09-15", "ar"), ("1444/09/15 هـ", "ar"), ("15/09/1444", "ar"), ("١٥ رمضان ١٤٤٤", "ar"), ("Ramadan 15, 1444 AH", "en"), ("15 Ramadan 1444", "en"), ("2080-02-22", "ne"),
        ("5/6/66", "th"), ("5 June 2566", "en"), ("3 Tishrei 5784", "he"), (253402300799, "en"), ("253402300799000", "en"),
    ],
)  # fmt: skip
def test_what_another_calendar_means_is_not_guessed(written: str | int, language: str) -> None:
    found = row(date=written, language=language)
    assert (found.published_date, [one.check for one in found.problems]) == (None, [Check.UNREAD_DATE])


@pytest.mark.parametrize(
    "written",
    ["15 Ramadan 1444 (6 April 2023)", "6 April 2023 / 15 Ramadan 1444 AH", "15 رمضان 1444هـ - 6 أبريل 2023", "1444/09/15 هـ - 2023/04/06", "6 أبريل 2023 - 15 رمضان 1444 هـ"],
)  # fmt: skip
def test_the_usual_date_beside_another_calendar(written: str) -> None:
    assert row(date=written, language="ar").published_date == date(2023, 4, 6)


@pytest.mark.parametrize(
    ("known", "declared", "url"),
    [
        ("https://e.com/#!/news/123", "https://e.com/", "https://e.com/#!/news/123"), ("https://e.com/app#/news/9", "https://e.com/app", "https://e.com/app#/news/9"), ("https://e.com/#/123", "https://e.com/index.html", "https://e.com/#/123"),
        ("https://e.com/#/123", "http://www.e.com/index.php", "https://e.com/#/123"), ("https://e.com/#!/news/123", "https://e.com/news/123", "https://e.com/news/123"), ("https://e.com/#!/a", "https://other.com/x", "https://other.com/x"),
        ("https://e.com/app#top", "https://e.com/app", "https://e.com/app"), ("https://e.com/app#/9?utm_source=x", "https://e.com/app", "https://e.com/app#/9"),
    ],
)  # fmt: skip
def test_a_canonical_link_without_the_route(known: str, declared: str, url: str) -> None:
    assert page(f'<link rel="canonical" href="{declared}">', url=known).url == url


@pytest.mark.parametrize(
    ("author", "authors", "agency"),
    [
        # An agency alone signs, as the page has it.
        ({"@type": "Organization", "name": "Reuters"}, ("Reuters",), "Reuters"), ({"name": "Jane Doe (AP)"}, ("Jane Doe",), "AP"),
        ([{"name": "Jane Doe"}, {"@type": "Organization", "name": "AFP"}], ("Jane Doe",), "AFP"), ({"name": "Staff Writer Jane Doe"}, ("Jane Doe",), None),
        ({"name": "undefined undefined"}, (), None), ({"name": "Admin User"}, (), None), ({"name": "__AUTHOR__"}, (), None), ({"name": "记者李明"}, ("李明",), None),
    ],
)  # fmt: skip
def test_agencies_roles_and_nobody_in_json_ld(author: Any, authors: tuple[str, ...], agency: str | None) -> None:
    node = json.dumps({"@type": "NewsArticle", "headline": TITLE, "author": author})
    parsed = page(f'<script type="application/ld+json">{node}</script>')
    assert (parsed.authors, parsed.agency) == (authors, agency)
