"""Exports of press databases: recognised by structure, split into articles, bounded whatever they hold."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from pathlib import Path

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.press.splitting import cutting
from corpus.press.splitting.kinds import KINDS, kinds
from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents
from tests.golden.wordfiles import document, field, paragraph, run

MADE = Path(__file__).parent.parent / "golden" / "exports"


def gather(path: Path) -> list[Item | Skipped]:
    return list(documents([path], Selection()))


def articles(path: Path) -> list[Parsed]:
    return [parsed(entry) for entry in gather(path) if isinstance(entry, Item)]


def parsed(item: Item) -> Parsed:
    parser = parser_of(item.media_type, "by-language")
    assert parser is not None, item.media_type
    return parser.parse(Document(item.data, item.media_type, item.source))


def text_export(*, count: int = 3, words: tuple[str, ...] = (), of: str = "{} of {} DOCUMENTS", start: int = 1) -> str:
    """A LexisNexis text export with some articles."""
    labels = words or ("BYLINE", "SECTION", "LENGTH", "words", "LANGUAGE", "ENGLISH")
    parts = [
        f"{' ' * 30}{of.format(number, start + count - 1)}\n\n\n{' ' * 24}The Harbour Gazette\n\n{' ' * 24}May 4, 2026 Monday\n\n"
        f"Fog closes pier number {number}\n\n{labels[0]}: Greta Lindqvist\n\n{labels[1]}: NEWS; Pg. 3\n\n"
        f"{labels[2]}: 20 {labels[3]}\n\nFog closed pier number {number} on Monday, and nobody could say when\n"
        f"the ferries would be back.\n\nThe harbour master was not there.\n\n{labels[4]}: {labels[5]}\n\n"
        f"{' ' * 20}Copyright 2026 Harbour Gazette Media\n"
        for number in range(start, start + count)
    ]
    return "\n".join(parts)


@pytest.mark.parametrize(
    "path", sorted(path for path in MADE.glob("*.*") if path.suffix != ".json"), ids=lambda path: path.name
)
def test_an_export_is_known_by_its_structure_not_by_its_name(path, tmp_path):
    renamed = tmp_path / "download.dat"
    renamed.write_bytes(path.read_bytes())
    expected = [(e.data, e.media_type) for e in gather(path) if isinstance(e, Item)]
    found = [e for e in gather(renamed) if isinstance(e, Item)]
    assert [(e.data, e.media_type) for e in found] == expected
    assert [e.source for e in found] == [f"download.dat#{n}" for n in range(1, len(expected) + 1)]


# The words of an interface: byline, section, length, words, language, its value, and the counter.
INTERFACES = {
    "en": ("BYLINE", "SECTION", "LENGTH", "words", "LANGUAGE", "ENGLISH", "{} of {} DOCUMENTS"),
    "de": ("AUTOR", "RUBRIK", "LÄNGE", "Wörter", "SPRACHE", "ENGLISCH", "Dokument {} von {}"),
    "fr": ("AUTEUR", "RUBRIQUE", "LONGUEUR", "mots", "LANGUE", "ANGLAIS", "Document {} de {}"),
    "es": ("AUTOR", "SECCIÓN", "LONGITUD", "palabras", "IDIOMA", "INGLÉS", "Documento {} de {}"),
    "it": ("AUTORE", "SEZIONE", "LUNGHEZZA", "parole", "LINGUA", "INGLESE", "Documento {} di {}"),
    "pt": ("AUTOR", "SEÇÃO", "EXTENSÃO", "palavras", "IDIOMA", "INGLÊS", "Documento {} de {}"),
    "nl": ("AUTEUR", "RUBRIEK", "LENGTE", "woorden", "TAAL", "ENGELS", "Document {} van {}"),
}


@pytest.mark.parametrize("interface", sorted(INTERFACES))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_language_of_the_interface_and_any_encoding(interface, encoding, tmp_path):
    *words, of = INTERFACES[interface]
    path = tmp_path / "a.txt"
    path.write_bytes(text_export(words=tuple(words), of=of).encode(encoding))
    found = articles(path)
    assert [one.title for one in found] == [f"Fog closes pier number {n}" for n in (1, 2, 3)]
    for one in found:
        assert (one.authors, one.section, one.page, one.language) == (("Greta Lindqvist",), "NEWS", "3", "en")
        assert (one.publication, str(one.published_date)) == ("The Harbour Gazette", "2026-05-04")
        assert one.text.endswith("The harbour master was not there.")
        assert not one.problems


def test_the_same_search_a_month_later_with_other_numbers_gives_the_same_documents(tmp_path):
    (tmp_path / "a.txt").write_text(text_export(count=3))
    later = text_export(count=3).replace(" of 3 DOCUMENTS", " of 12 DOCUMENTS").replace("1 of 12", "4 of 12")
    (tmp_path / "b.txt").write_text("Download Request: Selected Items: 4-6\n\n\n" + later)
    one, other = ([e.data for e in gather(tmp_path / name) if isinstance(e, Item)] for name in ("a.txt", "b.txt"))
    assert one == other


def test_what_is_no_article_is_counted_with_what_it_is(tmp_path):
    found = [entry for entry in gather(MADE / "nexis_uni.docx") if isinstance(entry, Skipped)]
    assert [(entry.reason, entry.detail) for entry in found] == [
        (Reason.NO_ARTICLE, "LexisNexis: cover page and list of documents")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "1 of 3 DOCUMENTS is a phrase that may stand in any text.\n\nAnd here is more of it, for a page.",
        "Chapter 1 of 10\n\nLENGTH: the length of a thing is no field of an export.\n",
        "HD is what they call high definition.\n\nAN article of HD is not an export.\n",
        "<html><body><article class='post'><h1>An article</h1><p>Text of a page.</p></article></body></html>",
        "<html><body><div class='article main'><h1>An article</h1><p>Text of a page.</p></div></body></html>",
        "<html><body><table class='topic-list'><tr><td>A forum</td></tr></table><p>Its text.</p></body></html>",
        "<?xml version='1.0'?><root><article><p>Not of Factiva.</p></article></root>",
    ],
)
def test_what_only_looks_like_an_export_stays_one_document(text, tmp_path):
    path = tmp_path / ("a.html" if text.startswith("<html") else "a.xml" if text.startswith("<?xml") else "a.txt")
    path.write_text(text)
    assert [(e.source, e.data) for e in gather(path) if isinstance(e, Item)] == [(path.name, text.encode())]


def test_ten_thousand_articles_are_ten_thousand_documents(tmp_path):
    path = tmp_path / "large.txt"
    path.write_text(text_export(count=10_000))
    found = gather(path)
    assert len(found) == 10_000
    assert {type(entry) for entry in found} == {Item}
    assert parsed(found[-1]).title == "Fog closes pier number 10000"


def test_a_large_export_is_streamed(tmp_path, monkeypatch):
    monkeypatch.setattr("corpus.sources.gather._STREAMED", 1_000)
    path = tmp_path / "large.txt"
    path.write_text(text_export(count=500))
    assert [e.source for e in gather(path)] == [f"large.txt#{n}" for n in range(1, 501)]


def test_compressed_and_archived_exports_are_split_too(tmp_path):
    data = text_export().encode()
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(data))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("in/x.txt", data)
    assert [e.source for e in gather(tmp_path / "a.txt.gz")] == [f"a.txt.gz#{n}" for n in (1, 2, 3)]
    assert [e.source for e in gather(tmp_path / "b.zip")] == [f"b.zip!in/x.txt#{n}" for n in (1, 2, 3)]


def test_a_part_that_is_larger_than_any_article_costs_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(cutting.cut, "__defaults__", (200_000,))
    first, second, third = re.split(r"(?=[ ]{30}\d of 3 DOCUMENTS)", text_export())[1:]
    path = tmp_path / "a.txt"
    path.write_text(first + second.replace("The harbour master", "The harbour master " * 500_000) + third)
    found = gather(path)
    assert [e.source for e in found if isinstance(e, Item)] == ["a.txt#1", "a.txt#3"]
    assert [(e.source, e.reason) for e in found if isinstance(e, Skipped)] == [("a.txt#2", Reason.TOO_LARGE)]


# ---- documents of Word


def nexis_uni(count: int = 2, **more: bytes) -> bytes:
    parts = [paragraph(run("Documents")), paragraph(run("Search Terms: fog"))]
    for number in range(1, count + 1):
        parts += [
            paragraph(bookmark=f"Bookmark_{number}"),
            paragraph(run(f"Fog closes pier number {number}", bold=True, size=14), centred=True),
            paragraph(run("The Harbour Gazette"), centred=True),
            paragraph(run("May 4, 2026 Monday"), centred=True),
            field("Length", "12 words"),
            paragraph(run("Body", bold=True, size=14), bookmark=f"Body_{number}"),
            paragraph(run(f"Fog closed pier number {number} on Monday, and nobody could say when.")),
            paragraph(run("End of Document", bold=True, size=8)),
        ]
    return document(parts, **more)


def test_word_without_bookmarks_is_split_at_the_ends_of_documents(tmp_path):
    data = nexis_uni(3)
    path = tmp_path / "a.docx"
    archive = zipfile.ZipFile(io.BytesIO(data))
    main = re.sub(rb"<w:bookmark(?:Start|End)[^<>]*/>", b"", archive.read("word/document.xml"))
    main = re.sub(
        rb"<w:p><w:r><w:rPr><w:sz w:val=\"20\"/></w:rPr><w:t xml:space=\"preserve\">(?:Documents|Search)[^<]*</w:t></w:r></w:p>",
        b"",
        main,
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, main if name == "word/document.xml" else archive.read(name))
    path.write_bytes(made.getvalue())
    assert [one.title for one in articles(path)] == [f"Fog closes pier number {n}" for n in (1, 2, 3)]


def test_macros_and_embedded_objects_are_not_looked_at(tmp_path):
    path = tmp_path / "a.docm"
    path.write_bytes(nexis_uni(2, word__vbaProject__bin=b"\xd0\xcf\x11\xe0", word__embeddings__o__bin=b"MZ"))
    assert len(articles(path)) == 2


def encrypted(data: bytes) -> bytes:
    """The archive with the bit of encryption set for its main document."""
    made = bytearray(data)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (found := made.find(mark, start)) >= 0:
            name = 30 if mark == b"PK\x03\x04" else 46
            if made[found + name :].startswith(b"word/document.xml"):
                struct.pack_into("<H", made, found + at, struct.unpack_from("<H", made, found + at)[0] | 1)
            start = found + 4
    return bytes(made)


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w:document><w:body>" + b" " * 40_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encrypted(nexis_uni()), id="encrypted"),
        pytest.param(nexis_uni()[: len(nexis_uni()) // 2], id="torn"),
        pytest.param(bomb(), id="bomb"),
        pytest.param(b"PK\x03\x04" + b"\xff" * 500, id="no archive"),
        pytest.param(document(["<w:p>" * 50_000]), id="nested paragraphs"),
        pytest.param(document(["<w:tbl><w:tr><w:tc>" * 20_000, paragraph(run("x"))]), id="nested tables"),
    ],
)
def test_a_document_of_word_that_cannot_be_read_costs_itself(data, tmp_path):
    (tmp_path / "a.docx").write_bytes(data)
    (tmp_path / "b.txt").write_text(text_export())
    found = gather(tmp_path)
    assert len([e for e in found if isinstance(e, Item) and "b.txt#" in e.source]) == 3
    assert [e.source.rpartition("/")[2] for e in found if "a.docx" in e.source] == ["a.docx"]


def test_entities_are_not_expanded_and_nothing_is_fetched(tmp_path):
    main = zipfile.ZipFile(io.BytesIO(nexis_uni())).read("word/document.xml")
    hostile = main.replace(
        b"<w:document", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><w:document', 1
    ).replace(b"nobody could say", b"&a; &b; nobody could say")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", hostile)
    (tmp_path / "a.docx").write_bytes(made.getvalue())
    for one in articles(tmp_path / "a.docx"):
        assert "aaaaaaaaaa" not in one.text
        assert "root:" not in one.text


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: type(kind).__name__)
def test_every_kind_says_what_it_is(kind):
    assert kind.database
    assert kind.title
    assert len(KINDS) == len(set(KINDS))
