"""The common part of versions whose rows are chosen from those of another version. They have no own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from corpus.errors import UsageError
from corpus.snapshots.snapshot import Snapshot
from corpus.snapshots.version import Version
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import polars as pl
    import pyarrow as pa

    from corpus.objects.pins import Pinned
    from corpus.snapshots.scanning import Shards


class Derived(Version):
    """A version whose tables are computed from those of another version, and read like any other's."""

    def __init__(self, version: Version, name: str) -> None:
        super().__init__(Snapshot(version.repository, version.commit, name))
        self._base = version

    def _observations(self) -> pl.LazyFrame:
        return self._base.scan("observations")

    def columns(self, asked: Sequence[str] | None = None, table: str = "articles") -> list[str]:
        """See `Version.columns`."""
        return self._base.columns(asked, table)

    def arrow(self, table: str = "articles", columns: list[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns, as an Arrow table."""
        wanted = self.columns(columns, table)
        schema = TABLES[table].empty.select(wanted).schema
        return self.scan(table).select(wanted).collect().to_arrow().cast(schema)

    def duckdb(self, table: str = "articles") -> duckdb.DuckDBPyRelation:
        """Return a table as a relation of a DuckDB connection of its own."""
        import duckdb

        return duckdb.connect().from_arrow(self.arrow(table))

    def files(self, table: str = "articles") -> list[Pinned]:
        """Raise UsageError: it has no files of its own."""
        self._refuse(table)

    def paths(self, table: str = "articles") -> list[Path]:
        """Raise UsageError: it has no files of its own."""
        self._refuse(table)

    def shards(self, table: str = "articles") -> Shards:
        """Raise UsageError: it has no files of its own."""
        self._refuse(table)

    def _refuse(self, table: str) -> NoReturn:
        raise UsageError(f"{self._no_files(table)} Read it with articles(), scan(), arrow(), pandas() or duckdb().")

    def _no_files(self, table: str) -> str:
        """Return a sentence that says why a table has no files."""
        return f"{self.name} has no files of {table}."
