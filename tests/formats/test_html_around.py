"""What stands around an article on its page, and is none of it; and what looks so, and is."""

from __future__ import annotations

import pytest

from corpus.formats.article import Document
from corpus.formats.html.parser import HtmlParser

SENTENCE = "The council approved a new tram line on Monday after a debate of four hours in the town hall. "
TEXT = "".join(f"<p>{number}. {SENTENCE * 2}</p>" for number in range(5))
OTHER = "".join(
    f"<p>{number}. A dog was found in the harbour by two students of a school. {SENTENCE}</p>" for number in range(9)
)


def parse(body: str, head: str = ""):
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return HtmlParser().parse(Document(page.encode(), "text/html", "page"))


ALONE = parse(f"<h1>Tram line approved</h1><article>{TEXT}</article>").text


@pytest.mark.parametrize(
    "around",
    [
        "<div class='commentlist'>{}</div>",
        "<div class='related-content'>{}</div>",
        "<div id='jp-relatedposts' class='jp-relatedposts'>{}</div>",
        "<div class='x'><div><h2>Recommended for you</h2></div><ul><li>{}</li></ul></div>",
        "<h3>Related stories</h3><div>{}</div>",
        "<h3>Ähnliche Beiträge</h3><div>{}</div>",
        "<p><strong>À lire aussi :</strong></p><p></p><div class='related'>{}</div>",
        "<section><h4>Právě se děje</h4><div>{}</div></section>",
        "<section><h4>関連記事</h4><div>{}</div></section>",
        "<section><h4>अ</h4></section><section><h4>यह भी पढ़ें</h4><div>{}</div></section>",
        "<section><h2>12 Comments</h2><div>{}</div></section>",
    ],
)
def test_what_others_wrote_is_no_text_however_much_it_is(around):
    assert parse(f"<h1>Tram line approved</h1><div>{TEXT}{around.format(OTHER)}</div>").text == ALONE


def test_a_gallery_of_counted_pictures_is_no_text():
    slides = "".join(f"<li><h2><span>{number}/50</span> A dog</h2>{OTHER}</li>" for number in range(1, 5))
    assert (
        parse(f"<h1>Tram line approved</h1><div>{TEXT}<div><ul class='legends'>{slides}</ul></div></div>").text == ALONE
    )


@pytest.mark.parametrize(
    "page",
    [
        "<h1>Tram line approved</h1><div class='news commentary article'>{}</div>",
        "<div class='sidebar-right'><h1>Tram line approved</h1><div>{}</div></div>",
        "<h1>Tram line approved</h1><div class='teaser-content'><div class='article-body'>{}</div></div>",
        "<h1>Tram line approved</h1><div class='js-lightbox-gallery'><div class='text'>{}</div></div>",
        "<article><h3>Latest news</h3><h1>Tram line approved</h1>{}</article>",
        "<h1>Tram line approved</h1><article><h3>Top stories</h3>{}</article>",
    ],
)
def test_what_is_only_called_so_is_text(page):
    assert parse(page.format(TEXT)).text.endswith(ALONE)


def test_text_goes_on_behind_a_list_of_related_articles():
    first, rest = TEXT[: len(TEXT) // 5], TEXT[len(TEXT) // 5 :]
    related = "<h3>Related</h3><ul><li>A dog was found in the harbour.</li></ul>"
    assert "dog" not in (found := parse(f"<h1>T</h1><article>{first}{related}{rest}</article>").text)
    assert found == ALONE


def test_of_several_articles_in_a_page_it_is_the_one_of_the_headline():
    page = f"<article><h2>Tram line approved</h2>{TEXT}</article><article><h2>A dog</h2>{OTHER * 3}</article>"
    assert parse(page, "<meta property='og:title' content='Tram line approved'>").text == ALONE


def test_the_first_paragraphs_may_come_before_a_wall():
    behind = "".join(f"<p>{number}. {SENTENCE * 2}</p>" for number in range(1, 40))
    page = f"<h1>T</h1><article><div><p>0. {SENTENCE * 2}</p><div class='paywall'>{behind}</div></div></article>"
    assert parse(page).text.startswith(ALONE)


@pytest.mark.parametrize("name", ["teaser", "mosi-artikel-teaser", "lead", "article__intro"])
def test_a_standfirst_is_text_under_any_name(name):
    lead = "A debate of four hours, a close vote, and a line that nobody wanted to pay for."
    page = (
        f"<header><h1>Tram line approved</h1><div class='{name}'><p>{lead}</p></div></header><article>{TEXT}</article>"
    )
    assert parse(page).text == f"{lead}\n\n{ALONE}"


def test_a_byline_with_a_date_is_no_standfirst():
    line = "<div>Ein Artikel von Miriam Rieder, veröffentlicht am 23.01.2020</div>"
    assert parse(f"<h1>Tram line approved</h1>{line}<article>{TEXT}</article>").text == ALONE


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            (
                '<script type="application/ld+json">{"@type":"Article","headline":"a matrix of a kind","name":"Hermitian matrix"}'
                "</script><title>Hermitian matrix - The Paper</title>"
            ),
            "<h1>Hermitian matrix</h1>",
            "Hermitian matrix",
        ),
        (
            (
                '<script type="application/ld+json">{"@type":"Article","headline":"Tram line approved","name":"article-17"}'
                "</script><title>Tram line approved</title>"
            ),
            "<h1>Trams</h1>",
            "Tram line approved",
        ),
        (
            "<title>Tram line approved</title>",
            "<h1>Local transport</h1><h2>Tram line approved</h2>",
            "Tram line approved",
        ),
        ("<title>Tram | The Paper</title>", "<h1>Tram line approved</h1><h2>What is next</h2>", "Tram line approved"),
        ("<meta property='dc:title og:title' content='Tram line approved'>", "<h1>Trams</h1>", "Tram line approved"),
    ],
)
def test_titles(head, body, title):
    assert parse(f"{body}{TEXT}", head).title == title


@pytest.mark.parametrize(
    ("body", "authors"),
    [
        ("<span itemprop='author'>Jane Doe (avec Jean Roe et Max Poe)</span>", ("Jane Doe", "Jean Roe", "Max Poe")),
        ("<span itemprop='author'>By Jane Doe, MD, and John Roe, Ph.D.</span>", ("Jane Doe", "John Roe")),
        ("<span itemprop='author'>Martin Roe, Jr.</span>", ("Martin Roe Jr.",)),
        ("<span class='author-name'>Jane Doe</span><span class='author-name'>follow on Twitter</span>", ("Jane Doe",)),
        ("<span class='author-name'>No Author</span>", ()),
        ("<a rel='author'>View all posts by Jane Doe</a>", ("Jane Doe",)),
        ("<a rel='author'>By Jane Doe And Max Poe For The Mail On Sunday</a>", ("Jane Doe", "Max Poe")),
        ("<a rel='author'>Nicolas Poe C.</a>", ("Nicolas Poe C.",)),
        ("<p class='autorenzeile'>Von Jane Doe, Jean Roe und Max Poe</p>", ("Jane Doe", "Jean Roe", "Max Poe")),
        ("<div class='related'><span class='author-name'>John Roe</span></div>", ()),
        (
            "<a rel='author'>Jane Doe</a><a rel='author'>Max Poe</a><a rel='author'>Jane Doe</a>",
            ("Jane Doe", "Max Poe"),
        ),
    ],
)
def test_authors(body, authors):
    assert parse(f"<h1>Tram line approved</h1>{body}<article>{TEXT}</article>").authors == authors


@pytest.mark.parametrize(
    ("head", "body", "instant"),
    [
        ("<meta name='published_at' content='2017-11-03T03:01:00-04:00'>", "", "2017-11-03 07:01:00+00:00"),
        (
            "<meta property='x:date article:published_time' content='2017-11-03T03:01:00Z'>",
            "",
            "2017-11-03 03:01:00+00:00",
        ),
        (
            "",
            "<abbr itemprop='datePublished' title='2016-05-08T00:55:00-07:00'>12:55 AM</abbr>",
            "2016-05-08 07:55:00+00:00",
        ),
    ],
)
def test_instants(head, body, instant):
    assert str(parse(f"<h1>Tram line approved</h1>{body}{TEXT}", head).published_at) == instant


OTHERS = "<div class=more><a rel=author href=/author/x>John Roe</a><a rel=author href=/author/y>Ann Poe</a></div>"


@pytest.mark.parametrize(
    ("head", "byline", "authors"),
    [
        ("", "<div class=_x>By <span>Jane Doe</span></div>", ("Jane Doe",)),
        ("", "<div class=byline>Monday <a rel=author href=/author/jane>Jane Doe</a></div>", ("Jane Doe",)),
        (
            "",
            "<p class=meta><span class=meta__author>Par <a href=/signataires/jane>Jane Doe</a></span></p>",
            ("Jane Doe",),
        ),
        ("", "<div class=author><span class=name>谢若含</span><span>2017-03-01</span></div>", ("谢若含",)),
        ("", "<p class=author>投稿者 Jane Doe</p>", ("Jane Doe",)),
        (
            "<meta property=article:author content=https://www.example.com/editors/jane-doe>",
            "<a href=/about/editors/jane-doe/>Jane Doe</a>",
            ("Jane Doe",),
        ),
        (
            "<meta name=author content='Big Media'><meta property=article:author content='Jane Doe'>",
            "<p>By Jane Doe</p>",
            ("Jane Doe",),
        ),
        ("<meta name=author content='AOL Staff'>", "", ("AOL Staff",)),
        ("<meta name=author content='BWW News Desk'>", "", ("BWW News Desk",)),
        ("<meta name=author content='AOL Staff'>", "<div class=byline>By Jane Doe</div>", ("Jane Doe",)),
    ],
)
def test_the_byline_by_the_headline_signs(head, byline, authors):
    others = "" if head.startswith("<meta name=author content='A") or "BWW" in head else OTHERS
    body = f"<article><header><h1>Tram line approved</h1>{byline}</header>{TEXT}</article>{others}"
    assert parse(f"<html><head>{head}</head><body>{body}</body></html>").authors == authors


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<meta property=og:title content='Tram line in Arden: what it costs'><title>Tram line | Gazette</title>",
            "<h1>Arden approves its first tram line</h1>",
            "Arden approves its first tram line",
        ),
        ("<title>Tram line is approved_City_Gazette</title><meta name=publisher content=Gazette>", "<h1>Gazette</h1>", "Tram line is approved"),
        (
            "<meta property=og:title content='路面電車の新路線が承認された：アーデン新聞'><meta property=og:site_name content=アーデン新聞>",
            "",
            "路面電車の新路線が承認された",
        ),
        ("<title>Trams &amp;amp; trains in the town</title>", "", "Trams & trains in the town"),
        ("<title>x</title>", "<h1><small>Local transport</small>Tram line approved</h1>", "Tram line approved"),
        ("<title>x</title>", "<h1>Tram line <small>and bus</small> approved</h1>", "Tram line and bus approved"),
        ("<title>x</title>", "<h1>Tram line approved<small>Local transport</small></h1>", "Tram line approved"),
        ("<title>Mayor&amp;#039;s plan for the &amp;quot;tram&amp;quot;</title>", "", "Mayor's plan for the \"tram\""),
        ("<title>x</title>", "<h1><span class=kicker>Transport</span> <span>Tram line approved</span></h1>", "Tram line approved"),
        ("<title>x</title>", "<h1><em>Fantastic Trams</em>: a&shy; nice place</h1>", "Fantastic Trams: a nice place"),
        ("<title>Tram line is approved ㅣ Gazette</title><meta name=publisher content=Gazette>", "", "Tram line is approved"),
        ("<title>Tram line is approved » Gazette</title><meta name=publisher content=Gazette>", "", "Tram line is approved"),
        ("<title>Gazette - why the line is late again</title>", "<h1>Gazette</h1><h3>■ why the line is late again</h3>", "■ why the line is late again"),
    ],
)  # fmt: skip
def test_the_shown_headline_is_the_articles(head, body, title):
    assert parse(f"<html><head>{head}</head><body>{body}{TEXT}</body></html>").title == title


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ('<p class=byline>By Jane Doe and John Roe <time datetime="2023-06-05">June 5, 2023</time></p>', ("Jane Doe", "John Roe")),
        ("<p class=byline>By Jane Doe | 5 June 2023</p>", ("Jane Doe",)),
        ("<div class=author>Jane Doe, 05.06.2023 10:19</div>", ("Jane Doe",)),
        ("<p>By Jane Doe on Monday, June 5th, 2023 at 10:19 am</p>", ("Jane Doe",)),
        ("<p class=byline>By <a href=/x>Jane Doe</a> · Updated June 5, 2023 10:19</p>", ("Jane Doe",)),
        ("<p class=meta>Von Max Müller, 5. Juni 2023</p>", ("Max Müller",)),
        ("<p class=meta>Par Jeanne Dupont le 5 juin 2023 à 10h19</p>", ("Jeanne Dupont",)),
        ("<p class=author>Por Ana Ruiz 5 de junio de 2023</p>", ("Ana Ruiz",)),
        ("<p class=byline>2023-06-05 By Jane Doe</p>", ("Jane Doe",)),
        ("<p class=byline>Published June 5, 2023 | By Jane Doe</p>", ("Jane Doe",)),
        ("<p class=byline>Mon, 5 June 2023 10:19 am by Jane Doe</p>", ("Jane Doe",)),
        ("<p class=byline>Jane Doe 2 hours ago</p>", ("Jane Doe",)),
        ("<p class=byline>June 5, 2023</p>", ()),
        ("<p class=byline>By 2023 the town will have a bridge</p>", ()),
    ],
)  # fmt: skip
def test_a_date_beside_a_name_is_no_part_of_it(byline: str, authors: tuple[str, ...]) -> None:
    assert parse(f"<article><h1>Tram line approved</h1>{byline}{TEXT}</article>").authors == authors
