"""Tables of data on pages: where they belong to the article, and how they are written, whoever finds the text."""

from __future__ import annotations

import json

import pytest

from tests.formats.test_html_text import LAST, PARAGRAPHS, SENTENCES, TITLE, blocks, parse

ROWS = "<tr><th>Club<th>Points</tr><tr><td>Arden<td>12</tr><tr><td>Elm<td>9</tr></table>"
TABLE = f"<table>{ROWS}"
LINES = "Club | Points\nArden | 12\nElm | 9"
HEAD = f"<h1>{TITLE}</h1>"
LINKS = "".join(f"<li><a href=/{number}>Another story about the thing {number}</a></li>" for number in range(5))
BREAKS = "<br><br>".join(SENTENCES)


@pytest.mark.parametrize(
    "page",
    [
        f"<article>{HEAD}{TABLE}{PARAGRAPHS}</article>",
        f"<article>{HEAD}{TABLE}<div class=body>{PARAGRAPHS}</div></article>",
        f"<article>{HEAD}<div class=body>{TABLE}{PARAGRAPHS}</div></article>",
        f"<article>{HEAD}<div class=table-wrapper>{TABLE}</div><div class=body>{PARAGRAPHS}</div></article>",
        f"<article>{HEAD}<p class=byline>By Jane Doe</p><time>3 May 2023</time>{TABLE}<div>{PARAGRAPHS}</div></article>",
        f"<article>{HEAD}<figure class=wp-block-table>{TABLE}</figure>{PARAGRAPHS}</article>",
        f"<div>{HEAD}{TABLE}{PARAGRAPHS}</div>",
        f"{HEAD}{TABLE}{PARAGRAPHS}",
        f"<div>{HEAD}{TABLE}{BREAKS}</div>",
    ],
)
def test_before_the_first_paragraph(page):
    assert parse(page).text.split("\n\n") == [LINES, *SENTENCES]


@pytest.mark.parametrize(
    "page",
    [
        f"<article>{HEAD}{PARAGRAPHS}{TABLE}</article>",
        f"<article>{HEAD}<div class=body>{PARAGRAPHS}</div>{TABLE}</article>",
        f"<article>{HEAD}<div class=body>{PARAGRAPHS}{TABLE}</div></article>",
        f"<article>{HEAD}<div class=body>{PARAGRAPHS}</div><div class=table-wrapper>{TABLE}</div></article>",
        f"<article>{HEAD}{PARAGRAPHS}{TABLE}<p>Source: League</p></article>",
        f"<article>{HEAD}{PARAGRAPHS}<figure class=wp-block-table>{TABLE}</figure></article>",
        f"<article>{HEAD}{''.join(f'<div><p>{one}</p></div>' for one in SENTENCES)}<div>{TABLE}</div></article>",
        f"<div itemprop=articleBody>{PARAGRAPHS}{TABLE}</div>",
        f"{HEAD}{PARAGRAPHS}{TABLE}",
        f"<div>{HEAD}{BREAKS}{TABLE}</div>",
    ],
)
def test_behind_the_last_paragraph(page):
    assert parse(page).text.split("\n\n") == [*SENTENCES, LINES]


def test_with_the_heading_over_it():
    page = f"<main>{HEAD}<h2>Results</h2>{TABLE}{PARAGRAPHS}<ul>{LINKS}</ul><h2>Prices</h2>{TABLE.replace('12', '7')}</main>"
    parsed = parse(page)
    expected = ["Results", LINES, *SENTENCES, "Prices", LINES.replace("12", "7")]
    assert parsed.text.split("\n\n") == expected
    assert [(one.text, parsed.text[one.start :].startswith(one.text)) for one in parsed.headings] == [
        ("Results", True),
        ("Prices", True),
    ]


def test_with_the_label_and_behind_the_standfirst():
    lead = "A debate of four hours, a close vote, and a line that nobody wanted to pay for."
    page = f"<article>{HEAD}<p class=lead>{lead}</p><p>Results:</p>{TABLE}<div>{PARAGRAPHS}</div></article>"
    assert parse(page).text.split("\n\n") == [lead, "Results:", LINES, *SENTENCES]


@pytest.mark.parametrize(
    "page",
    [
        f"<table class=nav><tr><td><a href=/>Home</a><td>Arden</tr><tr><td>x<td>y</tr></table><article>{HEAD}{PARAGRAPHS}</article>",
        f"{TABLE}{HEAD}{PARAGRAPHS}",
        f"<div class=ticker>{TABLE}</div><article>{HEAD}{PARAGRAPHS}</article>",
        f"<main><article>{HEAD}{PARAGRAPHS}</article><div class=scores>{TABLE}</div></main>",
        f"<div>{HEAD}<div class=body>{PARAGRAPHS}</div><div class=widget>{TABLE}</div></div>",
        f"<article>{HEAD}{PARAGRAPHS}</article><aside>{TABLE}</aside>",
        f"<article>{HEAD}{PARAGRAPHS}<h3>Related</h3><ul>{LINKS}</ul>{TABLE}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<h3>Latest news</h3>{TABLE}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<footer>{TABLE}</footer></article>",
        f"<article>{HEAD}{PARAGRAPHS}<table role=presentation>{ROWS}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<table role=navigation>{ROWS}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<table class=pagination>{ROWS}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<table hidden>{ROWS}</article>",
        f"<article>{HEAD}{PARAGRAPHS}<table style='display: none'>{ROWS}</article>",
        f"<article>{HEAD}{PARAGRAPHS}</article><table id=wp-calendar>{ROWS}",
        f"<article>{HEAD}{PARAGRAPHS}</article><div class=comments>{TABLE}</div>",
    ],
)
def test_tables_of_the_site_are_no_text(page):
    assert parse(page).text.split("\n\n") == SENTENCES


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (f"<div class=poll>{TABLE}</div>", LINES),
        (f"<div class='embed datawrapper'>{TABLE}</div>", LINES),
        (f"<div class=infobox>{TABLE}</div>", LINES),
        (f"<table class=poll>{ROWS}", LINES),
        (f"<figure>{TABLE}<figcaption>After five rounds</figcaption></figure>", f"After five rounds\n{LINES}"),
        ("<table><tr><th>Price<td>12 crowns</tr></table>", "Price | 12 crowns"),
        ("<table><tr><th>Winners</tr><tr><td>Arden</tr><tr><td>Elm</tr></table>", "Winners\nArden\nElm"),
        ("<table><tr><td>1<td><td>Arden<td></tr><tr><td>2<td><td>Elm<td></tr></table>", "1 | Arden\n2 | Elm"),
        ("<table><tr><th>Year<th>What</tr><tr><td>---<td>---</tr><tr><td>1990<td>x</tr></table>", "Year | What\n1990 | x"),
        (f"<table><tr><th>Year<th>What</tr><tr><td>1990<td>{SENTENCES[0]} {SENTENCES[1]} {SENTENCES[2]}</tr></table>",
         f"Year | What\n1990 | {SENTENCES[0]} {SENTENCES[1]} {SENTENCES[2]}"),
    ],
)  # fmt: skip
def test_forms_of_tables(table, lines):
    assert blocks(table) == [lines]


ARTICLE = {"@type": "NewsArticle", "headline": TITLE}


@pytest.mark.parametrize(
    ("parser", "body", "head"),
    [
        ("trafilatura", f"<div>3 May 2023</div>{''.join(f'<span>{one}</span> ' for one in SENTENCES)}{TABLE}", ""),
        ("trafilatura", f"<p>By Jane Doe</p>{''.join(f'<p><a href=/x>{one}</a></p>' for one in SENTENCES)}{TABLE}", ""),
        ("jsonld", f"<p>{SENTENCES[0]}</p>", {**ARTICLE, "articleBody": f"{PARAGRAPHS}{TABLE}"}),
        (
            "jsonld",
            f"<p>{SENTENCES[0]}</p>",
            {
                **ARTICLE,
                "articleBody": "\n".join([*SENTENCES, "| Club | Points |", "| --- | ---: |", "| Arden | 12 |", "| Elm | 9 |"]),
            },
        ),
    ],
)  # fmt: skip
def test_tables_by_other_finders(parser, body, head):
    parsed = parse(
        f"<div>{HEAD}{body}</div>", f"<script type='application/ld+json'>{json.dumps(head)}</script>" if head else ""
    )
    assert parsed.parser == f"html/2:{parser}"
    assert parsed.text.split("\n\n") == [*SENTENCES, LINES]


def test_tables_in_the_state_of_a_page():
    rows = "<thead><tr><th>Club</th><th>Points</th></tr></thead> <tbody><tr><td>Arden</td>\n<td>12</td></tr></tbody></table>"
    state = {"article": {"headline": TITLE, "content": f"{PARAGRAPHS}<table class=x>{rows}{LAST}"}}
    text = parse(f"<div id=root></div><script>window.__STATE__ = {json.dumps(state)};</script>").text
    assert text.split("\n\n") == [*SENTENCES, "Club | Points\nArden | 12", LAST[3:-4]]


def test_rows_of_markdown_that_lay_out_a_page():
    text = "\n".join(["| | |", "| City | |", "|---|---|", *SENTENCES, "x | y", "| 1 | 2 | |"])
    head = f"<script type='application/ld+json'>{json.dumps({**ARTICLE, 'articleBody': text})}</script>"
    assert parse(HEAD, head).text.split("\n\n") == ["City", *SENTENCES, "x | y", "1 | 2"]
