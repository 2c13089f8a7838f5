"""PDFs made by hand: lines at places of pages, in Helvetica."""

from __future__ import annotations

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
