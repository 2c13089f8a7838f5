"""PDFs made by hand: lines at places of pages, in Helvetica."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple

WIDTH, HEIGHT = 612, 792
LEFT, TOP, BOTTOM = 72, 700, 90


class L(NamedTuple):
    """A line: its text, size, whether it is bold or centred, and the gap above it in lines."""

    text: str
    size: float = 10
    bold: bool = False
    centred: bool = False
    gap: float = 1.0


def wrapped(text: str, width: int = 80, gap: float = 2.0) -> list[L]:
    """The lines of a paragraph, apart from what is above it; `|` breaks a word."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        head, bar, tail = word.partition("|")
        if bar:
            lines.append(f"{line} {head}-".strip())
            line = tail
        elif len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [L(one, gap=gap if number == 0 else 1.2) for number, one in enumerate([*lines, line])]


def pages_of(articles: list[list[L]], header: str = "", footer: str = "") -> list[bytes]:
    """Pages of articles, each of which begins on a new one; `#` in a header is the page's number."""
    pages: list[list[tuple[float, float, L]]] = []
    for article in articles:
        pages.append([])
        y = float(TOP)
        for line in article:
            y -= line.size * 1.2 * line.gap if pages[-1] else 0
            if y < BOTTOM:
                pages.append([])
                y = float(TOP)
            x = (WIDTH - len(line.text) * line.size * 0.5) / 2 if line.centred else LEFT
            pages[-1].append((x, y, line))
    made = []
    for number, page in enumerate(pages, 1):
        if header:
            page.insert(0, (LEFT, 760, L(header.replace("#", str(number)), 8)))
        if footer:
            page.append((LEFT, 40, L(footer.replace("#", str(number)), 8)))
        made.append(content(page))
    return made


def content(lines: list[tuple[float, float, L]]) -> bytes:
    """The content of a page."""
    shown = []
    for x, y, line in lines:
        text = line.text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown.append(b"BT /F%d %g Tf 1 0 0 1 %g %g Tm (%b) Tj ET" % (2 if line.bold else 1, line.size, x, y, text))
    return b"\n".join(shown)


def pdf(pages: list[bytes], *, kids: bytes = b"", extra: bytes = b"", count: int | None = None) -> bytes:
    """A PDF with these contents.

    Args:
        pages: the contents of its pages.
        kids: the kids of its page tree, instead of the pages.
        extra: further entries of the trailer.
        count: the number of pages that it says it has.
    """
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%b/Encoding/WinAnsiEncoding>>"
    numbers = [5 + 2 * number for number in range(len(pages))]
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%b]/Count %d>>"
        % (kids or b" ".join(b"%d 0 R" % n for n in numbers), len(pages) if count is None else count),
        3: font % b"",
        4: font % b"-Bold",
    }
    for number, page in zip(numbers, pages, strict=True):
        packed = zlib.compress(page)
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"
            % (WIDTH, HEIGHT, number + 1)
        )
        objects[number + 1] = b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed)
    return assembled(objects, extra)


def assembled(objects: dict[int, bytes], extra: bytes = b"") -> bytes:
    """A PDF of objects by their numbers."""
    out = bytearray(b"%PDF-1.4\n")
    at = {}
    for number in sorted(objects):
        at[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, objects[number])
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(objects):
        out += b"%d 1\n%010d 00000 n \n" % (number, at[number])
    out += b"trailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, extra, start)
    return bytes(out)


def turned(page: bytes, angle: int, *, by_page: bool = False) -> bytes:
    """The content of a page turned counterclockwise: each of its texts, or the page as one."""
    matrix = {90: (0, 1, -1, 0, HEIGHT, 0), 180: (-1, 0, 0, -1, WIDTH, HEIGHT), 270: (0, -1, 1, 0, 0, WIDTH)}[angle]
    if by_page:
        return b"q %d %d %d %d %d %d cm\n%b\nQ" % (*matrix, page)
    a, b, c, d, e, f = matrix

    def place(found: re.Match[bytes]) -> bytes:
        x, y = float(found[1]), float(found[2])
        return b"%d %d %d %d %g %g Tm" % (a, b, c, d, x * a + y * c + e, x * b + y * d + f)

    return re.sub(rb"1 0 0 1 (\S+) (\S+) Tm", place, page)


def columns(article: list[L], first: int, last: int, *, count: int = 2, by_row: bool = False) -> bytes:
    """A page with the lines of an article from `first` up to `last` in columns, the others above and below."""
    placed: list[tuple[float, float, L]] = []
    y = float(TOP)
    for line in article[:first]:
        y -= line.size * 1.2 * line.gap if placed else 0
        placed.append((LEFT, y, line))
    top = lowest = y - 24
    width = (WIDTH - 2 * LEFT + 18) / count
    lines = article[first:last]
    each = -(-len(lines) // count)
    in_columns = []
    for column in range(count):
        y = top
        for number, line in enumerate(lines[column * each : (column + 1) * each]):
            y -= 12 * line.gap if number else 0
            in_columns.append((LEFT + column * width, y, line))
            lowest = min(lowest, y)
    placed += sorted(in_columns, key=lambda one: (-one[1], one[0])) if by_row else in_columns
    y = lowest - 10
    for line in article[last:]:
        y -= line.size * 1.2 * line.gap
        placed.append((LEFT, y, line))
    return content(placed)


def in_glyphs(pages: list[list[tuple[float, float, L]]], *, widths: bool = True) -> bytes:
    """A PDF in a font of glyphs without letters, as those of East Asia are; a map says which letter each is."""
    letters = sorted({letter for page in pages for _, _, line in page for letter in line.text})
    glyph = {letter: number for number, letter in enumerate(letters, 1)}
    mapped = b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    for at in range(0, len(letters), 100):
        part = letters[at : at + 100]
        pairs = b"".join(b"<%04x> <%b>\n" % (glyph[one], one.encode("utf-16-be").hex().encode()) for one in part)
        mapped += b"%d beginbfchar\n%bendbfchar\n" % (len(part), pairs)
    mapped = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" + mapped + b"endcmap end end"
    wide = b"/W[1[" + b" ".join(b"1000" if ord(one) > 0x2E80 else b"500" for one in letters) + b"]]"
    numbers = range(10, 10 + 2 * len(pages), 2)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%b]/Count %d>>" % (b" ".join(b"%d 0 R" % n for n in numbers), len(pages)),
        3: b"<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Glyphs/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>",
        4: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Glyphs/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/DW 1000%b>>" % (wide if widths else b""),
        5: b"<</Length %d>>stream\n%b\nendstream" % (len(mapped), mapped),
    }
    for number, page in zip(numbers, pages, strict=True):
        shown = b"\n".join(
            b"BT /F1 %g Tf 1 0 0 1 %g %g Tm <%b> Tj ET"
            % (line.size, x, y, b"".join(b"%04x" % glyph[one] for one in line.text))
            for x, y, line in page
        )
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
            % (WIDTH, HEIGHT, number + 1)
        )
        objects[number + 1] = b"<</Length %d>>stream\n%b\nendstream" % (len(shown), shown)
    return assembled(objects)
