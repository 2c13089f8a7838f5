"""Rows into files of bounded size, in the formats that people read. Memory holds a few row groups, never a table."""

from __future__ import annotations

import hashlib
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.report.tabular import FORMULA
from corpus.tables.parquet import ROW_GROUP, options

if TYPE_CHECKING:
    from pathlib import Path

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# A file ends after so many rows, or bytes in memory (about a third of that on disk, compressed).
_MOST_ROWS: Final = 200_000
_MOST_BYTES: Final = 1_000_000_000
# Rows wait until a row group is full, or this large.
_MOST_WAITING: Final = 64_000_000
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S%.fZ"
# What a cell must not begin with. Apostrophes before it count, so that one more can be told from those of the text.
_RISKY: Final = rf"\A'*[{re.escape(''.join(FORMULA))}]"


class Format(StrEnum):
    """What an export's data are written as."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    JSONL_ZST = "jsonl.zst"
    CSV = "csv"
    HUGGINGFACE = "huggingface"

    @property
    def suffix(self) -> str:
        """How the names of its files end."""
        return ".parquet" if self is Format.HUGGINGFACE else f".{self.value}"

    @property
    def is_parquet(self) -> bool:
        """Whether its files are Parquet."""
        return self.suffix == ".parquet"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One finished file: where it stands in the export, its rows, bytes and sha256."""

    path: str
    rows: int
    bytes: int
    sha256: str


class _File(Protocol):
    def write(self, rows: pa.Table) -> None: ...
    def close(self) -> None: ...


class Sink:
    """Takes rows and makes files of them, as many as it takes."""

    def __init__(self, folder: Path, stem: str, format_: Format, schema: pa.Schema) -> None:
        self._folder = folder
        self._stem = stem
        self._format = format_
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._file: _File | None = None
        self._rows: list[int] = []
        self._bytes = 0

    def write(self, rows: pa.Table) -> None:
        """Take some rows."""
        self._waiting.append(rows)
        if (
            sum(part.num_rows for part in self._waiting) >= ROW_GROUP
            or sum(part.nbytes for part in self._waiting) >= _MOST_WAITING
        ):
            self._flush()

    def _flush(self) -> None:
        rows = (
            pa.concat_tables(self._waiting).combine_chunks()
            if self._waiting
            else pa.Table.from_batches([], schema=self._schema)
        )
        self._waiting = []
        if self._file is not None and (
            self._rows[-1] + rows.num_rows > _MOST_ROWS or self._bytes + rows.nbytes > _MOST_BYTES
        ):
            self._file.close()
            self._file = None
        if self._file is None:
            self._file = _open(self._path(len(self._rows)), self._format, self._schema)
            self._rows.append(0)
            self._bytes = 0
        self._file.write(rows)
        self._rows[-1] += rows.num_rows
        self._bytes += rows.nbytes

    def finish(self) -> list[DataFile]:
        """Write what waits and name the files. Without rows there is still one file, with the columns in it."""
        if self._waiting or not self._rows:
            self._flush()
        if self._file is not None:
            self._file.close()
        made = []
        for number, rows in enumerate(self._rows):
            name = f"{self._stem}-{number:05d}-of-{len(self._rows):05d}{self._format.suffix}"
            path = self._path(number).rename(self._folder / name)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            made.append(DataFile(f"{self._folder.name}/{name}", rows, path.stat().st_size, sha256))
        return made

    def _path(self, number: int) -> Path:
        return self._folder / f".{self._stem}-{number}"


def _open(path: Path, format_: Format, schema: pa.Schema) -> _File:
    if format_.is_parquet:
        return _Parquet(path, schema)
    if format_ is Format.CSV:
        return _Csv(path.open("wb"))
    return _Lines(path.open("wb") if format_ is Format.JSONL else zstd.open(path, "wb", level=3))


class _Parquet:
    """Written as shards are, so that readers prune and notice damage."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, **options(schema.names))

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows, row_group_size=ROW_GROUP)

    def close(self) -> None:
        self._writer.close()


class _Lines:
    """JSON Lines: one object a line, days and instants in ISO 8601."""

    def __init__(self, file: BinaryIO | zstd.ZstdFile) -> None:
        self._file = file

    def write(self, rows: pa.Table) -> None:
        self._file.write(_with_iso(pl.DataFrame(rows)).write_ndjson().encode())

    def close(self) -> None:
        self._file.close()


class _Csv:
    """CSV as RFC 4180 has it, in UTF-8: lists are JSON, and no cell can be taken for a formula."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_first = True

    def write(self, rows: pa.Table) -> None:
        frame = _with_iso(pl.DataFrame(rows))
        frame = frame.select(_as_json(name) if dtype.is_nested() else name for name, dtype in frame.schema.items())
        frame = frame.with_columns(_defused(name) for name, dtype in frame.schema.items() if dtype == pl.String)
        self._file.write(frame.write_csv(include_header=self._is_first, line_terminator="\n").encode())
        self._is_first = False

    def close(self) -> None:
        self._file.close()


def _with_iso(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).dt.strftime("%Y-%m-%d" if dtype == pl.Date else _INSTANT)
        for name, dtype in frame.schema.items()
        if dtype.is_temporal()
    )


def _as_json(name: str) -> pl.Expr:
    # Only structs can be encoded: the list is wrapped, and its name and braces cut off again.
    wrapped = pl.struct(pl.col(name).alias("_")).struct.json_encode()
    return wrapped.str.slice(len('{"_":')).str.head(-1).alias(name)


def _defused(name: str) -> pl.Expr:
    column = pl.col(name)
    return pl.when(column.str.contains(_RISKY)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)


def _empty(schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([], schema=schema)
