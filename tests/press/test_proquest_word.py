"""ProQuest's Word and RTF: counted or not, with labels or with headings, in any language of the interface."""

from __future__ import annotations

import pytest

from corpus.sources.entries import Item
from tests.golden import richfiles, wordfiles
from tests.golden.pdffiles import L, pages_of, pdf
from tests.press.test_databases import PROQUEST, gather, parsed, read

FIRST = "Fog closed pier number {} on Monday, and nobody could say when the ferries would be back."
LAST = "Note: the harbour master was not there."


def fields(interface: str, number: int, *, counted: bool = True, headed: bool = False) -> list[tuple[str, str]]:
    """The paragraphs of an article: a label, or `#` for what is bold, or nothing, and the words."""
    counter, author, text, title, paper, page, day, tongue, english, key, url, database = PROQUEST[interface]
    name = f"Fog closes pier number {number}"
    head = [*([("", counter.format(number, 2))] if counted else []), ("#", name), (author, "Lindqvist, Greta")]
    body = [("#", text.upper()), ("", FIRST.format(number))] if headed else [(text, FIRST.format(number))]
    tail = [
        (title, name), (paper, "The Harbour Gazette; Port Amsel"), (page, f"A.{number}"), (day, "4 May 2026"),
        (tongue, english), (key, f"305123450{number}"), (url, f"https://www.proquest.com/docview/305123450{number}"),
        (database, "ProQuest Central"),
    ]  # fmt: skip
    return [*head, *body, ("", LAST), *tail]


def articles(interface: str, *, counted: bool = True, headed: bool = False) -> list[tuple[str, str]]:
    end = [
        ("#", "Bibliography"),
        ("", "Lindqvist, G. Fog closes pier."),
        ("", "Database copyright © 2026 ProQuest LLC."),
    ]
    found = [fields(interface, number, counted=counted, headed=headed) for number in (1, 2)]
    return [("", "TABLE OF CONTENTS"), ("", "1. Fog closes pier number 1"), *found[0], *found[1], *end]


def word(paragraphs: list[tuple[str, str]]) -> bytes:
    made = []
    for label, words in paragraphs:
        if label in {"", "#"}:
            made.append(wordfiles.paragraph(wordfiles.run(words, bold=label == "#")))
        else:
            made.append(wordfiles.field(label, words))
    return wordfiles.document(made)


def rich(paragraphs: list[tuple[str, str]]) -> bytes:
    return richfiles.document(
        [
            richfiles.paragraph(words, bold=label == "#") if label in {"", "#"} else richfiles.field(label, words)
            for label, words in paragraphs
        ]
    )


def check(found):
    assert [one.title for one in found] == ["Fog closes pier number 1", "Fog closes pier number 2"]
    for number, one in enumerate(found, 1):
        assert one.text == f"{FIRST.format(number)}\n\n{LAST}"
        assert (one.publication, str(one.published_date), one.page) == (
            "The Harbour Gazette", "2026-05-04", f"A{number}",
        )  # fmt: skip
        assert (one.authors, one.accession) == (("Greta Lindqvist",), f"305123450{number}")
        assert one.language == "en"


@pytest.mark.parametrize("interface", PROQUEST)
@pytest.mark.parametrize("made", [word, rich])
def test_any_language_of_the_interface(interface, made, tmp_path):
    check(read(tmp_path, "a.dat", made(articles(interface))))


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("headed", [True, False])
@pytest.mark.parametrize("made", [word, rich])
def test_counted_or_not_and_with_labels_or_headings(counted, headed, made, tmp_path):
    data = made(articles("en", counted=counted, headed=headed))
    check(read(tmp_path, "a.dat", data))
    asides = [one.detail for one in gather(tmp_path, "b.dat", data) if not isinstance(one, Item)]
    assert asides == ["ProQuest: table of contents", "ProQuest: bibliography and notes of the database"]


def test_a_document_that_mentions_proquest_is_no_export(tmp_path):
    paragraphs = [("", "How to use ProQuest"), ("Author", "Nobody"), ("Title", "How to"), ("", "Search and read.")]
    assert [one.source.count("#") for one in gather(tmp_path, "a.docx", word(paragraphs))] == [0]


def test_a_pdf_of_the_same_articles(tmp_path):
    made = [[L(words, bold=True) if label == "#" else L(f"{label}: {words}" if label else words, gap=2)
             for label, words in fields("en", number)] for number in (1, 2)]  # fmt: skip
    items = [
        one for one in gather(tmp_path, "a.pdf", pdf(pages_of(made, footer="Page # of 2"))) if isinstance(one, Item)
    ]
    check([parsed(one) for one in items])
