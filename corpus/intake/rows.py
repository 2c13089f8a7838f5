"""Tables of somebody's dataset: each row of JSONL, JSON, CSV, TSV, Parquet or Arrow is a document, as a JSON object.

A row of JSONL keeps its very bytes. Which of its columns mean what is decided by its parser, `corpus.formats.rows`.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import orjson

from corpus.intake.entries import (
    MOST_COLUMNS,
    MOST_JSON_BYTES,
    MOST_ROW_BYTES,
    Item,
    Reason,
    Skipped,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.intake.entries import Selection
    from corpus.intake.inflate import Readable

_LINES: Final = frozenset({"jsonl", "ndjson"})
_SEPARATED: Final = {"csv": ",", "tsv": "\t"}
_ARROW: Final = frozenset({"arrow", "feather", "ipc"})
ENDINGS: Final = frozenset({*_LINES, *_SEPARATED, *_ARROW, "json", "parquet"})
ROW: Final = "application/json"
_CHUNK: Final = 1 << 20


def read(stream: Readable, name: str, source: str, selection: Selection, *, seekable: bool) -> Iterator[Item | Skipped]:
    """The rows of a table, each as `source#row`, counted from 1.

    Args:
        stream: its bytes, decompressed.
        name: its name, whose ending says what it is.
        source: what to call it.
        selection: which documents are wanted; held against the table and the rows' names.
        seekable: whether the stream can be sought in.

    Raises:
        Unreadable: what it is cannot be read on.
    """
    ending = name.lower().rpartition(".")[2]
    if ending in _LINES:
        found = _jsonl(stream, source)
    elif ending in _SEPARATED:
        found = _separated(stream, source, _SEPARATED[ending])
    elif ending == "json":
        found = _json(stream, source)
    else:
        from corpus.intake import arrow

        told = arrow.rows(stream, arrow=ending in _ARROW, seekable=seekable)
        found = (Item(f"{source}#{number}", row, ROW) for number, row in enumerate(told, 1))
    empty = True
    for entry in found:
        empty = False
        if isinstance(entry, Skipped) or selection.wants(entry.source) or selection.wants(source):
            yield entry
        else:
            yield Skipped(entry.source, Reason.EXCLUDED)
    if empty:
        yield Skipped(source, Reason.EMPTY, "no row")


def lines(stream: Readable, most: int) -> Iterator[bytes | int]:
    """Lines without their ends; of a longer one than `most` only its length."""
    for block in _blocks(stream, most):
        if isinstance(block, int):
            yield block
        else:
            yield from block.removesuffix(b"\n").split(b"\n")


def _blocks(stream: Readable, most: int) -> Iterator[bytes | int]:
    """Whole lines, many together, the last one maybe without its end; of a longer one than `most` only its length."""
    held, lost = b"", 0
    while piece := stream.read(_CHUNK):
        whole, end, rest = (held + piece).rpartition(b"\n")
        if end and lost:
            first, more, whole = whole.partition(b"\n")
            yield lost + len(first)
            lost, end = 0, more
        if end:
            yield from _no_longer(whole + end, most)
        held = rest
        if lost or len(held) > most:
            lost, held = lost + len(held), b""
    if held or lost:
        yield lost or held


def _no_longer(block: bytes, most: int) -> Iterator[bytes | int]:
    """A block of whole lines, or if one is too long each alone."""
    if len(block) <= most:
        yield block
        return
    for line in block.removesuffix(b"\n").split(b"\n"):
        yield len(line) if len(line) > most else line + b"\n"


def _jsonl(stream: Readable, source: str) -> Iterator[Item | Skipped]:
    for number, line in enumerate(lines(stream, MOST_ROW_BYTES), 1):
        if isinstance(line, int):
            yield Skipped(f"{source}#{number}", Reason.TOO_LARGE, f"a line of {line:,} bytes")
        elif row := line.removeprefix(b"\xef\xbb\xbf").strip():
            yield Item(f"{source}#{number}", row, ROW)


def _json(stream: Readable, source: str) -> Iterator[Item | Skipped]:
    data = stream.read(MOST_JSON_BYTES + 1)
    if _is_by_line(data):
        yield from _jsonl(Chained(data, stream), source)
        return
    if len(data) > MOST_JSON_BYTES:
        yield Skipped(source, Reason.TOO_LARGE, f"one JSON value of more than {MOST_JSON_BYTES:,} bytes")
        return
    rows: Any = None
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        try:
            rows = json.loads(data)
        except (ValueError, RecursionError):
            rows = None
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        for number, row in enumerate(rows, 1):
            yield _item(source, number, row)
    else:
        # One document, or what its parser will say is none.
        yield Item(source, data, ROW)


def _is_by_line(data: bytes) -> bool:
    """Whether a file is JSON Lines by another name, as datasets often are: its first line is an object of more."""
    first, _, rest = data.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")
    if not first.startswith(b"{") or len(first) > MOST_ROW_BYTES or not rest[:_CHUNK].strip():
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _item(source: str, number: int, row: dict[str, Any]) -> Item:
    data = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Item(f"{source}#{number}", data, ROW)


def _separated(stream: Readable, source: str, separator: str) -> Iterator[Item | Skipped]:
    csv.field_size_limit(MOST_ROW_BYTES)
    texts = _Texts(stream)
    first = next(texts.lines, "")
    # Spreadsheets write semicolons in .csv where the comma stands in numbers.
    separator = next((other for other in (separator, ";", "\t") if other in first), separator)
    reader = csv.reader(chain([first] if first else [], texts.lines), delimiter=separator)
    header: list[str] | None = None
    number = 0
    try:
        for fields in reader:
            if not fields:
                continue
            if header is None:
                header = [name.strip() for name in fields]
                if len(header) > MOST_COLUMNS:
                    raise Unreadable(Reason.TOO_LARGE, f"{len(header):,} columns")
                continue
            number += 1
            if texts.ended:
                # The reader asked for more: it is within quotes still.
                yield Skipped(f"{source}#{number}", Reason.TORN, "a quotation mark that is never closed")
            elif len(fields) != len(header):
                found = f"{len(fields):,} field{'' if len(fields) == 1 else 's'}"
                yield Skipped(f"{source}#{number}", Reason.CORRUPT, f"{found} where the header has {len(header):,}")
            else:
                told = {name: value for name, value in zip(header, fields, strict=True) if value}
                # What json would write, in a twentieth of its time: decoded text has no lone surrogates.
                yield Item(f"{source}#{number}", orjson.dumps(told), ROW)
    except csv.Error as error:
        yield Skipped(f"{source}#{number + 1}", Reason.CORRUPT, f"{error}; nothing after it is read")


class _Texts:
    """Lines with their ends, as csv wants them: UTF-8, or UTF-16 with its mark, or else Windows-1252.

    Attributes:
        lines: to be read once.
        ended: whether more was asked for than there is.
    """

    def __init__(self, stream: Readable) -> None:
        self.ended = False
        # One line after the other, without a step of Python's for each: paragraphs within quotes make many.
        self.lines = chain.from_iterable(self._read(stream))

    def _read(self, stream: Readable) -> Iterator[Iterable[str]]:
        for block in _blocks(_Utf8(stream), MOST_ROW_BYTES):
            if isinstance(block, int):
                raise Unreadable(Reason.TOO_LARGE, f"a line of {block:,} bytes; nothing after it is read")
            try:
                # Only a line feed ends a line.
                yield io.StringIO(block.decode().removesuffix("\n") + "\n", newline="\n")
            except UnicodeDecodeError:
                yield [f"{_decoded(line)}\n" for line in block.removesuffix(b"\n").split(b"\n")]
        self.ended = True


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


class Chained:
    """What was read of a stream already, and then the rest."""

    def __init__(self, held: bytes, stream: Readable) -> None:
        self._held = io.BytesIO(held)
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        return self._held.read(size) or self._stream.read(size)


class _Utf8:
    """A text without the mark of its encoding, as UTF-8 where it is UTF-16."""

    def __init__(self, stream: Readable) -> None:
        begun = stream.read(_CHUNK)
        marked = begun.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace") if marked else None
        self._stream = Chained(begun.removeprefix(codecs.BOM_UTF8), stream)

    def read(self, size: int, /) -> bytes:
        """Some bytes; none at the end."""
        while True:
            held = self._stream.read(size)
            if self._decoder is None:
                return held
            text = self._decoder.decode(held, final=not held)
            # Of a single byte there may be no character yet.
            if text or not held:
                return text.encode("utf-8", "replace")
