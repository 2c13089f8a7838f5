"""Rows of Parquet and Arrow files, as JSON objects: what JSON cannot tell is left out, and times are in ISO 8601."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final, cast

from corpus.formats.mapping import NAMES
from corpus.intake.entries import MOST_COLUMNS, MOST_DOCUMENT_BYTES, Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    import pyarrow as pa

    from corpus.intake.inflate import Readable

_BATCH_ROWS: Final = 1_024
_KNOWN: Final = frozenset(name for names in NAMES.values() for name in names)
_PARQUET: Final = b"PAR1"
_ARROW_FILE: Final = b"ARROW1"
# A message of a stream, since 2019.
_ARROW_STREAM: Final = b"\xff\xff\xff\xff"
_FEATHER_1: Final = b"FEA1"


def rows(stream: Readable, *, arrow: bool, seekable: bool) -> Iterator[bytes]:
    """The rows, each as a JSON object.

    Args:
        stream: its bytes, decompressed.
        arrow: whether it is called Arrow IPC, file or stream; else it is called Parquet.
        seekable: whether the stream can be sought in.

    Raises:
        Unreadable: it cannot be read on.
    """
    import io

    import pyarrow as pa

    if not seekable:
        data = stream.read(MOST_DOCUMENT_BYTES + 1)
        if len(data) > MOST_DOCUMENT_BYTES:
            raise Unreadable(Reason.TOO_LARGE, f"more than {MOST_DOCUMENT_BYTES:,} bytes, decompressed")
        stream = io.BytesIO(data)
    number = 0
    # Whatever its name says.
    file = cast("BinaryIO", stream)
    begin = file.read(8)
    file.seek(0)
    if begin.startswith(_FEATHER_1):
        raise Unreadable(Reason.UNSUPPORTED, "Feather of version 1; write it anew as Parquet or Arrow")
    arrow = begin.startswith((_ARROW_FILE, _ARROW_STREAM)) or (arrow and not begin.startswith(_PARQUET))
    try:
        for batch in _arrow(file, begin) if arrow else _parquet(file):
            if batch.num_columns > MOST_COLUMNS:
                raise Unreadable(Reason.TOO_LARGE, f"{batch.num_columns:,} columns")
            for row in _encoded(batch):
                number += 1
                yield row
    except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable(Reason.CORRUPT, f"after row {number:,}: {' '.join(str(error).split())[:200]}") from None


def _parquet(stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(stream) as file:
        for batch in file.iter_batches(_BATCH_ROWS, use_threads=False):
            yield from _slices(batch)


def _arrow(stream: BinaryIO, begin: bytes) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    if begin.startswith(_ARROW_FILE):
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
    """Each row as JSON: times in ISO 8601, what is no text, number, time or list of them left out.

    Raises:
        ValueError: no column is left, or one cannot be told.
    """
    import polars as pl

    try:
        frame = pl.DataFrame(_tellable(batch))
        whole = frame.select(pl.struct([_told(*column) for column in frame.schema.items()]).struct.json_encode())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError(str(error)) from None
    for row in whole.to_series():
        yield row.encode()


def _told(name: str, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name)
        return column.dt.to_string("iso:strict")
    if dtype.is_temporal() or dtype.is_decimal() or isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    return column


def _tellable(batch: pa.RecordBatch) -> pa.Table:
    """The columns that JSON can tell. An instant is in UTC whatever time zone it is labelled with, known or not."""
    import pyarrow as pa

    names, columns = [], []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        dtype = field.type
        if _is_binary(dtype) and field.name.strip().lower() in _KNOWN:
            column = _decoded(column)  # noqa: PLW2901 - the same column
        elif not _is_tellable(dtype):
            continue
        if pa.types.is_timestamp(dtype) and dtype.tz:
            column = column.view(pa.timestamp(dtype.unit, "UTC"))  # noqa: PLW2901 - the same column
        names.append(field.name)
        columns.append(column)
    if not columns:
        raise ValueError("no column of text")
    return pa.table(columns, names=names)


def _is_binary(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(dtype) or pa.types.is_large_binary(dtype) or pa.types.is_binary_view(dtype))


def _decoded(column: pa.Array) -> pa.Array:
    """Text that is not called so, as Hive and Impala leave it."""
    import pyarrow as pa

    try:
        return column.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        from corpus.text.decode import decode

        told = [None if one is None else decode(one).text for one in column.to_pylist()]
        return pa.array(told, pa.large_string())


def _is_tellable(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(dtype):
        return _is_tellable(dtype.value_type)
    if types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype):
        return _is_tellable(dtype.value_type)
    if types.is_struct(dtype):
        return dtype.num_fields > 0 and all(_is_tellable(field.type) for field in dtype)
    text = types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype)
    number = types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype) or types.is_boolean(dtype)
    time = types.is_date(dtype) or types.is_time(dtype) or types.is_timestamp(dtype)
    return bool(text or number or time)
