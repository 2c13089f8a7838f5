"""Articles of a version as one file, made while it is sent: memory does not grow with their number."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.columnar.among import one_of
from corpus.errors import InvariantError, StorageError
from corpus.export.comma import CsvFile
from corpus.export.formats import format_of
from corpus.export.lines import LinesFile
from corpus.snapshots.asof import AsOf
from corpus.tables.parquet import ROW_GROUP, options
from schemas.tables import ARTICLES, REVISIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus.browse.opened import Opened
    from corpus.export.formats import File

_ID: Final = "article_id"
_TEXT: Final = "text"
# Rows that take more are not kept until they fill a row group.
_MOST_BYTES: Final = 64_000_000


class _Sink(io.RawIOBase):
    """A file that keeps what is written until it is taken away to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def close(self) -> None:
        """Stay open: the last part is taken after the format has closed it."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


class _ParquetFile:
    """Parquet as exports write it. Few rows of many files are together in a row group."""

    def __init__(self, sink: _Sink, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(sink, schema, **options(schema.names))
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._bytes = 0

    def write(self, rows: pa.Table) -> None:
        """Write some rows, at the latest when there are enough for a row group."""
        self._waiting.append(rows)
        self._rows += rows.num_rows
        self._bytes += rows.nbytes
        if self._bytes > _MOST_BYTES:
            self._flush(self._rows)
        elif self._rows >= ROW_GROUP:
            self._flush(self._rows - self._rows % ROW_GROUP)

    def _flush(self, count: int) -> None:
        rows = pa.concat_tables(self._waiting)
        self._writer.write_table(rows.slice(0, count), row_group_size=ROW_GROUP)
        rest = rows.slice(count)
        self._waiting, self._rows, self._bytes = [rest], rest.num_rows, rest.nbytes

    def close(self) -> None:
        """Finish the file."""
        if self._rows:
            self._flush(self._rows)
        self._writer.close()


def _csv(sink: _Sink, schema: pa.Schema) -> File:
    made = CsvFile(sink)  # type: ignore[arg-type]
    # The header is there without any row too.
    made.write(pa.Table.from_batches([], schema=schema))
    return made


FORMATS: Final[dict[str, Callable[[_Sink, pa.Schema], File]]] = {
    "csv": _csv,
    "parquet": _ParquetFile,
    "jsonl": lambda sink, _: LinesFile(sink),  # type: ignore[arg-type]
}


@dataclass(frozen=True, slots=True)
class Streamed:
    """A file that is made while it is sent.

    Attributes:
        name: of the file.
        media_type: of its content.
        parts: makes its bytes, a part at a time.
    """

    name: str
    media_type: str
    parts: Callable[[], Iterator[bytes]]


def file_of(opened: Opened, ids: pa.Array, name: str, *, with_text: bool, stem: str) -> Streamed:
    """Return some articles of a version as a file; the same articles give the same bytes.

    Args:
        opened: the version.
        ids: of the articles, sorted.
        name: of the format.
        with_text: whether the column `text` is among the columns.
        stem: the name of the file without its ending.
    """
    format_ = format_of(name)
    columns = [column for column in ARTICLES.names if with_text or column != _TEXT]

    def parts() -> Iterator[bytes]:
        return _bytes(opened, ids, FORMATS[name], columns)

    return Streamed(f"{stem}{format_.suffix}", format_.media_type, parts)


def _bytes(
    opened: Opened, ids: pa.Array, open_: Callable[[_Sink, pa.Schema], File], columns: list[str]
) -> Iterator[bytes]:
    # Of an older engine a column may be missing.
    schema = pa.schema([ARTICLES.arrow.field(name).with_nullable(True) for name in columns])
    sink = _Sink()
    file = open_(sink, schema)
    written = 0
    for rows in _rows(opened, ids, schema):
        file.write(rows)
        written += rows.num_rows
        if part := sink.take():
            yield part
    if written != len(ids):
        # The connection ends here, without the end of the file: nobody takes it for complete.
        raise InvariantError(f"{written:,} of {len(ids):,} articles were found in {opened.version.name}.")
    file.close()
    if part := sink.take():
        yield part


def _rows(opened: Opened, ids: pa.Array, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of articles, in the order of the version's files; each file is read once."""
    wanted = one_of(_ID, pl.Series(ids))
    then = opened.version
    if not isinstance(then, AsOf) or then.is_unchanged():
        for _, path in opened.files_of_base("articles"):
            yield from _chosen(path, wanted, schema)
        return
    for table in ("articles", "revisions"):
        for _, path in opened.files_of_base(table):
            yield from _chosen(path, wanted & then.are_articles(table), schema)
    apart = then.articles_apart().filter(wanted).select(schema.names)
    yield _completed(apart.collect().sort(_ID).to_arrow(), schema)


def _chosen(path: Path, wanted: pl.Expr, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of a file that are wanted, a row group at a time; of groups without any, no text is read."""
    columns = sorted(set(wanted.meta.root_names()))
    # Revisions have all columns of articles.
    tested = pa.schema([REVISIONS.arrow.field(name).with_nullable(True) for name in columns])
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            known = set(file.schema_arrow.names)
            there = [name for name in schema.names if name in known]
            for group in range(file.metadata.num_row_groups):
                asked = file.read_row_group(
                    group, columns=[name for name in columns if name in known], use_threads=False
                )
                mask = pl.DataFrame(_completed(asked, tested)).select(wanted).to_series()
                if mask.any():
                    rows = file.read_row_group(group, columns=there, use_threads=False)
                    yield _completed(rows.filter(mask.to_arrow()), schema)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise StorageError(f"{path} cannot be read: {reason}. Delete it and run `dvc pull`.") from None


def _completed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with the columns of a schema; null where an older engine had none."""
    arrays = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type) for field in schema
    ]
    return pa.table(arrays, names=schema.names).cast(schema).combine_chunks()
