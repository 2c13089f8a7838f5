"""RTF of LexisNexis and Factiva: cut where Word documents are cut, each article with its own bytes."""

from __future__ import annotations

import io

import pytest

from corpus.press.parsing import rtf
from corpus.press.splitting import splitting
from corpus.sources.entries import Item, Reason, Skipped
from tests.gathered import articles, gather
from tests.golden.richfiles import cells, document, field, paragraph, text

ACCESSION = "HARBGZ0020260505em540000{}"


def nexis_uni(count: int = 3, *, marks: bool = True, cover: bool = True) -> list[str]:
    parts = []
    if cover:
        parts += [
            paragraph("User Name: Nobody"),
            paragraph("Date and Time: Monday, May 4, 2026"),
            paragraph("Documents (3)"),
        ]
        for number in range(1, count + 1):
            parts += [paragraph(f"{number}. Fog closes pier number {number}"), paragraph("Client/Matter: -None-"), paragraph("Search Terms: fog")]  # fmt: skip
        parts += ["\\sect "]
    for number in range(1, count + 1):
        parts += [
            paragraph(f"Fog closes pier number {number}", bold=True, size=14, centred=True, bookmark=f"Bookmark_{number}" if marks else "",
                      link=f"https://advance.example.com/api/document?id=urn:contentItem:5ABC-0001-XY00-000{number}-00000-00"),
            paragraph("The Harbour Gazette", centred=True),
            paragraph("May 4, 2026 Monday", centred=True),
            paragraph("Copyright 2026 Harbour Gazette Media All Rights Reserved", centred=True),
            field("Length", "18 words"),
            field("Byline", "Greta Lindqvist"),
            paragraph("Body", bold=True, size=14, bookmark=f"Body_{number}" if marks else ""),
            paragraph(f"Fog closed pier number {number} on Monday — “nobody” could say when the café would open."),
            paragraph("The {harbour} master was not there."),
            field("Load-Date", "May 5, 2026"),
            paragraph("End of Document", bold=True, size=8),
            "\\page ",
        ]  # fmt: skip
    return parts


def counted(count: int = 3, of: str = "{} of {} DOCUMENTS") -> list[str]:
    parts = []
    for number in range(1, count + 1):
        parts += [
            paragraph(of.format(number, count), centred=True),
            paragraph("The Harbour Gazette", centred=True),
            paragraph("May 4, 2026 Monday", centred=True),
            paragraph(f"Fog closes pier number {number}", bold=True, size=14),
            paragraph("BYLINE: Greta Lindqvist"),
            paragraph("LENGTH: 18 words"),
            paragraph(f"Fog closed pier number {number} on Monday — “nobody” could say when the café would open."),
            paragraph("The {harbour} master was not there."),
            paragraph("LOAD-DATE: May 5, 2026"),
            paragraph("Copyright 2026 Harbour Gazette Media", centred=True),
            "\\page ",
        ]
    return parts


def factiva(count: int = 3, *, coded: str = "", last: str = "Document", words: str = "18 words") -> list[str]:
    parts = []
    for number in range(1, count + 1):
        values = [
            ("SE", "News"), ("HD", f"Fog closes pier number {number}"), ("BY", "By Greta Lindqvist"), ("WC", words),
            ("PD", "4 May 2026"), ("SN", "The Harbour Gazette"), ("SC", "HARBGZ"), ("ED", "Final"), ("PG", "A3"), ("LA", "English"),
            ("CY", "Copyright 2026 Harbour Gazette Media"),
            ("LP", f"Fog closed pier number {number} on Monday — “nobody” could say when the café would open."),
            ("TD", "The {harbour} master was not there."), ("AN", f"{last} {ACCESSION.format(number)}"),
        ]  # fmt: skip
        if coded == "cells":
            parts += [cells(code, value) for code, value in values]
        elif coded == "tabs":
            parts += [paragraph(f"{{\\b {code}}}\\tab {text(value)}") for code, value in values]
        else:
            parts += [paragraph(value, bold=code == "HD") for code, value in values]
        parts.append(paragraph(""))
    return [*parts, paragraph("Search Summary"), cells("Text", "fog"), cells("Date", "All Dates")]


EXPORTS = {
    "nexis uni": nexis_uni(),
    "nexis uni without bookmarks": nexis_uni(marks=False),
    "nexis uni without bookmarks and cover": nexis_uni(marks=False, cover=False),
    "counted": counted(),
    "counted, German": counted(of="Dokument {} von {}"),
    "counted, French": counted(of="Document {} de {}"),
    "counted, Spanish": counted(of="Documento {} de {}"),
    "factiva": factiva(),
    "factiva, German": factiva(last="Dokument", words="18 Wörter"),
    "factiva, Spanish": factiva(last="Documento", words="18 palabras"),
    "factiva, coded in cells": factiva(coded="cells"),
    "factiva, coded with tabs": factiva(coded="tabs"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_cut_into_its_articles_with_their_fields(name, tmp_path):
    path = tmp_path / "download.rtf"
    path.write_bytes(document(EXPORTS[name]))
    found = articles(path)
    assert [one.title for one in found] == [f"Fog closes pier number {n}" for n in (1, 2, 3)]
    for number, one in enumerate(found, 1):
        assert (one.publication, str(one.published_date), one.authors) == (
            "The Harbour Gazette",
            "2026-05-04",
            ("Greta Lindqvist",),
        )
        assert one.text.split("\n\n") == [
            f"Fog closed pier number {number} on Monday — “nobody” could say when the café would open.",
            "The {harbour} master was not there.",
        ]
        assert not one.problems
        if name.startswith("factiva"):
            assert (one.accession, one.section, one.page) == (ACCESSION.format(number), "News", "A3")


@pytest.mark.parametrize("name", ["nexis uni", "factiva", "factiva, coded in cells"])
def test_what_is_no_article_is_counted(name, tmp_path):
    (tmp_path / "a.rtf").write_bytes(document(EXPORTS[name]))
    asides = [one.detail for one in gather(tmp_path / "a.rtf") if isinstance(one, Skipped)]
    assert asides == (
        ["LexisNexis: cover page and list of documents"] if name == "nexis uni" else ["Factiva: summary of the search"]
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_a_piece_is_a_document_that_reads_as_its_part_of_the_export_did(name, tmp_path):
    (tmp_path / "a.rtf").write_bytes(document(EXPORTS[name]))
    whole = [one.text for one in rtf.read((tmp_path / "a.rtf").read_bytes())]
    pieces = [one for item in gather(tmp_path / "a.rtf") if isinstance(item, Item) for one in rtf.read(item.data)]
    assert "\n".join(one.text for one in pieces) in "\n".join(whole)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"caf\'e9", "café"),
        (r"\f1\'cf\'f0\'e8\'e2\'e5\'f2", "Привет"),
        (r"\u8364? \u-10179?\u-8704?", "€ 😀"),
        (r"\uc2\u8364\'80\'80x", "€x"),
        (r"\uc0\u8364 x", "€x"),
        (r"a{\v hidden}b{\deleted gone}c", "abc"),
        (r"a{\*\unknown {x} y}b{\pict 00ff}c{\object{\result z}}d", "abcd"),
        (r"\lquote a\rquote\~\emdash\tab b", "‘a’ — b"),
        (r"\{a\}\\b", "{a}\\b"),
        (r"a\bin3 {{{b", "ab"),
        (r"soft\-hyphen non\_breaking", "softhyphen non-breaking"),
        (r'{\field{\*\fldinst{HYPERLINK "https://x.example/"}}{\fldrslt{shown}}}', "shown"),
        (r"{\upr{plain}{\*\ud{other}}}", "plain"),
        (r"{\b bold {\b0 not} bold}", "bold not bold"),
        ("a\nb\r\nc", "abc"),
    ],
)
def test_what_is_written_in_a_paragraph(written, expected):
    (one,) = rtf.read(document([f"\\pard {written}\\par"]))
    assert one.text == expected


@pytest.mark.parametrize(
    ("page", "letters", "expected"),
    [("1251", b"\\'cf\\'f0", "Пр"), ("932", b"\\'83A\\'83\\'42", "アィ"), ("936", b"\\'d6\\'d0", "中"), ("949", b"\\'b0\\'a1", "가"),
     ("65001", b"\\'c3\\'a9", "é"), ("1250", b"\\'9a", "š"), ("99999", b"\\'e9", "é")],
)  # fmt: skip
def test_code_pages(page, letters, expected):
    (one,) = rtf.read(b"{\\rtf1\\ansi\\ansicpg" + page.encode() + b" " + letters + b"\\par}")
    assert one.text == expected


def test_the_same_for_any_size_of_what_is_read_at_once(monkeypatch):
    data = document(EXPORTS["nexis uni"]) + b"\\bin9 123456789"
    expected = [one.text for one in rtf.read(data)]
    for size in (65, 130, 999):
        monkeypatch.setattr(rtf, "_CHUNK", size)
        assert [one.text for one in rtf.read(data)] == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(document(EXPORTS["nexis uni"])[:-700], id="torn"),
        pytest.param(document(EXPORTS["counted"]) + b"}" * 5_000, id="closed too often"),
        pytest.param(document(EXPORTS["counted"])[:-1] + b"{" * 1_000, id="not closed"),
        pytest.param(document([*EXPORTS["counted"], "{\\object\\objemb{\\*\\objdata " + "ff" * 50_000 + "}}"]), id="object"),
        pytest.param(document([*EXPORTS["counted"], "{\\pict\\bin99999999999 "]), id="no end of bytes"),
        pytest.param(document([*EXPORTS["counted"], "\\u99999999999999 \\'zz \\fs-1 \\uc-5 \\f99999999 x"]), id="odd numbers"),
    ],
)  # fmt: skip
def test_damage_costs_no_more_than_what_it_hits(data, tmp_path):
    (tmp_path / "a.rtf").write_bytes(data)
    found = articles(tmp_path / "a.rtf")
    assert [one.title for one in found][:2] == [f"Fog closes pier number {n}" for n in (1, 2)]


def test_groups_nested_without_end_are_refused(tmp_path):
    (tmp_path / "a.rtf").write_bytes(b"{\\rtf1 " + b"{" * 200_000)
    assert [(one.source, one.reason) for one in gather(tmp_path / "a.rtf")] == [("a.rtf", Reason.NESTED)]


LARGE = {
    "a font table": "{\\fonttbl"
    + "".join(f"{{\\f{n}\\fswiss\\fcharset204 Font {n};}}" for n in range(4_000))
    + "}\\f1 ",
    "font tables": "{\\fonttbl{\\f1\\fcharset204 One;}}" * 4_000 + "\\f1 ",
    "a font": "{\\fonttbl{\\f1\\fcharset204 " + "x" * 90_000 + ";}}\\f1 ",
    "open groups": "{" * 1_900 + "\\f1 ",
    "open groups of many kinds": "{\\b{\\b0{\\fs30{\\qc{\\ql{\\f2" * 300 + "\\f1\\fs20\\b0 ",
}


@pytest.mark.parametrize("name", LARGE)
def test_what_stands_before_all_articles_is_not_repeated_without_bound(name, tmp_path):
    counters = [
        f"\\pard {number} of 200 DOCUMENTS\\par {EXPORTS['counted'][1]} \\pard\\f1 \\'cf\\'f0\\par"
        for number in range(200)
    ]
    (tmp_path / "a.rtf").write_bytes(
        document(["{\\fonttbl{\\f1\\fcharset204 One;}}", LARGE[name], "LENGTH: 5 words\\par", *counters])
    )
    items = [one for one in gather(tmp_path / "a.rtf") if isinstance(one, Item)]
    assert len(items) == 200
    assert sum(len(one.data) for one in items) < 200 * 18_000
    assert all(rtf.read(one.data)[-1].text == "Пр" for one in items[::50])


def test_pictures_are_not_kept_with_the_articles(tmp_path):
    parts = [*EXPORTS["counted"]]
    parts.insert(6, "\\pard {\\pict\\pngblip " + "0123456789abcdef" * 20_000 + "}\\par ")
    (tmp_path / "a.rtf").write_bytes(document(parts))
    assert max(len(one.data) for one in gather(tmp_path / "a.rtf") if isinstance(one, Item)) < 5_000


def test_paragraphs_are_read_in_bounded_memory():
    class Endless:
        def __init__(self) -> None:
            self.left = 2_000

        def read(self, size: int = -1, /) -> bytes:
            self.left -= 1
            return b"x" * 100_000 if self.left > 0 else b""

    (one,) = list(rtf.paragraphs(Endless(), 1_000_000))
    assert len(one.raw) < 3_000_000
    assert len(one.text) < 3_000_000


PLAIN = """News
Fog closes pier number {0}
By Greta Lindqvist
18 words
4 May 2026
The Harbour Gazette
HARBGZ
Final
A3
English
Copyright 2026 Harbour Gazette Media

Fog closed pier number {0} on Monday.

The harbour master was not there.

{1} HARBGZ0020260505em540000{0}

"""


@pytest.mark.parametrize("last", ["Document", "Dokument", "Documento", "文件", ""])
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
def test_factiva_text_without_codes(last, blank, tmp_path):
    written = (
        "".join(PLAIN.format(n, last) for n in (1, 2, 3))
        .replace("\n\n", "\0")
        .replace("\n", blank)
        .replace("\0", "\n\n")
    )
    (tmp_path / "a.txt").write_text(written + "Search Summary\nText: fog\n")
    found = articles(tmp_path / "a.txt")
    assert [(one.title, one.authors, one.accession) for one in found] == [
        (f"Fog closes pier number {n}", ("Greta Lindqvist",), f"HARBGZ0020260505em540000{n}") for n in (1, 2, 3)
    ]
    assert found[0].text == "Fog closed pier number 1 on Monday.\n\nThe harbour master was not there."
    assert {(one.section, one.page, one.publication, str(one.published_date)) for one in found} == {
        ("News", "A3", "The Harbour Gazette", "2026-05-04")
    }


def test_an_rtf_that_is_no_export_stays_one_document(tmp_path):
    data = document([paragraph("A letter."), paragraph("It is short.")])
    (tmp_path / "a.rtf").write_bytes(data)
    assert [(one.source, one.data) for one in gather(tmp_path / "a.rtf") if isinstance(one, Item)] == [("a.rtf", data)]
    assert io.BytesIO(data).read(5) == b"{\\rtf"


def test_a_large_font_table_costs_a_document_of_many_articles_no_more_than_its_length():
    fonts = b"".join(b"{\\f%d\\fswiss\\fcharset%d Font;}" % (n, 204 if n % 2 else 0) for n in range(400))
    article = b"\\pard \\f3 \\'cf\\'f0\\'e8 \\plain News\\par\\pard End of Document\\par "
    data = b"{\\rtf1\\ansi\\ansicpg1252\\deff1{\\fonttbl" + fonts + b"}" + article * 3_000 + b"}"
    found = list(splitting.split(io.BytesIO(data), "a.rtf", "a.rtf") or ())
    pieces = [one.data for one in found if isinstance(one, Item)]
    assert len(pieces) == 3_000
    assert sum(map(len, pieces)) < 20 * len(data) + 4_000_000
    assert {rtf.read(one)[0].text for one in (*pieces[:2], *pieces[-2:])} == {"При News"}
