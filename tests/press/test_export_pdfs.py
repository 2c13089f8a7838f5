"""PDFs of press databases: pages to paragraphs, paragraphs to articles, and what cannot be read costs itself."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.press.splitting import pdfprocess
from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents
from tests.golden.pdffiles import L, assembled, content, pages_of, pdf, wrapped

if TYPE_CHECKING:
    from pathlib import Path

FIRST = (
    "Fog closed the pier of the old harbour on Monday, and nobody could say when the ferries would be back, "
    "although the well-known harbour master had been asked for an expla|nation twice by the council of the town."
)
SECOND = "The council meets again on Thursday. A well|known pilot said that he had not seen such a morning in years."


def gather(path: Path) -> list[Item | Skipped]:
    return list(documents([path], Selection()))


def parsed(item: Item) -> Parsed:
    parser = parser_of(item.media_type, "by-language")
    assert parser is not None, item.media_type
    return parser.parse(Document(item.data, item.media_type, item.source))


def read(data: bytes, path: Path) -> tuple[list[Parsed], list[str]]:
    path.write_bytes(data)
    found = gather(path)
    return [parsed(e) for e in found if isinstance(e, Item)], [e.detail for e in found if isinstance(e, Skipped)]


def nexis_uni(number: int, *, length: int = 1) -> list[L]:
    return [
        L(f"Fog closes pier number {number}", 16, bold=True),
        L("The Harbour Gazette", gap=2),
        L("May 4, 2026 Monday"),
        L("Copyright 2026 Harbour Gazette Media All Rights Reserved", gap=2),
        L("Section: NEWS; Pg. 3", gap=2),
        L("Length: 58 words"),
        L("Byline: Greta Lindqvist"),
        L("Body", 14, bold=True, gap=2),
        *wrapped(FIRST),
        *(line for _ in range(length) for line in wrapped(SECOND)),
        L("Load-Date: May 5, 2026", gap=2),
        L("End of Document", bold=True, gap=3),
    ]


COVER = [
    L("User Name: A. Reader", 10), L("Date and Time: Friday, June 5, 2026 10:00 AM"), L("Job Number: 123456789"),
    L("Documents (2)", 12, bold=True, gap=2), L("1. Fog closes pier number 1", gap=2), L("Client/Matter: -None-"),
    L("2. Fog closes pier number 2"), L("Client/Matter: -None-"),
]  # fmt: skip
TEXT = (
    "Fog closed the pier of the old harbour on Monday, and nobody could say when the ferries would be back, although "
    "the well-known harbour master had been asked for an explanation twice by the council of the town."
)


def assert_articles(found: list[Parsed]) -> None:
    assert [one.title for one in found] == ["Fog closes pier number 1", "Fog closes pier number 2"]
    for one in found:
        assert (one.publication, str(one.published_date)) == ("The Harbour Gazette", "2026-05-04")
        assert one.text.split("\n\n")[0] == TEXT
        assert one.authors == ("Greta Lindqvist",)
        assert "well-known pilot" in one.text
        assert "Page" not in one.text


@pytest.mark.parametrize("cover", [True, False])
@pytest.mark.parametrize("length", [1, 30])
def test_nexis_uni_with_a_cover_or_without(cover, length, tmp_path):
    pages = pages_of(
        [*([COVER] if cover else []), *(nexis_uni(n, length=length) for n in (1, 2))], header="Page # of 9", footer="#"
    )
    found, told = read(pdf(pages), tmp_path / "a.pdf")
    assert_articles(found)
    assert found[0].text.count("well-known pilot") == length
    expected = ["LexisNexis: cover page and list of documents"] if cover else []
    assert told == [*expected, f"LexisNexis: {2 * len(pages)} page headers, footers and page numbers"]


def older(number: int) -> list[L]:
    return [
        L(f"{number} of 2 DOCUMENTS", centred=True),
        L("The Harbour Gazette", centred=True, gap=3),
        L("May 4, 2026 Monday", centred=True, gap=2),
        L(f"Fog closes pier number {number}", bold=True, gap=3),
        L("BYLINE: Greta Lindqvist", gap=2),
        L("SECTION: NEWS; Pg. 3", gap=2),
        L("LENGTH: 58 words", gap=2),
        *wrapped(FIRST),
        *wrapped(SECOND),
        L("LANGUAGE: ENGLISH", gap=2),
        L("Copyright 2026 Harbour Gazette Media", centred=True, gap=3),
    ]


def newsbank(number: int) -> list[L]:
    return [
        L(f"Fog closes pier number {number}", 14, bold=True),
        L("May 4, 2026 | Harbour Gazette, The (Port, ST)", gap=2),
        L("Author/Byline: Greta Lindqvist | Section: News", gap=2),
        L("58 words"),
        *wrapped(FIRST),
        *wrapped(SECOND),
        L("Record Number: 0A1B2C3D4E5F6071", gap=2),
        L("Copyright 2026 Harbour Gazette Media", gap=2),
        L("NewsBank Read News Document"),
    ]


def genios(number: int) -> list[L]:
    return [
        L(f"Fog closes pier number {number}", 14, bold=True),
        L("Quelle: The Harbour Gazette vom 04.05.2026, S. 3", gap=2),
        L("Autor: Greta Lindqvist"),
        *wrapped(FIRST),
        *wrapped(SECOND),
        L(f"Dauerhafte Adresse des Dokuments: https://www.wiso-net.de/document/HG__{number}", gap=2),
        L("Alle Rechte vorbehalten: (c) Harbour Gazette Media", gap=1),
        L("© GBI-Genios Deutsche Wirtschaftsdatenbank GmbH", gap=2),
    ]


@pytest.mark.parametrize("article", [older, newsbank, genios], ids=lambda one: one.__name__)
def test_other_databases(article, tmp_path):
    found, told = read(pdf(pages_of([article(1), article(2)], footer="Page #")), tmp_path / "a.pdf")
    assert [one.title for one in found] == ["Fog closes pier number 1", "Fog closes pier number 2"]
    for one in found:
        assert (one.publication or "").startswith("The Harbour Gazette")
        assert (str(one.published_date), one.authors) == ("2026-05-04", ("Greta Lindqvist",))
        assert one.text.split("\n\n")[0] == TEXT
        assert one.text.count("well-known pilot") == 1
    assert told[-1].endswith(": 2 page headers, footers and page numbers")


def huge() -> bytes:
    """A PDF whose one page would be a hundred megabytes."""
    engine = zlib.compressobj(9)
    packed = b"".join(engine.compress(b" " * 10_000_000) for _ in range(10)) + engine.flush()
    return assembled(
        {
            1: b"<</Type/Catalog/Pages 2 0 R>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            4: b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
        }
    )


def encrypted() -> bytes:
    """A PDF that only a password opens."""
    entry = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%b>/U<%b>>>/ID[<00><00>]" % (b"11" * 32, b"22" * 32)
    return pdf(pages_of([nexis_uni(1)]), extra=entry)


def test_what_cannot_be_read_costs_itself(tmp_path):
    article = pages_of([nexis_uni(1)])
    told = {"encrypted": (encrypted(), Reason.ENCRYPTED), "bomb": (huge(), Reason.BOMB)}
    # These are one document each, as any PDF that is no export: quarantined when it is read.
    kept = {
        "circle": pdf([b""], kids=b"2 0 R", count=1), "torn": pdf(article)[:700], "empty": b"%PDF-1.4",
        "nested": b"%PDF-1.7\n" + b"<<" * 50_000, "scanned": pdf([b"0 0 612 792 re f"] * 3),
        "prose": pdf(pages_of([wrapped(FIRST)])), "pageless": pdf([], count=10_000),
    }  # fmt: skip
    for name, data in {**kept, **{name: data for name, (data, _) in told.items()}, "well": pdf(article)}.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    found = gather(tmp_path)
    taken = {e.source.rpartition("/")[2]: e.media_type for e in found if isinstance(e, Item)}
    assert taken.pop("well.pdf#1") == "application/vnd.newscorpus.lexisnexis+pdf"
    assert taken == {f"{name}.pdf": "application/pdf" for name in kept}
    skipped = [(e.source.rpartition("/")[2], e.reason) for e in found if isinstance(e, Skipped)]
    assert sorted(skipped) == sorted((f"{name}.pdf", reason) for name, (_, reason) in told.items())


def test_more_pages_than_are_read_are_reported_behind_the_articles(tmp_path, monkeypatch):
    monkeypatch.setattr(pdfprocess, "MOST_PAGES", 40)
    blank = content([(72, 700, L("x"))])
    kids = b"5 0 R " + b"7 0 R " * 40
    (tmp_path / "a.pdf").write_bytes(pdf([*pages_of([nexis_uni(1)]), blank], kids=kids, count=41))
    found = gather(tmp_path)
    assert isinstance(found[0], Item)
    assert isinstance(found[-1], Skipped)
    assert (found[-1].reason, "export fewer articles" in found[-1].detail.lower()) == (Reason.TOO_LARGE, True)
