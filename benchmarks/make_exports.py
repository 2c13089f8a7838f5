"""Make exports of press databases with as many articles as wanted: `python -m benchmarks.make_exports DIR COUNT`.

The articles are synthetic, some 450 words each with fields as databases print them, and the same ones every time. They are
written one by one, so that an export may be larger than memory.
"""

from __future__ import annotations

import argparse
import csv
import random
import zipfile
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.make_seeds import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FIRST: Final = ("Greta", "Tom", "Ada", "Paul", "Irene", "Malik", "Nora", "Pavel")
_LAST: Final = ("Lindqvist", "Ashby", "Brandt", "Kern", "Okafor", "Moreau", "Ruiz", "Novak")
_PAPERS: Final = ("The Harbour Gazette", "Northern Courier", "The Port Herald", "Valley Tribune")
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_NAMES: Final = ("Title", "Date", "Publication title", "Authors", "Section", "Full text", "Language")


class Story(NamedTuple):
    """One article, field by field as it is printed."""

    number: int
    title: str
    paper: str
    day: date
    byline: str
    page: int
    paragraphs: list[str]

    @property
    def words(self) -> int:
        """Return how many words its text has."""
        return sum(len(one.split()) for one in self.paragraphs)


def stories(count: int) -> Iterator[Story]:
    """Yield so many articles; each number is always the same article."""
    for number in range(count):
        draw = random.Random(number)
        title = " ".join(draw.choices(WORDS[:48], k=6)).capitalize()
        day = date(1995, 1, 1) + timedelta(draw.randrange(11_000))
        byline = f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"
        paragraphs = [_paragraph(draw) for _ in range(draw.randint(8, 14))]
        yield Story(number, f"{title} {number}", draw.choice(_PAPERS), day, byline, draw.randint(1, 40), paragraphs)


def _paragraph(draw: random.Random) -> str:
    sentences = (" ".join(draw.choices(WORDS, k=draw.randint(9, 18))).capitalize() for _ in range(3))
    return ". ".join(sentences) + "."


def write_text(path: Path, wanted: Iterable[Story], count: int) -> None:
    """Write an export of LexisNexis as text."""
    with path.open("w", encoding="utf-8") as file:
        for one in wanted:
            fields = f"BYLINE: {one.byline}\n\nSECTION: NEWS; Pg. {one.page}\n\nLENGTH: {one.words} words"
            body = "\n\n".join(_wrapped(paragraph) for paragraph in one.paragraphs)
            day = f"{one.day:%B} {one.day.day}, {one.day.year} {one.day:%A}"
            owner = f"Copyright {one.day.year} {one.paper}"
            file.write(
                f"\n\n{one.number + 1:>40} of {count} DOCUMENTS\n\n\n{one.paper:>50}\n\n{day:>50}\n\n{one.title}\n\n{fields}\n\n\n"
                f"{body}\n\nLOAD-DATE: {one.day:%B %d, %Y}\n\nLANGUAGE: ENGLISH\n\n{owner:>60}\n"
            )


def _wrapped(text: str) -> str:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > 76:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def write_html(path: Path, wanted: Iterable[Story], _: int) -> None:
    """Write an export of Factiva as HTML."""
    with path.open("w", encoding="utf-8") as file:
        file.write("<!DOCTYPE html>\n<html><head><title>Factiva</title></head><body><h1>Dow Jones Factiva</h1>\n")
        for one in wanted:
            accession = f"HARGAZ00{one.day:%Y%m%d}em{one.number % 10_000_000:07}x"
            details = (
                one.title, f"By {one.byline}", f"{one.words} words", f"{one.day.day} {one.day:%B %Y}", one.paper, "HARGAZ",
                str(one.page), "English", f"(c) {one.day.year} {one.paper}",
            )  # fmt: skip
            head = "".join(f"<div>{escape(text)}</div>" for text in details[1:])
            body = "\n".join(
                f'<p class="articleParagraph enarticleParagraph">{escape(text)}</p>' for text in one.paragraphs
            )
            file.write(
                f'<div class="article enArticle"><p>\n</p><div>News</div>\n<div id="hd"><span class="enHeadline">{one.title}</span>'
                f"</div>{head}\n<p></p>\n{body}\n<p>Document {accession}</p></div><br><span></span>\n"
            )
        file.write("</body></html>\n")


def write_word(path: Path, wanted: Iterable[Story], _: int) -> None:
    """Write an export of Nexis Uni as DOCX."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as file:
            file.write(f'<?xml version="1.0"?><w:document xmlns:w="{_WORD}"><w:body>'.encode())
            for one in wanted:
                file.write("".join(_word_paragraphs(one)).encode())
            file.write(b"</w:body></w:document>")


def _word_paragraphs(one: Story) -> Iterator[str]:
    def made(*runs: tuple[str, bool], size: int = 20, centred: bool = False) -> str:
        place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
        written = "".join(
            f'<w:r><w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
            for text, bold in runs
        )
        return f"<w:p>{place}{written}</w:p>"

    yield f'<w:p><w:bookmarkStart w:id="1" w:name="Bookmark_{one.number + 1}"/><w:bookmarkEnd w:id="1"/></w:p>'
    yield made((one.title, True), size=28, centred=True)
    yield made((one.paper, False), centred=True)
    yield made((f"{one.day:%B} {one.day.day}, {one.day.year} {one.day:%A}", False), centred=True)
    yield made((f"Copyright {one.day.year} {one.paper} All Rights Reserved", False), size=16)
    fields = (("Section", f"NEWS; Pg. {one.page}"), ("Length", f"{one.words} words"), ("Byline", one.byline))
    for label, value in fields:
        yield made((f"{label}:", True), (f" {value}", False))
    yield made(("Body", True), size=28)
    for paragraph in one.paragraphs:
        yield made((paragraph, False))
    yield made(("Load-Date:", True), (f" {one.day:%B %d, %Y}", False))
    yield made(("End of Document", True))


def _cells(one: Story) -> tuple[str, ...]:
    return one.title, f"{one.day}", one.paper, one.byline, "News", "\n\n".join(one.paragraphs), "English"


def write_sheet(path: Path, wanted: Iterable[Story], _: int) -> None:
    """Write a workbook with an article in each row."""
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write(f'<worksheet xmlns="{_SHEET}"><sheetData>'.encode())
            file.write(_row(_SHEET_NAMES))
            for one in wanted:
                file.write(_row(_cells(one)))
            file.write(b"</sheetData></worksheet>")


def _row(cells: Iterable[str]) -> bytes:
    return (
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells) + "</row>"
    ).encode()


def write_table(path: Path, wanted: Iterable[Story], _: int) -> None:
    """Write a table of comma-separated values with an article in each row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            name.lower() for name in ("title", "date", "publication", "authors", "section", "text", "language")
        )
        table.writerows(_cells(one) for one in wanted)


# The name of a file's ending, and what writes it.
FORMS: Final[dict[str, Callable[[Path, Iterable[Story], int], None]]] = {
    "txt": write_text, "html": write_html, "docx": write_word, "xlsx": write_sheet, "csv": write_table,
}  # fmt: skip


def make(folder: Path, form: str, count: int) -> Path:
    """Write an export of so many articles; return its path."""
    path = folder / f"export.{form}"
    FORMS[form](path, stories(count), count)
    return path


def main() -> None:
    """Write the forms that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument(
        "forms", nargs="*", default=[*FORMS], metavar="FORM", help=f"of {', '.join(FORMS)}; default: all"
    )
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for form in given.forms:
        print(make(given.folder, form, given.count))


if __name__ == "__main__":
    main()
