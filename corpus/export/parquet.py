"""Exports as Parquet, with plain file names or with those that Hugging Face looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from corpus.tables.parquet import ROW_GROUP, options

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


class Parquet:
    """One or more Parquet files. See `Format`."""

    name = "parquet"
    suffix = ".parquet"
    media_type = "application/x-parquet"
    meaning = "Parquet: types as in the table; times are UTC."
    stem = "articles"
    lists_are_text = False

    def open(self, path: Path, schema: pa.Schema) -> ParquetFile:
        """Begin a file of rows of a schema."""
        return ParquetFile(path, schema)

    def reading(self, files: str) -> str:
        """Return a line of Python that reads the files."""
        return f'pl.scan_parquet("{files}")'


class HuggingFace(Parquet):
    """Parquet files that the Hub takes for the split `train`. See `Format`."""

    name = "huggingface"
    stem = "train"


class ParquetFile:
    """A Parquet file with the settings of shards: readers can skip row groups and notice damage."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, **options(schema.names))

    def write(self, rows: pa.Table) -> None:
        """Write some rows."""
        self._writer.write_table(rows, row_group_size=ROW_GROUP)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
