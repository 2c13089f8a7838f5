"""A version without the articles that a policy of rights leaves out: what `corpus.open(…, rights="train")` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from corpus.errors import UsageError
from corpus.snapshots.snapshot import Snapshot
from corpus.snapshots.version import Version
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    import polars as pl
    import pyarrow as pa

    from corpus.objects import pins
    from corpus.rights.policy import Policy
    from corpus.snapshots.scanning import Shards
    from corpus.snapshots.selection import Selection

_FILTERED: Final = frozenset({"articles", "revisions"})


class Permitted(Version):
    """A version whose articles and revisions are those that a policy permits, however they are read."""

    def __init__(self, version: Version, policy: Policy) -> None:
        super().__init__(Snapshot(version.repository, version.commit, version.name))
        self.policy = policy
        self._whole = version

    def _scan(self, table: str, selection: Selection) -> pl.LazyFrame:
        frame = self._whole._scan(table, selection)  # noqa: SLF001 - of the same class
        if table in _FILTERED:
            for condition in self.policy.conditions().values():
                frame = frame.filter(condition)
        return frame

    def _everything(self) -> Version:
        return self._whole

    def columns(self, asked: Sequence[str] | None = None, table: str = "articles") -> list[str]:
        """See `Version.columns`."""
        return self._whole.columns(asked, table)

    def arrow(self, table: str = "articles", columns: list[str] | None = None) -> pa.Table:
        """A table, or some of its columns, as an Arrow table."""
        wanted = self.columns(columns, table)
        schema = TABLES[table].empty.select(wanted).schema
        return self.scan(table).select(wanted).collect().to_arrow().cast(schema)

    def duckdb(self, table: str = "articles") -> duckdb.DuckDBPyRelation:
        """A table as a relation of a DuckDB connection of its own."""
        import duckdb

        return duckdb.connect().from_arrow(self.arrow(table))

    def files(self, table: str = "articles") -> list[pins.Pinned]:
        """Raise UsageError: whole files hold what is not permitted, too."""
        self._no_files(table)

    def paths(self, table: str = "articles") -> list[Path]:
        """Raise UsageError: whole files hold what is not permitted, too."""
        self._no_files(table)

    def shards(self, table: str = "articles") -> Shards:
        """Raise UsageError: whole files hold what is not permitted, too."""
        self._no_files(table)

    def _no_files(self, table: str) -> NoReturn:
        raise UsageError(
            f"With rights={str(self.policy)!r} there are no files of {table}: whole files hold all articles. "
            "Read it with articles(), scan(), arrow(), pandas() or duckdb()."
        )
