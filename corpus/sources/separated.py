"""Read CSV and TSV with any usual separator, encoding and line end. A broken row costs only itself."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Final

import orjson

from corpus.formats.mapping import columns
from corpus.sources.entries import MOST_COLUMNS, MOST_ROW_BYTES, ROW, Item, Reason, Skipped, Unreadable
from corpus.text.decode import legacy, mixed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.sources.capturetimes import CaptureTimes
    from corpus.sources.inflate import Readable

_CHUNK: Final = 1 << 20
_USUAL: Final = (",", ";", "\t", "|")
# What Excel writes, and reads, before the header.
_DECLARED: Final = re.compile(r"\"?sep=([^\w\s\"\0]|\t)\"?\r?\n")
# UTF-32's mark of the lower byte first begins as UTF-16's.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_EVIDENCE: Final = 65_536
_HEADER: Final = 40


def rows(stream: Readable, source: str, separator: str, times: CaptureTimes | None = None) -> Iterator[Item | Skipped]:
    """Yield the rows below the header, each as a JSON object, `source#row`.

    Args:
        stream: its bytes, decompressed.
        source: its name in `source`.
        separator: the separator that its name suggests; its header may show another.
        times: finds the time of capture of a row.

    Raises:
        Unreadable: a line is too long, or there are too many columns.
    """
    csv.field_size_limit(MOST_ROW_BYTES)
    texts = _Texts(stream)
    first = next(texts.lines, "")
    declared = _DECLARED.fullmatch(first)
    separator = declared[1] if declared else _separator(first, separator)
    lines = texts.lines if declared else chain([first] if first else [], texts.lines)
    # So that a quotation mark that is closed too late is an error, and not an article with others in its text.
    reader = csv.reader(lines, delimiter=separator, strict=True)
    header: list[str] = []
    dating: CaptureTimes | None = None
    number = 0
    going = True
    while going:
        going = False
        # The line that the row before ended with.
        before = reader.line_num
        try:
            for fields in reader:
                before = reader.line_num
                if fields and header:
                    number += 1
                    yield _row(fields, header, f"{source}#{number}", dating)
                elif fields:
                    header = _header(fields)
                    dating = _dating(times, header)
        except csv.Error as error:
            line = texts.line or first
            number += bool(header)
            name = f"{source}#{number}" if header else source
            if texts.ended:
                where = f"in line {before + 1 + bool(declared)}"
                yield Skipped(name, Reason.TORN, f"a quotation mark {where} that is never closed")
            elif str(error).startswith("field larger"):
                yield Skipped(name, Reason.TOO_LARGE, f"{error}; nothing after it is read")
            elif reader.line_num == before + 1 and (fields := _mended(line, separator, len(header))):
                going = True
                if header:
                    yield _row(fields, header, name, dating)
                else:
                    header = _header(fields)
                    dating = _dating(times, header)
            else:
                going = True
                yield Skipped(
                    name, Reason.CORRUPT, _trouble(line, before + 1 + bool(declared), reader.line_num + bool(declared))
                )


def _dating(times: CaptureTimes | None, header: list[str]) -> CaptureTimes | None:
    return times if times is not None and times.are_in(header) else None


def _row(fields: list[str], header: list[str], source: str, dating: CaptureTimes | None) -> Item | Skipped:
    if len(fields) == len(header):
        values = {name: value for name, value in zip(header, fields, strict=True) if value}
        # What json would write, in a twentieth of its time: decoded text has no lone surrogates.
        item = Item(source, orjson.dumps(values), ROW)
        return item if dating is None else dating.dated(item, values)
    found = f"{len(fields):,} field{'' if len(fields) == 1 else 's'}"
    return Skipped(source, Reason.CORRUPT, f"{found} where the header has {len(header):,}")


def _header(fields: list[str]) -> list[str]:
    """Return the names of the columns. A repeated name gets a number, so that no column hides another."""
    if len(fields) > MOST_COLUMNS:
        raise Unreadable(Reason.TOO_LARGE, f"{len(fields):,} columns")
    names: dict[str, None] = {}
    taken = {field.strip() for field in fields}
    again: Counter[str] = Counter()
    for field in fields:
        name = plain = field.strip()
        while name in names or (name != plain and name in taken):
            again[plain] += 1
            name = f"{plain}.{again[plain] + 1}"
        names[name] = None
    return list(names)


def _separator(first: str, usual: str) -> str:
    """Return the separator of a header: the one with most known columns, else with most columns, else the usual one."""
    counted = {one: first.count(one) for one in dict.fromkeys([usual, *_USUAL])}
    if '"' not in first and counted[usual] >= MOST_COLUMNS:
        raise Unreadable(Reason.TOO_LARGE, f"{counted[usual] + 1:,} columns")
    parted = {one: _lenient(first, one) for one, count in counted.items() if 0 < count < MOST_COLUMNS}
    return max(parted, key=lambda one: (len(columns(parted[one], {})), len(parted[one])), default=usual)


def _lenient(line: str, separator: str) -> list[str]:
    """Return the fields of a line with stray quotation marks; an empty list if they cannot be found."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _mended(line: str, separator: str, wanted: int) -> list[str]:
    """Return the fields of a line with wrong quotation marks, by the rules of Spark and MySQL if those fit."""
    if '\\"' in line:
        try:
            fields = next(csv.reader([line], delimiter=separator, escapechar="\\", doublequote=False, strict=True), [])
        except csv.Error:
            fields = []
        if len(fields) == wanted:
            return fields
    return _lenient(line, separator)


def _trouble(line: str, first: int, last: int) -> str:
    if first == last:
        return f"line {first}: a line end within it" if "\r" in line.rstrip("\r\n") else f"line {first}"
    return f"lines {first} to {last}: a quotation mark that is closed too late"


class _Texts:
    """Lines with their ends, as `csv` needs them, from UTF-8, UTF-16, UTF-32 or one legacy encoding.

    Attributes:
        lines: the lines. They can be read once.
        ended: whether the end was reached.
    """

    def __init__(self, stream: Readable) -> None:
        self.ended = False
        self._legacy: str | None = None
        self._text = ""
        self._block = io.StringIO()
        # One line after the other, without a step of Python's for each: paragraphs within quotes make many.
        self.lines = chain.from_iterable(self._read(Utf8(stream, line_ends=True)))

    @property
    def line(self) -> str:
        """Return the line that was read last."""
        end = self._block.tell()
        return self._text[self._text.rfind("\n", 0, max(end - 1, 0)) + 1 : end]

    def _read(self, stream: Readable) -> Iterator[Iterable[str]]:
        for block in blocks(stream, MOST_ROW_BYTES):
            if isinstance(block, int):
                raise Unreadable(Reason.TOO_LARGE, f"a line of {block:,} bytes; nothing after it is read")
            try:
                text = block.decode()
            except UnicodeDecodeError:
                text = self._mended(block)
            # Only a line feed ends a line.
            self._text = text if text.endswith("\n") else f"{text}\n"
            self._block = io.StringIO(self._text, newline="\n")
            yield self._block
        self.ended = True

    def _mended(self, block: bytes) -> str:
        """Return the text of a block. Lines that are not UTF-8 are decoded from the encoding that fits them best."""
        found = [(line, _utf8(line)) for line in block.split(b"\n")]
        if self._legacy is None:
            self._legacy = legacy(b"\n".join(line for line, text in found if text is None)[:_EVIDENCE])
        # Until there are enough of them, what such files nearly always are.
        name = self._legacy or "cp1252"
        return "\n".join(line.decode(name, "replace") if text is None else text for line, text in found)


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        mended = mixed(line)
        return mended.text if mended else None


class Utf8:
    """A text in UTF-8 without a byte order mark, also if it is UTF-16 or UTF-32.

    Args:
        stream: the text.
        line_ends: turn carriage returns into line feeds, if no line ends with a line feed.
    """

    def __init__(self, stream: Readable, *, line_ends: bool = False) -> None:
        begun = _begin(stream)
        wide = next((name for mark, name in _MARKS if begun.startswith(mark)), None) or _unmarked(begun[:_HEADER])
        self._decoder = codecs.getincrementaldecoder(wide)("replace") if wide else None
        self._stream = Chained(begun.removeprefix(codecs.BOM_UTF8), stream)
        sample = begun.decode(wide, "replace").encode("utf-8", "replace") if wide else begun
        self._turned = line_ends and b"\r" in sample and b"\n" not in sample

    def read(self, size: int, /) -> bytes:
        """Return some bytes; b"" at the end."""
        while True:
            data = self._stream.read(size)
            text = data
            if self._decoder is not None:
                text = self._decoder.decode(data, final=not data).encode("utf-8", "replace")
            # A single byte may not be a complete character yet.
            if text or not data:
                return text.replace(b"\r", b"\n") if self._turned else text


def _unmarked(head: bytes) -> str | None:
    """UTF-16 without its mark, by the zeros between the letters of what is ASCII, as names of columns are."""
    for name, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = head[high::2].count(0)
        if zeros > 3 and zeros > len(head) * 0.45 and head[1 - high :: 2].count(0) == 0:
            return name
    return None


def _begin(stream: Readable) -> bytes:
    pieces: list[bytes] = []
    left = _CHUNK
    while left > 0 and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


class Chained:
    """The bytes that were read from a stream before, followed by its rest."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start = io.BytesIO(start)
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, as many as the stream gives at once; b"" at the end."""
        data = self._start.read(size)
        return data if len(data) == size else data + self._stream.read(size - len(data))


def blocks(stream: Readable, most: int) -> Iterator[bytes | int]:
    """Yield blocks of lines, the last maybe without its end; for a line longer than `most` only its length."""
    waiting, lost = b"", 0
    while piece := stream.read(_CHUNK):
        complete, end, rest = (waiting + piece).rpartition(b"\n")
        if end and lost:
            first, more, complete = complete.partition(b"\n")
            yield lost + len(first)
            lost, end = 0, more
        if end:
            yield from _no_longer(complete + end, most)
        waiting = rest
        if lost or len(waiting) > most:
            lost, waiting = lost + len(waiting), b""
    if waiting or lost:
        yield lost or waiting


def _no_longer(block: bytes, most: int) -> Iterator[bytes | int]:
    """Yield a block of complete lines; if a line is too long, each line alone."""
    if len(block) <= most:
        yield block
        return
    for line in block.removesuffix(b"\n").split(b"\n"):
        yield len(line) if len(line) > most else line + b"\n"
