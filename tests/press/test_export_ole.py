"""Office's binary documents of before 2007 are recognised by their streams, whatever they are called, and not read."""

from __future__ import annotations

import io
import struct

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.press.splitting import ole
from corpus.press.splitting.splitting import split
from schemas.rules import Check

_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF


def compound(*names: str, shift: int = 9, loop: bool = False) -> bytes:
    """An OLE container with streams of these names, its table of sectors in sector 0, its directory from sector 1."""
    size = 1 << shift
    entries = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62) for name in names
    )
    directory = entries.ljust(-(-len(entries) // size) * size, b"\0")
    count = len(directory) // size
    table = [0xFFFFFFFD, *range(2, count + 1), 1 if loop else _END]
    header = bytearray(ole.MAGIC.ljust(512, b"\0"))
    struct.pack_into("<H", header, 30, shift)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[_FREE] * 108)
    sectors = struct.pack(f"<{size // 4}I", *table, *[_FREE] * (size // 4 - len(table)))
    return bytes(header).ljust(size, b"\0") + sectors + directory + bytes(1_000)


MANY = ("Root Entry", *(f"Stream {number}" for number in range(9)))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (compound("Root Entry", "Workbook"), "xls"),
        (compound("Root Entry", "Book"), "xls"),
        (compound(*MANY, "Workbook"), "xls"),
        (compound(*MANY, "WORKBOOK", shift=12), "xls"),
        (compound("Root Entry", "1Table", "WordDocument"), "doc"),
        (compound("Root Entry", "PowerPoint Document"), None),
        (compound(*MANY, loop=True), None),
        (compound("Root Entry", "Workbook")[:600], None),
        (compound("Root Entry", "Workbook", shift=9).replace(b"\x09\0", b"\x3f\0", 1), None),
        (ole.MAGIC, None),
        (ole.MAGIC + b"\xff" * 2_000, None),
    ],
)
def test_by_their_streams(data, expected):
    assert ole.container(io.BytesIO(data)) == expected


@pytest.mark.parametrize(("stream", "advice"), [("Workbook", ".xlsx"), ("WordDocument", ".docx")])
@pytest.mark.parametrize("name", ["export.xls", "export.xlsx", "download"])
def test_they_are_named_with_what_to_do(stream, advice, name):
    data = compound("Root Entry", stream)
    found = split(io.BytesIO(data), name, name)
    assert found is not None
    (item,) = found
    parser = parser_of(item.media_type, "by-language")
    assert parser is not None
    (problem,) = parser.parse(Document(item.data, item.media_type, item.source)).problems
    assert problem.check == Check.NOT_READ
    assert f"save it as {advice}" in (problem.found or "")
