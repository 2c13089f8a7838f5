"""Read a corpus as it was known on a day: a version without all that was captured later.

Its tables are decided again from the signatures of the documents captured until then, as a build with only those would
decide: later revisions and later copies are not known yet. Nothing is parsed. Only texts that seem alike and were not
compared before are read.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.errors import UsageError
from corpus.resolve.revisions import Decision
from corpus.snapshots.derived import Derived
from corpus.tables import parquet
from schemas.tables import TABLES

if TYPE_CHECKING:
    import polars as pl

    from corpus.snapshots.selection import Selection
    from corpus.snapshots.version import Version
    from schemas.table import Table

_SOURCE: Final = "_shard"
_BY_DECISION: Final = {"articles": Decision.ARTICLE, "revisions": Decision.SUPERSEDED}


def capture_day(written: date | str) -> date:
    """Return the day that a text or a date gives.

    Raises:
        UsageError: the text is not a day.
    """
    if isinstance(written, datetime):
        return (written.astimezone(UTC) if written.tzinfo else written).date()
    if isinstance(written, date):
        return written
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        raise UsageError(f"as_of={written!r} is not a day. Write it as 2026-03-01.") from None


def completed(rows: pl.LazyFrame, table: Table) -> pl.LazyFrame:
    """Return rows with the columns of a table; null for those that are newer than the version.

    Args:
        rows: rows of a version, which an older engine may have made.
        table: the table whose columns are wanted.
    """
    import polars as pl

    known = set(rows.collect_schema())
    types = pl.DataFrame(table.empty).schema
    return rows.select(pl.col(name) if name in known else pl.lit(None, types[name]).alias(name) for name in table.names)


class AsOf(Derived):
    """A version as it was known at the end of a day of capture, in UTC. Seeds have no time, and were always there."""

    def __init__(self, version: Version, day: date) -> None:
        super().__init__(version, f"{version.name} as of {day}")
        self.day = day

    @property
    def base(self) -> Version:
        """The version that this was made from."""
        return self._base

    @property
    def _end(self) -> datetime:
        return datetime(*self.day.timetuple()[:3], tzinfo=UTC) + timedelta(days=1)

    def _until(self, captured: pl.Expr) -> pl.Expr:
        return captured.is_null() | (captured < self._end)

    def is_unchanged(self) -> bool:
        """Return whether nothing was captured later: then the tables of the day are those of the version."""
        return self._unchanged

    @cached_property
    def _unchanged(self) -> bool:
        import polars as pl

        # An older engine made other columns: its documents are decided again, for any day.
        if not set(TABLES["decisions"].names) <= set(self._base.scan("decisions").collect_schema()):
            return False
        captured = self._base.scan("signatures").select("captured_at")
        return captured.filter(~self._until(pl.col("captured_at"))).head(1).collect().is_empty()

    def _observations(self) -> pl.LazyFrame:
        import polars as pl

        return self._base.scan("observations").filter(self._until(pl.col("at")))

    @cached_property
    def _decided(self) -> pl.DataFrame:
        """Return the decisions on the documents known by then, each with the path of its shard of documents."""
        import polars as pl

        from corpus.batches.seeds import SEEDS
        from corpus.pipeline.decided import BLOCKED
        from corpus.pipeline.deciding import decide
        from corpus.pipeline.signed import SignedDocuments, read_signatures
        from corpus.pipeline.threads import side_by_side

        names = sorted(
            self._by_name("documents"),
            key=lambda name: (not name.startswith(f"{SEEDS}-"), name),
        )
        documents, signatures, decisions = (self._by_name(table) for table in ("documents", "signatures", "decisions"))
        signed = SignedDocuments(
            side_by_side(lambda name: parquet.rows(signatures[name]), names),
            lambda number, columns: read_signatures(signatures[names[number]], columns),
        )
        bad = [pl.DataFrame(schema=BLOCKED)]

        def quarantined(number: int) -> pl.DataFrame:
            # Decisions and signatures of a shard have the same rows.
            found = pl.DataFrame(parquet.read(decisions[names[number]], ["rule", "decision"]))
            failed = found.with_row_index("document", signed.span(number).start).filter(
                pl.col("decision") == Decision.QUARANTINED.value
            )
            return failed.select(BLOCKED.names()).cast(BLOCKED)

        bad += side_by_side(quarantined, signed.shards)
        decided = decide(
            signed,
            pl.concat(bad),
            settings.parse((self.text(settings.PARAMS) or "").encode(), Path(settings.PARAMS)).resolve,
            (pl.DataFrame(parquet.read(path)) for path in self._by_name("pairs").values()),
            lambda number, rows: parquet.take(documents[names[number]], "text", rows),
            self._end,
        )
        rows = [
            decided.rows(number).with_columns(pl.lit(str(documents[name])).alias(_SOURCE))
            for number, name in enumerate(names)
        ]
        return (
            pl.concat(rows) if rows else pl.DataFrame(TABLES["decisions"].empty).with_columns(pl.lit("").alias(_SOURCE))
        )

    def _by_name(self, table: str) -> dict[str, Path]:
        """Return the files of a table by the names of their shards."""
        files, paths = self._base.files(table), self._base.paths(table)
        return {PurePosixPath(file.path).stem: path for file, path in zip(files, paths, strict=True)}

    def _scan(self, table: str, selection: Selection) -> pl.LazyFrame:
        import polars as pl

        del selection
        if table not in {"articles", *self._tables}:
            raise UsageError(f"{self.name} has no table {table!r}. It has articles, {', '.join(self._tables)}.")
        if self.is_unchanged():
            return completed(self._base.scan(table), TABLES[table])
        decided = self._decided
        if table == "decisions":
            return decided.select(TABLES[table].names).lazy()
        if table == "quarantine":
            return self._base.scan(table).filter(self._until(pl.col("captured_at")))
        if table == "verdicts":
            known = self._base.scan("documents").filter(self._until(pl.col("captured_at")))
            verdicts = self._base.scan(table)
            keys = [name for name in ("document_id", "source", "batch") if name in verdicts.collect_schema()]
            return verdicts.join(known.select(keys), on=keys, how="semi")
        if table in _BY_DECISION:
            decided = decided.filter(pl.col("decision") == _BY_DECISION[table].value)
        paths = decided[_SOURCE].unique().sort().to_list()
        if not paths:
            return pl.DataFrame(TABLES[table].empty).lazy()
        documents = pl.scan_parquet(paths, glob=False, include_file_paths=_SOURCE)
        # A document's name is its own within its batch.
        decisions = decided.select("source", "batch", pl.exclude(TABLES["documents"].names))
        return completed(documents.join(decisions.lazy(), on=[_SOURCE, "source", "batch"], how="inner"), TABLES[table])

    _tables: Final = ("revisions", "quarantine", "documents", "verdicts", "decisions")
