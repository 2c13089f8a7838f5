from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.formats.html.parser import HtmlParser
from schemas.rules import Check
from tests.conftest import UNMEASURED

PROSE = "The council approved the new tram line on Monday after a debate of seven hours, the mayor of the town said. "
PIECES = st.sampled_from(
    ["<p>", "</p>", "<div>", "</div>", "<article>", "<h1>", "</h1>", "<h2>x</h2>", "<br>", "<li>", "<ul>", "<a href=x>", "</a>",
     PROSE, "<script>", "</script>", "<!--", "-->", "<time datetime=2024-01-01>", '<meta property="og:title" content="T">', "&amp;", "<",
     '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","author":[null,1,{"name":["A"]}]}</script>', "\x00", "é"]
)  # fmt: skip


def parse(page, url=None):
    data = page.encode() if isinstance(page, str) else page
    return parser_of("text/html", "by-language").parse(Document(data, "text/html", "x.html", url))


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_parsing_never_raises_and_headings_point_at_their_text(data):
    parsed = parse(data)
    assert not any(letter < " " and letter != "\n" for letter in parsed.text + (parsed.title or ""))
    for heading in parsed.headings:
        assert parsed.text[heading.start :].startswith(heading.text)
    assert parse(data) == parsed


@pytest.mark.parametrize("named", ["undefined", "hex", "idna", "punycode", "utf-7", "cp037", "klingon", "", "x\0"])
def test_an_unknown_charset_is_ignored(named):
    page = f"<html><head><meta charset='{named}'><title>Café</title></head><body><p>{PROSE}</p></body></html>"
    document = Document(page.encode("cp1252"), "text/html", "x.html", charset=named)
    assert parser_of("text/html", "by-language").parse(document).title == "Café"


HOSTILE = {
    "attributes": b"<p " + b"a=b " * 300_000 + b">",
    "nested": b"<div>" * 100_000,
    "nested closed": b"<b><i>" * 50_000 + b"</i></b>" * 50_000,
    "paragraphs": b"<p>" + PROSE.encode() * 1 + b"</p>" + b"<p>x</p>" * 500_000,
    "one text": b"<p>" + PROSE.encode() * 100_000 + b"</p>",
    "unclosed script": b"<script" * 300_000,
    "unclosed comment": b"<!--" * 500_000,
    "titles": b"<title " * 300_000,
    "angles": b"<" * 2_000_000,
    "json depth": b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>",
    "json long": b'<script type="application/ld+json">{"headline":"' + b"x" * 3_000_000 + b'"}</script>',
    "json strings": b'<script type="application/ld+json">' + b'{"name":"' * 100_000 + b"</script>",
    "links": b"<a href=x>y</a>" * 200_000,
    "meta": b'<meta name=author content="A, ' + b"B, " * 500_000 + b'">',
    "mails": b"<input type=email>" * 50_000 + b"<p>x</p>" * 50_000,
    "breaks": PROSE.encode() + b"<br>" * 500_000,
    "pictures": (b"<div>" * 200 + b"<img src=x>caption" + b"</div>" * 200) * 10 + b"<p><img src=x></p>" * 20_000,
    "bare text": b"<div>" + (PROSE.encode() + b"<ul><li>x</li></ul>") * 20_000,
    "bare text deep": (b"<div>" + PROSE.encode()) * 240 + b"<p>x</p>" * 5_000,
    "quotes": b"".join(b"<p>%d %b</p>" % (number, PROSE.encode()[:50]) for number in range(10_000)),
    "dates": b"<div class=date>" * 3 + b"<h1>x</h1>" + PROSE.encode() * 50_000 + b"<i class=date>y</i>" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_bounded_time_and_memory(name):
    """In a process that is killed if it does not end; the bounds are far above what is needed, on a busy machine too."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (40, 40))\n"
        "from corpus.formats import parser_of; from corpus.formats.article import Document\n"
        "parser_of('text/html', 'by-language').parse(Document(sys.stdin.buffer.read(), 'text/html', 'x'))"
    )
    subprocess.run(
        [sys.executable, "-c", code], input=HOSTILE[name], env={**os.environ, **UNMEASURED}, check=True, timeout=300
    )


def test_what_no_real_page_has_is_refused_with_its_reason():
    assert parse(HOSTILE["nested"]).problems[0].check is Check.UNREADABLE
    assert parse(HOSTILE["attributes"]).problems[0].check is Check.UNREADABLE
    assert parse(b"").problems[0].check is Check.EMPTY


def test_a_picture_inside_an_attribute_is_no_long_tag():
    page = f'<h1>Council approves line</h1><img src="data:image/png;base64,{"A" * 200_000}"><p>{PROSE}</p>'
    assert parse(page).text == PROSE.strip()


def test_relative_canonical_addresses_are_resolved():
    page = f'<link rel="canonical" href="/news/a"><h1>T</h1><p>{PROSE}</p>'
    assert parse(page, "https://www.example.com/x").url == "https://www.example.com/news/a"
    assert parse(page).url is None


def test_claims_of_a_wall_and_cut_texts_are_reported():
    page = f"""<script type="application/ld+json">{{"@type":"NewsArticle","isAccessibleForFree":false}}</script>
    <h1>Council approves line</h1><p>{PROSE}</p><p>The rest of the story is for …</p>"""
    assert {problem.check for problem in parse(page).problems} == {Check.PAYWALL, Check.TRUNCATED}


@pytest.mark.parametrize(
    ("written", "date", "instant"),
    [
        ("2024-03-04T21:15:00+01:00", "2024-03-04", "2024-03-04 20:15:00+00:00"),
        ("2024-03-04T23:15:00-0500", "2024-03-04", "2024-03-05 04:15:00+00:00"),
        ("2024-03-04 21:15:00", "2024-03-04", "None"),
        ("2024-03-04", "2024-03-04", "None"),
        ("20240304T211500Z", "2024-03-04", "2024-03-04 21:15:00+00:00"),
        ("2024-03-04T21:15:00.123Z", "2024-03-04", "2024-03-04 21:15:00+00:00"),
        ("2024-13-04", "None", "None"),
        ("soon", "None", "None"),
    ],
)
def test_moments(written, date, instant):
    parsed = parse(f'<meta property="article:published_time" content="{written}"><h1>T</h1><p>{PROSE}</p>')
    assert (str(parsed.published_date), str(parsed.published_at)) == (date, instant)


def _authors(head: str, body: str) -> tuple[str, ...]:
    page = f"<html><head><meta property='og:site_name' content='The Paper'>{head}</head><body><article>{body}</article></body></html>"
    return HtmlParser().parse(Document(page.encode(), "text/html", "x.html")).authors


SITE_AUTHOR = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","author":{"@type":"Organization","name":"The Paper"}}</script>'
PARAGRAPHS = "<p>The council approved a new tram line on Monday after four hours.</p>" * 5


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<div class='byline'><span>Jane Doe</span> <span>John Smith</span></div>", ("Jane Doe", "John Smith")),
        ("<p class='info'>von <a href='/autoren/x/jane'>Dr. Jane Doe</a></p>", ("Dr. Jane Doe",)),
        (f"<p><strong>Jane Doe</strong></p>{PARAGRAPHS}", ("Jane Doe",)),
        (f"{PARAGRAPHS}<p style='text-align:right'><b>Jane Doe/John Smith</b></p>", ("Jane Doe", "John Smith")),
        (f"{PARAGRAPHS}<p><strong>What happens next</strong></p>{PARAGRAPHS}", ("The Paper",)),
        (PARAGRAPHS, ("The Paper",)),
    ],
)
def test_people_are_found_behind_the_sites_own_name(body: str, authors: tuple[str, ...]) -> None:
    assert _authors(SITE_AUTHOR, body) == authors
