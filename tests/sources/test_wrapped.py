"""Exports in other wrappings: Integrum's `.doc` with an HTML file in it, web archives, Word and wrong names."""

from __future__ import annotations

import base64
import io
import quopri
import zipfile
from pathlib import Path

import pytest

from corpus.sources.entries import Item, Reason
from tests.gathered import articles, gather
from tests.golden.wordfiles import document, paragraph, run

MADE = Path(__file__).parent.parent / "golden" / "exports"
PAGE = (MADE / "integrum.html").read_bytes()


def chunked(data: bytes, name: str = "word/afchunk.htm", text: str = "") -> bytes:
    made = io.BytesIO(document([paragraph(run(text))] if text else []))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def archive(data: bytes, how: str = "quoted-printable", charset: str = "", *, nested: bool = False) -> bytes:
    body = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "8bit": bytes}[how](data)
    page = b"Content-Type: text/html" + (f'; charset="{charset}"'.encode() if charset else b"")
    page += f"\r\nContent-Transfer-Encoding: {how}\r\nContent-Location: file:///C:/a.htm\r\n\r\n".encode() + body
    inner = b"--B1\r\n" + page + b"\r\n--B1\r\nContent-Type: image/png\r\n\r\nxxxx\r\n--B1--\r\n"
    if nested:
        inner = b"--B2\r\nContent-Type: multipart/alternative; boundary=B1\r\n\r\n" + inner + b"--B2--\r\n"
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary="{"B2" if nested else "B1"}"\r\n\r\n'
    return head.encode() + inner


WRAPPED = {
    "chunk": chunked(PAGE),
    "chunk of another name": chunked(PAGE, "word/chunk1.html"),
    "chunk that is a web archive": chunked(archive(PAGE), "word/afchunk.mht"),
    "quoted-printable": archive(PAGE),
    "base64": archive(PAGE, "base64"),
    "8bit": archive(PAGE, "8bit"),
    "with its charset": archive(PAGE.decode("cp1251").encode("koi8-r", "replace"), "base64", "koi8-r"),
    "nested": archive(PAGE, nested=True),
    "HTML named .doc": PAGE,
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapped_export_gives_the_same_articles(name, tmp_path):
    (tmp_path / "report.doc").write_bytes(WRAPPED[name])
    expected = [(one.title, one.text, one.published_date) for one in articles(MADE / "integrum.html")]
    assert expected
    assert [(one.title, one.text, one.published_date) for one in articles(tmp_path / "report.doc")] == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(chunked(b"<p>An appendix.</p>", text="A letter with an appendix."), id="a document with a chunk"),
        pytest.param(b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n--B\r\n", id="an empty archive"),
        pytest.param(b"From: a note to myself\nContent-Type: none\n\nText.", id="a text like an archive"),
        pytest.param(b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n=x", id="bad base64"),
        pytest.param(
            b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n" + b"--B\r\n" * 50_000, id="many parts"
        ),
    ],
)  # fmt: skip
def test_what_only_looks_wrapped_stays_one_document(data, tmp_path):
    (tmp_path / "a.doc").write_bytes(data)
    assert [one.data for one in gather(tmp_path / "a.doc") if isinstance(one, Item)] == [data]


def test_a_bomb_in_a_wrapper_costs_itself(tmp_path):
    (tmp_path / "a.doc").write_bytes(chunked(PAGE + b" " * 40_000_000))
    assert [(one.source, one.reason) for one in gather(tmp_path / "a.doc")] == [("a.doc", Reason.BOMB)]


def counted(number: int) -> list[str]:
    return [
        paragraph(run(f"{number} of 2 DOCUMENTS"), centred=True),
        paragraph(run("The Harbour Gazette"), centred=True),
        paragraph(run("May 4, 2026 Monday"), centred=True),
        paragraph(run("Fog closes pier", bold=True, size=14)),
        paragraph(run("BYLINE:", bold=True), run(" Greta Lindqvist")),
        paragraph(run("LENGTH:", bold=True), run(" 9 words")),
        paragraph(run("Fog closed the pier on Monday, and nobody came.")),
        paragraph(run("LOAD-DATE:", bold=True), run(" May 5, 2026")),
    ]


def factiva(number: int) -> list[str]:
    lines = ["News", "Fog closes pier", "By Greta Lindqvist", "9 words", "4 May 2026", "The Harbour Gazette", "HARBGZ", "English",
             "Copyright 2026 Harbour Gazette Media", "Fog closed the pier on Monday, and nobody came.",
             f"Document HARBGZ0020260505em540000{number}"]  # fmt: skip
    return [paragraph(run(line, bold=line == "Fog closes pier")) for line in lines]


@pytest.mark.parametrize("made", [counted, factiva])
def test_older_word_documents_of_lexisnexis_and_factiva(made, tmp_path):
    (tmp_path / "a.docx").write_bytes(document([*made(1), paragraph(), *made(2)]))
    assert [(one.title, one.publication, str(one.published_date), one.authors, one.text) for one in articles(tmp_path / "a.docx")] == [
        ("Fog closes pier", "The Harbour Gazette", "2026-05-04", ("Greta Lindqvist",), "Fog closed the pier on Monday, and nobody came.")
    ] * 2  # fmt: skip
