"""Pages that are no article, or are not in the language that they declare; and what explains a page's fields."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from corpus.cli.check import check
from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.formats.html.parser import HtmlParser
from corpus.pipeline.ingest import documents
from corpus.pipeline.origins import Found
from corpus.settings import Ingest
from schemas.rules import Check

PLACES = ("harbour", "station", "school", "market", "castle", "museum", "bridge", "theatre", "park", "stadium")
ENGLISH = "".join(
    f"<p>The {place} is to get a stop of its own, the council of the town said after a vote on the line.</p>"
    for place in PLACES
)
SPANISH = (
    "<p>El consejo de la ciudad aprobó el lunes la nueva línea de tranvía después de un debate de siete horas, dijo el alcalde.</p>"
    * 3
)
GERMAN = (
    "<p>Der Rat der Stadt hat am Montag nach sieben Stunden die neue Linie der Straßenbahn beschlossen, sagte die Bürgermeisterin.</p>"
    * 3
)
JAPANESE = "<p>町の議会は月曜日、七時間にわたる討論の末に路面電車の新しい路線を承認した、と町長は語った。</p>" * 5
KOREAN = "<p>시의회는 월요일 일곱 시간의 토론 끝에 새로운 전차 노선을 승인했다고 시장이 기자들에게 말했다.</p>"
HEBREW = "<p>מועצת העיר אישרה ביום שני את קו הרכבת הקלה החדש לאחר דיון של שבע שעות, אמר ראש העיר לעיתונאים.</p>"
NORWEGIAN = (
    "<p>Kommunestyret vedtok mandag den nye trikkelinjen etter en debatt på sju timer, sa ordføreren i byen til avisen.</p>"
    * 3
)


def parse(page: str, url: str | None = None) -> Parsed:
    parser = parser_of("text/html", "by-language")
    assert parser is not None
    return parser.parse(Document(page.encode(), "text/html", "x.html", url))


def checks(parsed: Parsed) -> set[Check]:
    return {problem.check for problem in parsed.problems}


@pytest.mark.parametrize(
    ("declared", "text", "language", "conflict"),
    [
        ("en-US", SPANISH, "es", True), ("en", GERMAN, "de", True), ("en", JAPANESE, "ja", True), ("de", ENGLISH, "en", True),
        ("fr", ENGLISH, "en", True), ("und", SPANISH, "es", False), ("", GERMAN, "de", False), ("es-MX", SPANISH, "es-MX", False),
        ("x-default", SPANISH, "es", False), ("mul", GERMAN, "de", False), ("zxx", ENGLISH, "en", False), ("en-US", KOREAN, "ko", True), ("en", HEBREW, "he", True),
        ("iw", HEBREW, "he", False), ("es_ES.UTF-8", SPANISH, "es-ES", False), ("English", SPANISH, "es", False), ("pt", NORWEGIAN, "no", True),
        ("nb", NORWEGIAN, "nb", False), ("en-GB", ENGLISH, "en-GB", False), ("en", "<p>Sí, claro.</p>", "en", False),
    ],
)  # fmt: skip
def test_the_text_knows_its_language_better_than_a_default(declared, text, language, conflict):
    parsed = parse(f"<html lang='{declared}'><body><article><h1>Tram</h1>{text}</article></body></html>")
    assert (parsed.language, Check.LANGUAGE_CONFLICT in checks(parsed)) == (language, conflict)


def _teasers(head: str, linked: str) -> str:
    return "".join(
        head.format(f"{linked.format(f'/{place}')}The {place} is to get a stop of its own</a>") for place in PLACES
    )


@pytest.mark.parametrize(
    ("page", "url", "is_index"),
    [
        (_teasers("<h2>{}</h2>", "<a href={}>"), "https://www.example.com/", True),
        (
            _teasers("<h3>{}</h3><p>It is to be opened in spring.</p>", "<a href={}>"),
            "https://www.example.com/politics",
            True,
        ),
        (_teasers("<div class=card><h4>{}</h4></div>", "<a href={}>"), None, True),
        (_teasers("<h5>{}</h5>", "<a href={}>"), "https://www.example.com/tag/tram/page/2", True),
        (
            _teasers("<h3>{}</h3>", "<a href={}>") + "<meta property=og:type content=website>",
            "https://www.example.com/search?q=tram",
            True,
        ),
        (_teasers("<h3>{}</h3>", "<a href={}>"), "https://www.example.com/2023/06/", True),
        (f"<h1>Line approved</h1>{ENGLISH * 2}" + _teasers("<h4>{}</h4>", "<a href={}>"), None, False),
        (_teasers("<h2>{}</h2>", "<a href={}>") + "<meta property=og:type content=article>", None, False),
        (_teasers("<h2>{}</h2>", "<a href={}>"), "https://www.example.com/council-approves-the-new-line", False),
        (_teasers("<li>{}</li>", "<a href={}>"), "https://www.example.com/", False),
    ],
)
def test_front_pages_and_lists_of_teasers_are_reported(page, url, is_index):
    assert (Check.INDEX_PAGE in checks(parse(f"<html><body>{page}</body></html>", url))) is is_index


@pytest.mark.parametrize(
    ("status", "is_error"),
    [(200, False), (304, False), (399, False), (None, False), (400, True), (404, True), (503, True)],
)
def test_a_servers_error_is_no_article(status, is_error):
    page = f"<html><body><h1>Line approved</h1>{ENGLISH}</body></html>".encode()
    found = Found(
        "x.html", page, "0" * 64, len(page), "text/html", "batch", url="https://www.example.com/a", status=status
    )
    problems = documents([found], Ingest())["problems"].to_pylist()[0]
    assert any(problem["check"] == Check.HTTP_STATUS for problem in problems) is is_error


def test_each_field_names_its_witness_and_what_others_have():
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Line approved by council","datePublished":"2020-01-03T10:00:00Z",'
        '"author":{"name":"Jane Doe"}}</script><meta property=og:title content="Council says yes"><meta name=author content="Max Poe">'
    )
    page = f"<html><head>{head}</head><body><h1>Line approved by council</h1><p class=date>January 6, 2020</p>{ENGLISH}</body></html>"
    evidence = HtmlParser().explain(Document(page.encode(), "text/html", "x.html"))
    assert evidence.believed["published_date"] == "JSON-LD datePublished"
    assert evidence.believed["authors"] == "JSON-LD author"
    assert evidence.believed["title"] == "JSON-LD headline"
    said = {(one.field, one.witness): one.value for one in evidence.statements}
    assert said["title", "og:title"] == "Council says yes"
    assert said["authors", "meta author"] == "Max Poe"
    assert said["published_date", "shown date"] == "January 6, 2020"


def test_section_language_and_text_have_witnesses():
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Line approved by council","articleSection":"Town","inLanguage":"de"}</script>'
        "<meta property=article:section content=Local><meta property=og:locale content=en_GB>"
    )
    page = f'<html lang="en-GB"><head>{head}</head><body><h1>Line approved by council</h1>{ENGLISH}</body></html>'
    evidence = HtmlParser().explain(Document(page.encode(), "text/html", "x.html"))
    found = {(one.field, one.witness): one.value for one in evidence.statements}
    assert found["section", "JSON-LD articleSection"] == "Town"
    assert found["section", "meta article:section"] == "Local"
    assert found["language", "html lang"] == "en-GB"
    assert found["language", "JSON-LD inLanguage"] == "de"
    assert found["language", "meta og:locale"] == "en_GB"
    assert found["language", "text"] == "en"
    assert evidence.believed["section"] == "JSON-LD articleSection"
    assert evidence.believed["language"] == "html lang"
    assert evidence.believed["text"] == "paragraphs"
    assert found["text", "paragraphs"].startswith(f"{len(words_of(ENGLISH))} words: ")


@pytest.mark.parametrize(
    ("lang", "head", "body", "field", "believed"),
    [
        ("", "<meta name=section content=Sport>", ENGLISH, "section", "meta section"),
        ("", "", ENGLISH, "section", None),
        ("", "", ENGLISH, "language", "text"),
        ("de", "", ENGLISH, "language", "text"),
        ("", "<meta name=language content=en>", ENGLISH, "language", "meta language"),
        ("und", "<meta name=language content=en>", ENGLISH, "language", "meta language"),
        ("", "", "", "text", None),
        ("", "ARTICLE", "<p>The line was approved.</p>", "text", "jsonld"),
        ("", "STATE", "<p>Loading …</p>", "text", "state"),
    ],
)
def test_a_field_is_believed_of_the_witness_that_it_comes_from(lang, head, body, field, believed):
    text = " ".join(words_of(ENGLISH))
    declared = json.dumps({"@type": "NewsArticle", "articleBody": f"The line was approved. {text}"})
    drawn = json.dumps({"article": {"body": f"<p>{text}</p>"}, "filler": "x" * 600})
    head = {
        "ARTICLE": f'<script type="application/ld+json">{declared}</script>',
        "STATE": f'<script type="application/json">{drawn}</script>',
    }.get(head, head)
    page = f'<html lang="{lang}"><head>{head}</head><body><h1>Line approved</h1>{body}</body></html>'
    evidence = HtmlParser().explain(Document(page.encode(), "text/html", "x.html"))
    assert evidence.believed.get(field) == believed


def words_of(markup):
    return re.sub(r"<[^<>]+>", " ", markup).split()


def test_check_explains_a_page(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        f"<html><body><h1>Line approved by council</h1><p class=date>January 6, 2020</p>{ENGLISH}</body></html>"
    )
    shown = CliRunner().invoke(check, [str(page), "--explain"], standalone_mode=False).output
    assert "    > shown date: January 6, 2020" in shown
    as_json = json.loads(CliRunner().invoke(check, [str(page), "--explain", "--json"], standalone_mode=False).output)
    explanation = as_json["documents"][0]["explanation"]
    assert {"witness": "h1", "value": "Line approved by council", "believed": True} in explanation["title"]
    assert {"witness": "text", "value": "en", "believed": True} in explanation["language"]
    assert [one["witness"] for one in explanation["text"] if one["believed"]] == ["paragraphs"]
