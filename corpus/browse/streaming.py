"""Articles of a version as one file, made while it is sent: memory does not grow with their number."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import InvariantError, StorageError
from corpus.export.comma import CsvFile
from corpus.export.formats import format_of
from corpus.export.lines import LinesFile
from corpus.tables.parquet import ROW_GROUP, options
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus.browse.opened import Opened
    from corpus.export.formats import File

_ID: Final = "article_id"
_TEXT: Final = "text"


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
    """Parquet as exports write it."""

    def __init__(self, sink: _Sink, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(sink, schema, **options(schema.names))

    def write(self, rows: pa.Table) -> None:
        """Write some rows."""
        self._writer.write_table(rows, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _csv(sink: _Sink, schema: pa.Schema) -> File:
    made = CsvFile(sink)  # type: ignore[arg-type]
    # The header is there without any row too.
    made.write(schema.empty_table())
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
    for rows in _in_files(opened, ids, schema) if opened.has_files else _computed(opened, ids, schema):
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


def _in_files(opened: Opened, ids: pa.Array, schema: pa.Schema) -> Iterator[pa.Table]:
    wanted = pl.Series(ids).implode()
    for _, path in opened.files("articles"):
        yield from _chosen(path, wanted, schema)


def _computed(opened: Opened, ids: pa.Array, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield rows of a version as of a day, which has no files, by their ids."""
    for first in range(0, len(ids), ROW_GROUP):
        wanted = pl.Series(ids[first : first + ROW_GROUP]).implode()
        chosen = opened.scan("articles").filter(pl.col("article_id").is_in(wanted)).select(schema.names)
        yield _completed(chosen.collect().sort("article_id").to_arrow(), schema)


def _chosen(path: Path, wanted: pl.Series, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows of a file that are wanted, a row group at a time; groups without any are not read."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            there = [name for name in schema.names if name in file.schema_arrow.names]
            for group in range(file.metadata.num_row_groups):
                ids = pl.Series(file.read_row_group(group, columns=[_ID], use_threads=False)[_ID])
                mask = ids.is_in(wanted)
                if not mask.any():
                    continue
                rows = file.read_row_group(group, columns=there, use_threads=False).filter(mask.to_arrow())
                yield _completed(rows, schema)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise StorageError(f"{path} cannot be read: {reason}. Delete it and run `dvc pull`.") from None


def _completed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return rows with the columns of a schema; null where an older engine had none."""
    arrays = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type) for field in schema
    ]
    return pa.table(arrays, names=schema.names).cast(schema).combine_chunks()
