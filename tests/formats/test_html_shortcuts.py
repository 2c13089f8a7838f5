"""What is found by a shortcut is the same as without it."""

from __future__ import annotations

import gc
import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from corpus.collection import collection_paused
from corpus.formats import several
from corpus.formats.article import Document
from corpus.formats.html import bounds, scripts, spans
from corpus.formats.html.blocks import folded
from corpus.formats.html.heads import Head
from corpus.formats.html.outline import Outline, line_of
from corpus.formats.html.parser import HtmlParser


@pytest.mark.parametrize(
    "text",
    [
        "", "***", "Plain English, twice", "snake_case 3½ m² – “quoted”…", "Straße & Ärger: ÖL!", "µ-Wellen", "a\u00a0b\u2028c",
        "İstanbul’da KİRA", "Ελλάδα: ‘ΝΑΙ’", "東京・大阪", "naïve\u00adté", "l’été d’Łódź",
    ],
)  # fmt: skip
def test_folding_is_that_of_the_pattern(text: str) -> None:
    assert folded(text) == " ".join(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize(
    ("text", "is_head"),
    [
        ("Ferry strike ends", True), ("FERRY STRIKE ENDS!", True), ("Ferry strike", False), ("“Ferry” strike ends", True),
        ("Ana Löhr", True), ("Ana Löhr, Jo Doe", True), ("By Ana Löhr", False), ("* * *", True), ("", True), ("Ferry", False),
    ],
)  # fmt: skip
def test_the_head_is_recognised_by_all_of_its_words(text: str, is_head: bool) -> None:
    assert Head("Ferry strike ends", ("Ana Löhr", "Jo Doe")).has(text) is is_head


@pytest.mark.parametrize(
    "text",
    [
        "In 2016 they built it", "Of 1,200 in 2016, most", "May 3, 2016", "二〇一六年五月三日",
        "in 2016 令和元年五月三日", "3 พฤษภาคม 2559", "since 1999 and until 2016-05-03", "2016 and 2017 and 2018, 4 July 2019",
    ],
)  # fmt: skip
def test_years_without_another_number_hide_no_date(text: str) -> None:
    assert bool([*spans.find(text, "en")]) is bool(re.search(r"3|五|July", text))


@pytest.mark.parametrize("colon", [":", "：", ": ", "：\u00a0", ":\n  "])
def test_labels_are_counted_in_bytes_as_in_text(colon: str) -> None:
    field = "<p><b>{label}" + colon + "</b> {value}</p>"
    one = "".join(
        field.format(label=label, value=value)
        for label, value in (("Title", "Ferry strike"), ("Date", "3 May 2016"), ("Length", "300 words"))
    )
    page = f"<html><body>{one * 4}</body></html>"
    assert several.in_page(page, page.encode()) == several.in_page(page)


def test_the_text_of_a_large_element_is_read_only_as_far_as_needed() -> None:
    body = LexborHTMLParser("<p>12 <b>May</b>\n 2016</p><div>" + "<i>word</i> " * 1_000 + "</div>").body
    assert body is not None
    assert line_of(body.css("p")[0], 60) == "12 May 2016"
    assert line_of(body.css("div")[0], 60) is None


def test_the_search_for_cycles_is_as_before_afterwards() -> None:
    assert gc.isenabled()
    with collection_paused():
        assert not gc.isenabled()
        with collection_paused():
            assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="inside"), collection_paused():
        raise ValueError("inside")
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("meta", "hour"),
    [("2016-05-03T10:00:00+02:00", 8), ("2016-05-03T09:00:00+02:00", 7), (None, 8)],
)
def test_one_stamp_for_two_moments_is_doubted_if_others_say_something_else(meta: str | None, hour: int) -> None:
    page = (
        '<html lang="de"><head><title>Fährstreik endet nach zehn Tagen</title>'
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Fährstreik endet nach zehn Tagen",'
        '"datePublished": "2016-05-03T10:00:00+02:00", "dateModified": "2016-05-03T10:00:00+02:00"}</script>'
        + (f'<meta property="article:published_time" content="{meta}">' if meta else "")
        + '</head><body><h1>Fährstreik endet nach zehn Tagen</h1><time datetime="2016-05-03T09:00:00+02:00">9 Uhr</time>'
        "<p>Der Streik der Fährleute endete am Dienstag nach zehn Tagen ohne Ergebnis.</p></body></html>"
    )
    read = HtmlParser().parse(Document(page.encode(), "text/html", "page"))
    assert read.published_at is not None
    assert read.published_at.hour == hour


@pytest.mark.parametrize(
    "script",
    [
        'var page = {"publishDate": 1464944400, "id": 7}', "page={publishDate:1464944400000}", "page.publishDate = '1464944400';",
        'page = {"publishDate":"1464944400"}', 'page = {"publishDate" :\n  "1464944400"}', '{"publishDate":"2016-06-03T09:00:00+00:00"}',
        "publishDate='2016-06-03T09:00:00+00:00'", '{\\"publishDate\\":\\"2016-06-03T09:00:00+00:00\\"}',
    ],
)  # fmt: skip
def test_dates_in_scripts_of_all_forms(script: str) -> None:
    found = scripts.settings(Outline(LexborHTMLParser(f"<script>{script}</script><p>Text</p>")))
    assert [(one.key.rpartition(".")[2], one.written) for one in found] == [
        ("publishDate", "2016-06-03T09:00:00+00:00")
    ]


@pytest.mark.parametrize(
    "script", ["id=14649444001", "id = 146494440", "x1464944400", '"publishDate" 1464944400', "a:'x 2016-06-03'"]
)
def test_numbers_that_are_no_dates_in_scripts(script: str) -> None:
    assert not [*scripts.settings(Outline(LexborHTMLParser(f"<script>{script}</script><p>Text</p>")))]


@pytest.mark.parametrize(
    ("markup", "deepest"),
    [
        ("<div>" * 2_100 + "</div>" * 2_100, 2_100), ("<!--" + "<div>" * 2_100 + "-->" + "<div></div>" * 2_100, 1),
        ("<script>" + "<div>" * 2_100 + "</script>" + "<b></b>" * 2_100, 1), ("<!--" + "<div>" * 2_100, 0),
        ("<style><!--" + "<div>" * 2_100 + "</style><i><i></i></i>" * 2_100, 2), ("<script>" + "<div>" * 2_100, 1),
    ],
)  # fmt: skip
def test_elements_in_scripts_and_comments_are_not_counted(markup: str, deepest: int) -> None:
    found = bounds.look(markup.encode())
    assert found.most_open == deepest
    assert (found.fault is not None) is (deepest > bounds.MOST_OPEN)
