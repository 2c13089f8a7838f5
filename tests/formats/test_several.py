"""Documents that seem to hold several articles, and documents that only have lists, rulers or fields."""

from __future__ import annotations

import pytest

from corpus.formats import parser_of, several
from corpus.formats.article import Document
from schemas.rules import Check

PROSE = "The town council put off the second tram line on Monday after four hours of debate in a crowded hall, and went home.\n"

SEVERAL = {
    "labelled": "".join(f"Headline: Fog {n}\nPaper: x\nDate: May {n}, 2026\nText: {PROSE}\n" for n in range(1, 5)),
    "two labels": "".join(f"Title: Fog {n}\nAuthor: Greta Lindqvist\n\n{PROSE}\n" for n in range(3)),
    "German": "".join(f"Titel: Nebel {n}\nDatum: 4. Mai 2026\nQuelle: Tagblatt\n\n{PROSE}\n" for n in range(3)),
    "rulers before": ("-" * 30 + "\nFog\nMay 4, 2026\n" + PROSE) * 4,
    "stars behind": ("Fog\nGazette, 4 May 2026\n" + PROSE + "*" * 40 + "\n") * 3,
    "equals signs": ("=" * 60 + "\nFog - 04.05.2026\n\n" + PROSE) * 5,
    "counted": "".join(f"Article {n} of 3\nFog\n{PROSE}" for n in (1, 2, 3)),
    "two counted": f"Document 1 of 2\n{PROSE}Document 2 of 2\n{PROSE}",
    "counted first": "".join(f"{n} de 12 documentos\nNiebla\n{PROSE}" for n in (4, 5)),
}
ONE = {
    "front": f"Title: Fog\nDate: May 4, 2026\n\n{PROSE * 20}",
    "interview": "Q: Why now?\nA: Because.\nQ: And then?\nA: Nothing.\n" * 6,
    "recipe": "Ingredients: flour\nTime: 3 hours\n" * 4,
    "rulers": (PROSE + "-" * 40 + "\n") * 6,
    "programme": "".join(f"May {n}, 2026: a fair\n" for n in range(1, 9)),
    "list": "".join(f"{n} of 10: a reason\n" for n in range(1, 9)),
    "slides": f"1 of 3\n2 of 3\n3 of 3\n{PROSE}",
    "photos": f"{PROSE}\n" + "Photo: Greta Lindqvist\n" * 5,
    "mentions": f"{PROSE}\nHe had read document 1 of 2 and then document 2 of 2, he said.\n",
    "tables": "+" + "-" * 40 + "+\n| a | b |\n" * 8,
}


@pytest.mark.parametrize("name", SEVERAL)
def test_a_text_with_several_articles_is_not_made_into_one(name):
    parser = parser_of("text/plain", "by-language")
    assert parser is not None
    problems = parser.parse(Document(SEVERAL[name].encode(), "text/plain", "a.txt")).problems
    assert Check.SEVERAL_ARTICLES in {problem.check for problem in problems}


@pytest.mark.parametrize("name", ONE)
def test_a_text_with_lists_rulers_or_fields_is_one_article(name):
    assert several.in_text(ONE[name]) is None


def test_a_page_with_several_labelled_records_is_not_made_into_one():
    record = (
        "<p><b>Title:</b> Fog</p><table><tr><td>Source:</td><td>Gazette</td></tr></table><p><b>Date:</b> 4 May 2026</p>"
    )
    page = f"<html><body><h1>Results</h1>{(record + f'<p>{PROSE}</p>') * 4}</body></html>"
    parser = parser_of("text/html", "by-language")
    assert parser is not None
    problems = parser.parse(Document(page.encode(), "text/html", "a.html")).problems
    assert Check.SEVERAL_ARTICLES in {problem.check for problem in problems}


@pytest.mark.parametrize(
    "item",
    [
        "<article><h2><a href=/a>Fog closes the pier today</a></h2><p><b>By:</b> Greta</p><p><b>Published:</b> 4 May</p></article>",
        "<li><strong>Comment:</strong> so be it</li>",
        "<tr><td>Price:</td><td>3</td><td>Size:</td><td>4</td></tr>",
        "<p><strong>Reader:</strong> Why?</p><p><strong>Mayor:</strong> Because.</p>",
    ],
)
def test_a_page_with_lists_is_one(item):
    assert several.in_page(f"<html><body>{item * 12}</body></html>") is None
