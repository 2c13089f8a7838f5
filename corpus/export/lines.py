"""Exports as JSON Lines, plain or compressed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from corpus.export.iso import with_iso

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class JsonLines:
    """One or more files of JSON Lines, one object on each line. See `Format`."""

    name = "jsonl"
    suffix = ".jsonl"
    media_type = "application/jsonlines"
    meaning = "JSON Lines, UTF-8: one object a line; days and instants are strings in ISO 8601, instants in UTC."
    stem = "articles"
    lists_are_text = False

    def open(self, path: Path, schema: pa.Schema) -> LinesFile:
        """Begin a file of rows of a schema."""
        del schema  # each line names its fields
        return LinesFile(path.open("wb"))

    def reading(self, files: str) -> str:
        """Return a line of Python that reads the files."""
        return f'pl.scan_ndjson("{files}")'


class CompressedJsonLines(JsonLines):
    """JSON Lines compressed with Zstandard. See `Format`."""

    name = "jsonl.zst"
    suffix = ".jsonl.zst"
    media_type = "application/zstd"
    meaning = (
        "JSON Lines, UTF-8, compressed by zstd: one object a line; days and instants are strings in ISO "
        "8601, instants in UTC."
    )

    def open(self, path: Path, schema: pa.Schema) -> LinesFile:
        """Begin a file of rows of a schema."""
        del schema  # each line names its fields
        return LinesFile(zstd.open(path, "wb", level=3))


class LinesFile:
    """A file of JSON Lines: one object on each line, days and instants in ISO 8601."""

    def __init__(self, file: BinaryIO | zstd.ZstdFile) -> None:
        self._file = file

    def write(self, rows: pa.Table) -> None:
        """Write some rows."""
        self._file.write(with_iso(pl.DataFrame(rows)).write_ndjson().encode())

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
