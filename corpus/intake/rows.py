"""Tables of somebody's dataset: each row of JSONL, JSON, CSV, TSV, Parquet or Arrow is a document, as a JSON object.

A row of JSONL keeps its very bytes. Which of its columns mean what is decided by its parser, `corpus.formats.rows`.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from corpus.intake.entries import (
    MOST_COLUMNS,
    MOST_DOCUMENT_BYTES,
    MOST_JSON_BYTES,
    MOST_ROW_BYTES,
    Item,
    Reason,
    Skipped,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from corpus.intake.entries import Selection
    from corpus.intake.inflate import Readable

_LINES: Final = frozenset({"jsonl", "ndjson"})
_SEPARATED: Final = {"csv": ",", "tsv": "\t"}
_ARROW: Final = frozenset({"arrow", "feather", "ipc"})
ENDINGS: Final = frozenset({*_LINES, *_SEPARATED, *_ARROW, "json", "parquet"})
ROW: Final = "application/json"
_CHUNK: Final = 1 << 20
_BATCH_ROWS: Final = 1_024


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
        found = _columns(stream, source, arrow=ending in _ARROW, seekable=seekable)
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
    held, lost = b"", 0
    while piece := stream.read(_CHUNK):
        *whole, held = (held + piece).split(b"\n")
        for line in whole:
            yield lost + len(line) if lost or len(line) > most else line
            lost = 0
        if lost or len(held) > most:
            lost, held = lost + len(held), b""
    if held or lost:
        yield lost or held


def _jsonl(stream: Readable, source: str) -> Iterator[Item | Skipped]:
    for number, line in enumerate(lines(stream, MOST_ROW_BYTES), 1):
        if isinstance(line, int):
            yield Skipped(f"{source}#{number}", Reason.TOO_LARGE, f"a line of {line:,} bytes")
        elif row := line.removeprefix(b"\xef\xbb\xbf").strip():
            yield Item(f"{source}#{number}", row, ROW)


def _json(stream: Readable, source: str) -> Iterator[Item | Skipped]:
    data = stream.read(MOST_JSON_BYTES + 1)
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


def _item(source: str, number: int, row: dict[str, Any]) -> Item:
    data = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Item(f"{source}#{number}", data, ROW)


def _separated(stream: Readable, source: str, separator: str) -> Iterator[Item | Skipped]:
    csv.field_size_limit(MOST_ROW_BYTES)
    reader = csv.reader(_texts(stream), delimiter=separator)
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
            if len(fields) != len(header):
                yield Skipped(
                    f"{source}#{number}", Reason.CORRUPT, f"{len(fields):,} fields where the header has {len(header):,}"
                )
                continue
            yield _item(source, number, {name: value for name, value in zip(header, fields, strict=True) if value})
    except csv.Error as error:
        yield Skipped(f"{source}#{number + 1}", Reason.CORRUPT, f"{error}; nothing after it is read")


def _texts(stream: Readable) -> Iterator[str]:
    """Lines with their ends, as csv wants them: UTF-8, or else Windows-1252."""
    first = True
    for line in lines(stream, MOST_ROW_BYTES):
        if isinstance(line, int):
            raise Unreadable(Reason.TOO_LARGE, f"a line of {line:,} bytes; nothing after it is read")
        line = line.removeprefix(b"\xef\xbb\xbf") if first else line  # noqa: PLW2901 - the same line
        first = False
        try:
            yield line.decode() + "\n"
        except UnicodeDecodeError:
            yield line.decode("cp1252", "replace") + "\n"


def _columns(stream: Readable, source: str, *, arrow: bool, seekable: bool) -> Iterator[Item | Skipped]:
    import io

    import pyarrow as pa

    if not seekable:
        data = stream.read(MOST_DOCUMENT_BYTES + 1)
        if len(data) > MOST_DOCUMENT_BYTES:
            raise Unreadable(Reason.TOO_LARGE, f"more than {MOST_DOCUMENT_BYTES:,} bytes, decompressed")
        stream = io.BytesIO(data)
    number = 0
    try:
        for batch in _arrow(cast("BinaryIO", stream)) if arrow else _parquet(cast("BinaryIO", stream)):
            if batch.num_columns > MOST_COLUMNS:
                raise Unreadable(Reason.TOO_LARGE, f"{batch.num_columns:,} columns")
            for row in _encoded(batch):
                number += 1
                yield Item(f"{source}#{number}", row, ROW)
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(Reason.CORRUPT, f"after row {number:,}: {' '.join(str(error).split())[:200]}") from None


def _parquet(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(stream) as file:
        yield from file.iter_batches(_BATCH_ROWS, use_threads=False)


def _arrow(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    begin = stream.read(8)
    stream.seek(0)
    if begin.startswith(b"ARROW1"):
        with pa.ipc.open_file(stream) as file:
            for number in range(file.num_record_batches):
                yield from _slices(file.get_batch(number))
    else:
        with pa.ipc.open_stream(stream) as batches:
            for batch in batches:
                yield from _slices(batch)


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    # A damaged file can promise more than it holds.
    batch.validate(full=True)
    for start in range(0, batch.num_rows, _BATCH_ROWS):
        yield batch.slice(start, _BATCH_ROWS)


def _encoded(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Each row as JSON: times in ISO 8601, what is no text, number or list of them left out."""
    import polars as pl

    frame = pl.DataFrame(batch)
    kept: list[pl.Expr] = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Datetime) and dtype.time_zone:
            kept.append(column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name))
        elif dtype.is_temporal():
            kept.append(column.dt.to_string("iso:strict") if isinstance(dtype, pl.Datetime) else column.cast(pl.String))
        elif isinstance(dtype, (pl.Categorical, pl.Enum)) or dtype.is_decimal():
            kept.append(column.cast(pl.String))
        elif dtype not in {pl.Binary, pl.Null, pl.Object}:
            kept.append(column)
    if not kept:
        raise ValueError("no column of text")
    try:
        whole = frame.select(pl.struct(kept).struct.json_encode()).to_series()
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from None
    for row in whole:
        yield row.encode()
