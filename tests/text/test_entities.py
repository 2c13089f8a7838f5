"""Character references, also those that Python refuses to read."""

from __future__ import annotations

import html
import json
import random

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.press.splitting import serials
from corpus.text.entities import unescape

ENDLESS = "&#" + "1" * 20_001 + ";"
MANY = "Fog closed the pier on Monday, and nobody could say when. " * 20


@pytest.mark.parametrize("text", ["", "&amp;", "&#65;&#x42;", "&#0000065;", "&#99999999;", "a & b &nosuch;", MANY])
def test_what_html_reads_is_read_as_it_does(text):
    assert unescape(text) == html.unescape(text)


@pytest.mark.parametrize("end", [";", "", "x"])
@pytest.mark.parametrize("digits", [4_299, 4_301, 20_001])
def test_a_number_that_no_character_has(digits, end):
    assert unescape("a&#" + "1" * digits + end).startswith("a\ufffd")
    assert unescape("a&#x" + "1" * digits + end).startswith("a\ufffd")


@pytest.mark.parametrize(
    "kind",
    ["europresse+html", "factiva+html", "factiva+xml", "lexisnexis+html", "proquest+html", "kikuzo+html", "gale+html"],
)
def test_pieces_of_exports_with_such_a_number(kind):
    media_type = f"application/vnd.newscorpus.{kind}"
    data = f"<html><body><p>{ENDLESS} Fog</p><p title='{ENDLESS}'>{MANY}</p></body></html>".encode()
    parser_of(media_type, "by-language").parse(Document(data, media_type, "a#1"))


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/json"])
def test_other_documents_with_such_a_number(kind):
    data = {
        "text/html": f"<html><title>{ENDLESS}</title><h1>Fog {ENDLESS}</h1><p>{MANY}{ENDLESS}</p></html>",
        "text/plain": f"Fog {ENDLESS}\n\n{MANY}",
        "application/json": json.dumps({"title": f"<p>{ENDLESS}", "text": f"<p>{MANY}{ENDLESS}</p>"}),
    }[kind]
    parser_of(kind, "by-language").parse(Document(data.encode(), kind, "a"))


def test_a_number_format_of_thousands_of_digits_is_no_date():
    assert not serials.is_date("1" * 5_000, None)


def test_references_in_any_order_are_read_as_html_reads_them():
    parts = ["&amp;", "&auml;", "&#38;", "&#x26;", "&", "auml;", "#38;", "&amp", "&lt;", "&notit;", "&#0;", "&#128;", "&foo;", "&AMP;", "amp;", " "]  # fmt: skip
    draw = random.Random(1)
    for _ in range(2_000):
        text = "".join(draw.choices(parts, k=draw.randint(1, 12)))
        assert unescape(text) == html.unescape(text)
