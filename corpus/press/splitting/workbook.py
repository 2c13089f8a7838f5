"""Rows of XLSX workbooks as a stream: shared and inline strings, numbers, and dates of both calendars.

Only values are read: no formula is computed, no macro run, no link followed. A document type is refused, so that there
are no entities. Shared strings lie in a temporary file beyond some size, so that memory does not grow with a workbook.
"""

from __future__ import annotations

import re
import tempfile
from array import array
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple
from xml.parsers import expat

from corpus.press.splitting.serials import date_of, is_date
from corpus.press.splitting.word import open_archive, open_member
from corpus.sources.entries import Reason, Unreadable

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator

WORKBOOK: Final = "xl/workbook.xml"
_MOST_BYTES: Final = 4_000_000_000
_MOST_SMALL_BYTES: Final = 50_000_000
_CHUNK: Final = 65_536
_MOST_IN_MEMORY: Final = 32_000_000
_DEEPEST: Final = 64
# Excel's own limits are 32,767 characters and 16,384 columns; other programs write longer cells.
_MOST_CELL: Final = 8_000_000
_MOST_COLUMNS: Final = 16_384
_MOST_STRINGS: Final = 50_000_000
_MOST_SHEETS: Final = 1_000
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})\d{1,7}")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")

# Of the number of a shared text.
_MOST_DIGITS: Final = 20


class Row(NamedTuple):
    """A row that is not empty: which sheet it is in, and its cells, "" where one is empty."""

    sheet: int
    cells: tuple[str, ...]


def rows(stream: BinaryIO) -> Iterator[Row]:
    """Yield the rows of all sheets in the order of the workbook.

    Args:
        stream: the file, seekable.

    Raises:
        Unreadable: it is no workbook, is encrypted, torn or a bomb.
    """
    with open_archive(stream) as archive, tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY) as spool:
        sheets, is_1904 = _sheets(archive)
        strings = _Strings(archive, spool)
        dated = _date_styles(archive)
        for number, name in enumerate(sheets):
            for cells in _Sheet(strings, dated, is_1904=is_1904).read(_open(archive, name, _MOST_BYTES)):
                yield Row(number, cells)


def _open(archive: zipfile.ZipFile, name: str, most: int) -> BinaryIO:
    member = open_member(archive, name, most)
    if member is None:
        raise Unreadable(Reason.CORRUPT, f"no {name} in it")
    return member


def _walk(
    stream: BinaryIO,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Parse XML piece by piece, and call with local names; control comes back after each piece."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    depth = 0

    def refuse(*_: object) -> None:
        raise Unreadable(Reason.CORRUPT, "a document type, which no spreadsheet program writes")

    def starts(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable(Reason.NESTED, f"its XML has elements nested more than {_DEEPEST} deep")
        start(name.rpartition(" ")[2], attributes)

    def ends(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(" ")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = starts
    parser.EndElementHandler = ends
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except (expat.ExpatError, LookupError, ValueError) as error:
        # The last two are of an encoding that the parser does not know, or of several bytes a letter.
        raise Unreadable(Reason.CORRUPT, f"XML: {error}"[:200]) from None


def _sheets(archive: zipfile.ZipFile) -> tuple[list[str], bool]:
    """The names of the sheets' members in order, and whether days count from 1904."""
    ids: list[str] = []
    targets: dict[str, str] = {}
    is_1904 = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_1904
        if name == "sheet" and len(ids) < _MOST_SHEETS:
            ids.append(next((value for key, value in attributes.items() if key.endswith(" id")), ""))
        elif name == "workbookPr":
            is_1904 = attributes.get("date1904", "0").lower() in {"1", "true", "on"}
        elif name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    for member in (WORKBOOK, "xl/_rels/workbook.xml.rels"):
        for _ in _walk(_open(archive, member, _MOST_SMALL_BYTES), start):
            pass
    names = set(archive.namelist())
    return [targets[one] for one in ids if targets.get(one) in names], is_1904


def _date_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """The numbers of the cell styles that show a number as a date or a time."""
    member = open_member(archive, "xl/styles.xml", _MOST_SMALL_BYTES)
    if member is None:
        return frozenset()
    custom: dict[str, str] = {}
    styles: list[str] = []
    inside = [False]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            styles.append(attributes.get("numFmtId", ""))

    def end(name: str) -> None:
        inside[0] = inside[0] and name != "cellXfs"

    for _ in _walk(member, start, end):
        pass
    return frozenset(number for number, one in enumerate(styles) if is_date(one, custom.get(one)))


class _Strings:
    """The shared strings, in a file with their offsets."""

    def __init__(self, archive: zipfile.ZipFile, spool: Any) -> None:
        self._spool = spool
        self._offsets = array("Q", [0])
        self._parts: list[str] = []
        self._taking = self._phonetic = False
        member = open_member(archive, "xl/sharedStrings.xml", _MOST_BYTES)
        if member is not None:
            for _ in _walk(member, self._start, self._end, self._text):
                pass

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._phonetic = True
        elif name == "t":
            self._taking = not self._phonetic

    def _text(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)

    def _end(self, name: str) -> None:
        if name == "t":
            self._taking = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            if len(self._offsets) > _MOST_STRINGS:
                raise Unreadable(Reason.TOO_LARGE, f"more than {_MOST_STRINGS:,} shared strings")
            data = "".join(self._parts)[:_MOST_CELL].encode("utf-8", "replace")
            self._spool.write(data)
            self._offsets.append(self._offsets[-1] + len(data))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._offsets) - 1:
            return ""
        self._spool.seek(self._offsets[number])
        data: bytes = self._spool.read(self._offsets[number + 1] - self._offsets[number])
        return data.decode("utf-8", "replace")


class _Sheet:
    """Reads one sheet."""

    def __init__(self, strings: _Strings, dated: frozenset[int], *, is_1904: bool) -> None:
        self._strings, self._dated, self._is_1904 = strings, dated, is_1904
        self._rows: list[tuple[str, ...]] = []
        self._cells: dict[int, str] = {}
        self._parts: list[str] = []
        self._size = 0
        self._column = -1
        self._kind, self._style = "n", ""
        self._taking = self._phonetic = False

    def read(self, stream: BinaryIO) -> Iterator[tuple[str, ...]]:
        for _ in _walk(stream, self._start, self._end, self._text):
            yield from self._rows
            self._rows.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _column(found[1]) if found else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._parts, self._size = [], 0
        elif name == "row":
            self._cells, self._column = {}, -1
        elif name == "rPh":
            self._phonetic = True
        elif name in {"v", "t"}:
            # `f`, the formula, is not among them: its last value is.
            self._taking = not self._phonetic

    def _text(self, text: str) -> None:
        if self._taking and self._size < _MOST_CELL:
            self._parts.append(text)
            self._size += len(text)

    def _end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._taking = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            value = self._value("".join(self._parts))
            if value and 0 <= self._column < _MOST_COLUMNS:
                self._cells[self._column] = value
        elif name == "row" and self._cells:
            self._rows.append(tuple(self._cells.get(number, "") for number in range(max(self._cells) + 1)))

    def _value(self, written: str) -> str:
        match self._kind:
            case "s":
                written = (
                    self._strings[int(written)] if written.strip().isdecimal() and len(written) < _MOST_DIGITS else ""
                )
            case "e":
                return ""
            case "b":
                return {"1": "true", "0": "false"}.get(written.strip(), "")
            case "n":
                return self._number(written.strip())
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)

    def _number(self, written: str) -> str:
        try:
            value = float(written)
        except ValueError:
            return written
        style = int(self._style) if self._style.isdecimal() and len(self._style) < 7 else -1
        if style in self._dated and (shown := date_of(value, is_1904=self._is_1904)):
            return shown
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else written


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
