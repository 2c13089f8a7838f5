"""Read rows of Parquet and Arrow files as JSON objects, piece by piece. This part runs in an isolated process.

Types without a form in JSON are left out, and times are in ISO 8601. The size of every piece is computed before it is
written.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from corpus.sources.columns import Columns, pieces, require_sane, weights_of
from corpus.sources.entries import MOST_RATIO, MOST_ROW_BYTES, RATIO_GRACE_BYTES, Reason, Unreadable
from corpus.sources.failures import failures, why
from corpus.sources.jsoncolumns import as_json, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

_BATCH_ROWS: Final = 1_024
# What is held at once as rows; JSON may escape a character by six.
_BATCH_BYTES: Final = 16_000_000
# Row groups that are smaller are read together.
_UNIT_ROWS: Final = 16_384
_READ_BYTES: Final = 1 << 20
# So many row groups may fail before the rest is given up.
_MOST_LOST: Final = 10
_LONGEST_DETAIL: Final = 300
_PARQUET: Final = b"PAR1"
_ARROW_FILE: Final = b"ARROW1"
# A message of a stream, since 2019.
_ARROW_STREAM: Final = b"\xff\xff\xff\xff"
_FEATHER_1: Final = b"FEA1"


@dataclass(frozen=True, slots=True)
class Request:
    """What to read.

    Attributes:
        arrow: whether the file's name says Arrow IPC (file or stream); otherwise it says Parquet.
        brought: the compressed bytes that were read for it. The output is compared with them.
        known: names of columns, in lower case, that hold text even if their type is binary.
        group: the row group to begin with.
        row: the number of rows before that row group.
        done: the number of the last row that was taken. Rows up to it are not given again.
        alone: row groups before this one are read one by one.
    """

    arrow: bool
    brought: int
    known: tuple[str, ...]
    group: int = 0
    row: int = 0
    done: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True)
class At:
    """The place of reading: the row groups from `group` up to `end`, with `count` rows, after `row` other rows."""

    group: int
    end: int
    row: int
    count: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows as JSON, one on each line. The first has the number `first`."""

    first: int
    count: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """What could not be read: a row by its number, or a part of the file if `row` is 0."""

    row: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Named:
    """The names of the columns of a table, and after them the members of each column that holds objects."""

    names: tuple[tuple[str, ...], ...]


Found = At | Rows | Lost | Named


def read(file: BinaryIO, size: int, request: Request) -> Iterator[Found]:
    """Yield the rows of a table, and what cannot be read of it.

    Args:
        file: the file, open for reading, seekable, with a file descriptor.
        size: its size in bytes.
        request: what to read.

    Raises:
        Unreadable: reading cannot continue.
    """
    begin = file.read(8)
    file.seek(0)
    if begin.startswith(_FEATHER_1):
        raise Unreadable(Reason.UNSUPPORTED, "Feather of version 1; write it anew as Parquet or Arrow")
    # Its name does not matter.
    arrow = begin.startswith((_ARROW_FILE, _ARROW_STREAM)) or (request.arrow and not begin.startswith(_PARQUET))
    reader = _Reader(request)
    try:
        if arrow:
            yield from reader.arrow(file, size, begin)
        else:
            yield from reader.parquet(file)
    except failures() as error:
        raise Unreadable(*why(error, reader.last, request.brought)) from None


class _Reader:
    """Reads one file, and counts the rows and bytes that it gives."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._allowed = max(RATIO_GRACE_BYTES, MOST_RATIO * request.brought)
        self._decoded = 0
        self._written = 0
        self.last = request.row

    def parquet(self, file: BinaryIO) -> Iterator[Found]:
        """Yield the rows of a Parquet file, row group by row group."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(file, buffer_size=_READ_BYTES) as table:
            require_sane(table.schema_arrow)
            yield from self._left_out(table.schema_arrow)
            lost = 0
            declared = 0
            for at in _units(table, self._request):
                yield at
                declared += sum(table.metadata.row_group(group).total_byte_size for group in range(at.group, at.end))
                self._require_within(declared)
                self.last = at.row
                try:
                    yield from self._groups(table, at)
                except failures() as error:
                    lost += 1
                    if at.end > at.group + 1:
                        # Which of them it is shows when they are read one by one.
                        yield from self._one_by_one(table, at)
                        continue
                    yield self._lost(error, at, "; nothing after it is read" if lost > _MOST_LOST else "")
                    if lost > _MOST_LOST:
                        return

    def _left_out(self, schema: pa.Schema) -> Iterator[Lost | Named]:
        yield Named(_names(schema))
        # Reported once, and not again when reading goes on after a row group.
        columns = Columns.of(schema, self._request.known)
        if not self._request.group and not self._request.done and (names := left_out(schema, columns.numbers)):
            yield Lost(0, Reason.LEFT_OUT, ", ".join(names)[:_LONGEST_DETAIL])

    def _one_by_one(self, table: pq.ParquetFile, at: At) -> Iterator[Found]:
        row = at.row
        for group in range(at.group, at.end):
            single = At(group, group + 1, row, _rows_of(table, group))
            yield single
            row += single.count
            if row <= self.last:
                continue
            done, self.last = self.last, max(self.last, single.row)
            try:
                yield from self._groups(table, single, done)
            except failures() as error:
                yield self._lost(error, single)

    def _groups(self, table: pq.ParquetFile, at: At, done: int = 0) -> Iterator[Found]:
        metadata = table.metadata
        groups = list(range(at.group, at.end))
        size = sum(max(metadata.row_group(group).total_byte_size, 0) for group in groups)
        at_once = max(1, min(_BATCH_ROWS, 2 * _BATCH_BYTES * at.count // max(size, 1)))
        number = at.row
        skip = max(done, self._request.done)
        for batch in table.iter_batches(at_once, row_groups=groups, use_threads=False):
            first = number
            number += batch.num_rows
            if number > skip:
                passed = max(skip - first, 0)
                yield from self._batch(batch.slice(passed), first + passed)

    def arrow(self, file: BinaryIO, size: int, begin: bytes) -> Iterator[Found]:
        """Yield the rows of an Arrow IPC file or stream. What is not compressed is read where it lies."""
        import pyarrow as pa

        # It ends with the last array that lies in it.
        data = pa.BufferReader(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
        with pa.ipc.open_file(data) if begin.startswith(_ARROW_FILE) else pa.ipc.open_stream(data) as batches:
            require_sane(batches.schema)
            yield from self._left_out(batches.schema)
            for batch in _batches(batches):
                yield from self._batch(batch, self.last)

    def _batch(self, batch: pa.RecordBatch, before: int) -> Iterator[Found]:
        """Yield the rows of a batch, after `before` others."""
        self.last = before
        if not batch.num_rows:
            return
        columns = Columns.of(batch.schema, self._request.known)
        batch.validate()
        each = None if columns.flat else weights_of(batch, columns)
        self._decoded += batch.nbytes if each is None else int(each.sum())
        self._require_within(self._decoded)
        # A damaged file can promise more than it holds. Each value is looked at, however often it is shared.
        batch.validate(full=True)
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            some = batch.slice(start, _BATCH_ROWS)
            chosen = [some.column(number) for number in columns.numbers]
            weighed = None if each is None else each[start : start + _BATCH_ROWS]
            for found in self._slice(chosen, columns, before + start, weighed):
                yield found
                if isinstance(found, Rows):
                    self.last = found.first + found.count - 1
                    self._written += len(found.lines)
                    self._require_within(self._written)

    def _slice(
        self, chosen: Sequence[pa.Array], columns: Columns, before: int, each: NDArray[np.int64] | None
    ) -> Iterator[Found]:
        from corpus.sources.weighing import weights

        count = len(chosen[0])
        size = sum(column.nbytes for column in chosen) + columns.size * count if each is None else int(each.sum())
        if size <= _BATCH_BYTES:
            yield Rows(before + 1, count, as_json(columns.names, chosen))
            return
        if each is None:
            each = sum((weights(column) for column in chosen), start=np.full(count, columns.size, np.int64))
        for start, end in pieces(each.tolist(), _BATCH_BYTES):
            if end > start:
                rows = [column.slice(start, end - start) for column in chosen]
                yield Rows(before + start + 1, end - start, as_json(columns.names, rows))
            if end < count and each[end] > MOST_ROW_BYTES:
                yield Lost(before + end + 1, Reason.TOO_LARGE, f"a row of {each[end]:,} bytes")

    def _lost(self, error: BaseException, at: At, more: str = "") -> Lost:
        reason, detail = why(error, self.last, self._request.brought)
        return Lost(0, reason, f"row group {at.group + 1}, {detail}{more}")

    def _require_within(self, came: int) -> None:
        if came > self._allowed:
            raise Unreadable(
                Reason.BOMB,
                f"its values take more than {MOST_RATIO} times the size of the file, after row {self.last:,}",
            )


def _names(schema: pa.Schema) -> tuple[tuple[str, ...], ...]:
    import pyarrow as pa

    structs = [field.type for field in schema if pa.types.is_struct(field.type)]
    return tuple(schema.names), *(tuple(field.name for field in struct) for struct in structs)


def _units(table: pq.ParquetFile, request: Request) -> Iterator[At]:
    """Yield the row groups, small ones together."""
    row, group, count = request.row, request.group, table.num_row_groups
    while group < count:
        rows, end = _rows_of(table, group), group + 1
        while end < count and group >= request.alone and rows + (more := _rows_of(table, end)) <= _UNIT_ROWS:
            rows, end = rows + more, end + 1
        yield At(group, end, row, rows)
        row, group = row + rows, end


def _rows_of(table: pq.ParquetFile, group: int) -> int:
    return max(int(table.metadata.row_group(group).num_rows), 0)


def _batches(opened: pa.RecordBatchFileReader | pa.RecordBatchStreamReader) -> Iterator[pa.RecordBatch]:
    if hasattr(opened, "num_record_batches"):
        for number in range(opened.num_record_batches):
            yield opened.get_batch(number)
    else:
        yield from opened
