"""Read tables: each row of JSONL, JSON, CSV, TSV, Parquet or Arrow is a document, as a JSON object.

A row of JSONL keeps its bytes exactly. Its parser, `corpus.formats.rows`, decides what its columns mean.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from corpus.formats.mediatypes import media_type
from corpus.sources import separated
from corpus.sources.capturetimes import CaptureTimes
from corpus.sources.entries import MOST_JSON_BYTES, MOST_ROW_BYTES, ROW, Item, Reason, Skipped, Unreadable
from corpus.sources.envelopes import rows_of
from corpus.sources.separated import Chained, Utf8, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.entries import Selection
    from corpus.sources.inflate import Readable

_LINES: Final = frozenset({"jsonl", "ndjson"})
_SEPARATED: Final = {"csv": ",", "tsv": "\t"}
_ARROW: Final = frozenset({"arrow", "feather", "ipc"})
ENDINGS: Final = frozenset({*_LINES, *_SEPARATED, *_ARROW, "json", "parquet"})
# By their first bytes, what no table is.
_HEAD: Final = 512
_TEXTS: Final = "table.txt"
_CHUNK: Final = 1 << 20


def read(
    stream: Readable, name: str, source: str, selection: Selection, *, seekable: bool, brought: int | None = None
) -> Iterator[Item | Skipped]:
    """Yield the rows of a table, each as `source#row`, counted from 1.

    Args:
        stream: its bytes, decompressed.
        name: its name, whose ending tells its kind.
        source: its name in `source`.
        selection: which documents are wanted, by the names of the table and of the rows.
        seekable: whether the stream is seekable.
        brought: the compressed bytes that were read for it, if it was compressed.

    Raises:
        Unreadable: reading cannot continue.
    """
    ending = name.lower().rpartition(".")[2]
    times = CaptureTimes(selection.capture_columns)
    if ending in _LINES:
        found = _dated(_jsonl(Utf8(_text(stream, ending)), source), times)
    elif ending in _SEPARATED:
        found = separated.rows(_text(stream, ending), source, _SEPARATED[ending], times)
    elif ending == "json":
        found = _dated(_json(_text(stream, ending), source), times)
    else:
        from corpus.sources import tables

        found = tables.rows(stream, source, arrow=ending in _ARROW, seekable=seekable, brought=brought, times=times)
    empty = True
    for entry in found:
        empty = False
        if isinstance(entry, Skipped) or selection.wants(entry.source) or selection.wants(source):
            yield entry
        else:
            yield Skipped(entry.source, Reason.EXCLUDED)
    if empty:
        yield Skipped(source, Reason.EMPTY, "no row")


def _dated(found: Iterator[Item | Skipped], times: CaptureTimes) -> Iterator[Item | Skipped]:
    for entry in found:
        yield entry if isinstance(entry, Skipped) else times.dated(entry)


def _text(stream: Readable, ending: str) -> Readable:
    """Return the same stream. Raises Unreadable if it is surely not what its ending says, as an error page."""
    head = stream.read(_HEAD)
    kind = media_type(_TEXTS, head)
    if kind != "text/plain":
        raise Unreadable(Reason.CORRUPT, f"no .{ending}, but {kind} by its first bytes")
    return Chained(head, stream)


def lines(stream: Readable, most: int) -> Iterator[bytes | int]:
    """Yield lines without their ends; for a line longer than `most` only its length."""
    for block in blocks(stream, most):
        if isinstance(block, int):
            yield block
        else:
            yield from block.removesuffix(b"\n").split(b"\n")


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
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    rows = rows_of(value)
    if rows is None:
        # One document, or something that its parser will refuse.
        yield Item(source, data, ROW)
    for number, row in enumerate(rows or (), 1):
        yield _item(source, number, row)


def _is_by_line(data: bytes) -> bool:
    """Return whether a file is JSON Lines under another name: its first line is an object, and more lines follow."""
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
