from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.formats.bylines import Byline, read_line
from corpus.formats.mediatypes import media_type
from schemas.rules import Check
from tests.conftest import UNMEASURED

PIECES = st.sampled_from(
    ["# Title", "Title", "By Jane Doe", "---", "+++", "title: x", "September 11, 2020", "Source:", "<https://example.com/a>",
     "- item", "> quote", "| a | b |", "Read more:", "[x](#)", "![a](b)", "", "", "\\*", "*a*", "Photo: X", "Short line",
     "A paragraph of prose that is long enough to be one, and then some more words to make sure that it is."]
)  # fmt: skip


def parse(data, kind="text/markdown"):
    return parser_of(kind, "by-language").parse(Document(data, kind, "x"))


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=25).map(lambda lines: "\n".join(lines).encode())))
def test_parsing_never_raises_and_headings_point_at_their_text(data):
    for kind in ("text/plain", "text/markdown"):
        parsed = parse(data, kind)
        assert not any(letter < " " and letter != "\n" for letter in parsed.text + (parsed.title or ""))
        assert parsed.text == parsed.text.strip("\n")
        for heading in parsed.headings:
            assert parsed.text[heading.start :].startswith(heading.text)
        assert parse(data, kind) == parsed


@given(
    st.lists(
        st.sampled_from(
            ["the", "council", "approved", "a", "new", "tram", "line", "on", "monday", "after", "hours", "of", "debate"]
        ),
        min_size=30,
        max_size=80,
    )
)
def test_no_word_of_a_paragraph_is_lost(words):
    text = " ".join(words).capitalize() + "."
    parsed = parse(f"A title\n\n{text}\n\n{text}\n".encode(), "text/plain")
    assert parsed.text == f"{text}\n\n{text}"


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("By A, B and C for AFP", Byline(("A", "B", "C"), "AFP")),
        ("By Jane Doe in Moscow", Byline(("Jane Doe",))),
        ("By Jane Doe (AFP)", Byline(("Jane Doe",), "AFP")),
        ("By John Smith, BBC News correspondent", Byline(("John Smith",))),
        ("(Reuters)", Byline((), "Reuters")),
        ("By Associated Press", Byline((), "AP")),
        ("Von Max Müller, Berlin", Byline(("Max Müller",))),
        ("Автор: Иван Иванов", Byline(("Иван Иванов",))),
        ("By the end of the year", None),
        ("By 2020 he had won", None),
        ("Von der Leyen warnt vor Krise", None),
        ("Di Maio attacca il governo", None),
    ],
)
def test_bylines(line, byline):
    assert read_line(line) == byline


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.txt", b"text", "text/plain"), ("A.MD", b"# x", "text/markdown"), ("a.markdown", b"", "text/markdown"),
        ("a.txt", b"%PDF-1.7", "application/pdf"), ("a.txt", b"<!DOCTYPE html><p>", "text/html"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "image/png"), ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a", b"text", "application/octet-stream"), ("a.exe", b"MZ", "application/octet-stream"),
    ],
)  # fmt: skip
def test_media_types(name, head, kind):
    assert media_type(name, head) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"x" * 15_000_000, b"word " * 3_000_000, b"\n" * 1_000_000, b"#\n" * 500_000, b">" * 500_000, b"[" * 300_000,
        b"*a" * 300_000, b"![](" * 100_000, b"- " * 300_000, b"By " * 300_000, b"---\n" + b"a: [" * 15_000, b"|" * 500_000,
        b"\\*" * 300_000, b"Source:\n" * 100_000, b"<" * 300_000, ("é" * 2_000_000).encode(), b"Title\n\n" + b"By A, " * 60,
    ],
    ids=lambda data: f"{data[:6]!r} {len(data)}",
)  # fmt: skip
def test_hostile_documents_take_bounded_time(data):
    """In a process that is killed if it does not end; the bound is far above what is needed."""
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (40, 40))\n"
        "from corpus.formats import parser_of; from corpus.formats.article import Document\n"
        "parser_of('text/markdown', 'by-language').parse(Document(sys.stdin.buffer.read(), 'text/markdown', 'x'))"
    )
    subprocess.run([sys.executable, "-c", code], input=data, env={**os.environ, **UNMEASURED}, check=True, timeout=300)


def test_problems_are_reported():
    assert parse(b"  \n ").problems[0].check is Check.EMPTY
    assert parse(bytes(range(256)) * 9).problems[0].check is Check.BINARY
    assert parse(b"---\ntitle: [\n---\ntext").problems[0].check is Check.FRONT_MATTER
    assert parse(b"---\ntitle: x\nurl: ftp://example.com/x\n---\ntext").problems[0].check is Check.REJECTED_URL
