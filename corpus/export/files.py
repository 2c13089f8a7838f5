"""Writes rows into files of bounded size. Memory holds a few row groups, never a table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from corpus.tables.parquet import ROW_GROUP

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.export.formats import File, Format


# A file ends after so many rows, or bytes in memory (about a third of that on disk, compressed).
_MOST_ROWS: Final = 200_000
_MOST_BYTES: Final = 1_000_000_000
# Rows wait until a row group is full, or this large.
_MOST_WAITING: Final = 64_000_000


@dataclass(frozen=True, slots=True)
class DataFile:
    """A finished file: its path in the export, its rows, bytes and sha256."""

    path: str
    rows: int
    bytes: int
    sha256: str


class Sink:
    """Writes rows into as many files as are necessary."""

    def __init__(self, folder: Path, stem: str, format_: Format, schema: pa.Schema) -> None:
        self._folder = folder
        self._stem = stem
        self._format = format_
        self._schema = schema
        self._waiting: list[pa.Table] = []
        self._file: File | None = None
        self._rows: list[int] = []
        self._bytes = 0

    def write(self, rows: pa.Table) -> None:
        """Write some rows."""
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
            self._file = self._format.open(self._path(len(self._rows)), self._schema)
            self._rows.append(0)
            self._bytes = 0
        self._file.write(rows)
        self._rows[-1] += rows.num_rows
        self._bytes += rows.nbytes

    def finish(self) -> list[DataFile]:
        """Write the rows that wait and return the files. Without rows there is one file that has the columns only."""
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


def _empty(schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([], schema=schema)
