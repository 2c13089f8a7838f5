"""Read a corpus as it was known on a day: a version without all that was captured later.

Its tables are as a build of the documents captured until then would make them: later revisions and later copies are
not known yet. Nearly all rows are those of the version's tables, chosen by their times: see `corpus.snapshots.pastday`.
"""

from __future__ import annotations

import threading
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

    from corpus.settings import Resolve
    from corpus.snapshots.pastday import Difference, Tables
    from corpus.snapshots.selection import Selection
    from corpus.snapshots.version import Version
    from schemas.table import Table

_SOURCE: Final = "_shard"


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
    """A version as it was known at the end of a day of capture, in UTC. Seeds have no time, and were always there.

    Attributes:
        day: the day.
        end: its end; what was captured then is not known yet.
    """

    def __init__(self, version: Version, day: date) -> None:
        super().__init__(version, f"{version.name} as of {day}")
        self.day = day
        self.end = datetime(*day.timetuple()[:3], tzinfo=UTC) + timedelta(days=1)
        self._lock = threading.RLock()
        self._folder: Path | None = None

    def keep_in(self, folder: Path) -> None:
        """Keep what is the same for every day in a folder, if it is there, or take what was kept there."""
        self._folder = folder

    @property
    def base(self) -> Version:
        """The version that this was made from."""
        return self._base

    def is_unchanged(self) -> bool:
        """Return whether nothing was captured later: then the tables of the day are those of the version."""
        return self._unchanged

    @cached_property
    def _unchanged(self) -> bool:
        # An older engine made other columns: its documents are decided again, for any day.
        if not self.is_of_this_engine:
            return False
        import polars as pl

        # Of a corpus of many years the last file tells that something was captured later.
        paths = self._base.shards("signatures").paths
        rows = pl.scan_parquet(paths[::-1], glob=False) if paths else self._base.scan("signatures")
        captured = rows.select("captured_at")
        return captured.filter(~self._until("captured_at")).head(1).collect().is_empty()

    @cached_property
    def is_of_this_engine(self) -> bool:
        """Whether the version has all columns of decisions that this engine makes."""
        return all(
            set(TABLES[table].names) <= set(self._base.scan(table).collect_schema())
            for table in ("decisions", "signatures")
        )

    def _until(self, column: str) -> pl.Expr:
        import polars as pl

        from corpus.snapshots import pastday

        return pastday.until(pl.col(column), self.end)

    @property
    def difference(self) -> Difference:
        """What the version's tables have otherwise than those of the day. Found once; several threads may ask."""
        with self._lock:
            return self._difference

    @cached_property
    def _difference(self) -> Difference:
        from corpus.snapshots import pastday

        if self.is_of_this_engine:
            return pastday.difference(self._tables_of_base, self.end, self._settings)
        return pastday.difference_of_older(self._tables_of_base, self.end, self._decided)

    @cached_property
    def _decided(self) -> pl.DataFrame:
        """Return the decisions on the documents known by then, with the numbers of shard and row."""
        from corpus.snapshots import pastday

        if self.is_of_this_engine:
            return pastday.decisions(self._tables_of_base, self.end, self.difference)
        return pastday.decide_again(self._tables_of_base, self.end, self._settings)

    @cached_property
    def _tables_of_base(self) -> Tables:
        from corpus.snapshots.linked import NAME
        from corpus.snapshots.pastday import Tables

        names = self._shards_of_base
        documents, signatures, decisions = (self._by_name(table) for table in ("documents", "signatures", "decisions"))
        return Tables(
            [signatures[name] for name in names],
            [decisions[name] for name in names],
            list(self._by_name("pairs").values()),
            lambda number, rows: parquet.take(documents[names[number]], "text", rows),
            None if self._folder is None else self._folder / NAME,
        )

    @cached_property
    def _shards_of_base(self) -> list[str]:
        from corpus.batches.seeds import SEEDS

        return sorted(self._by_name("documents"), key=lambda name: (not name.startswith(f"{SEEDS}-"), name))

    @cached_property
    def _settings(self) -> Resolve:
        text = self.text(settings.PARAMS) or ""
        return settings.parse(text.encode(), Path(settings.PARAMS)).resolve

    def table_of(self, table: str, captured: datetime | None, superseded: datetime | None) -> str | None:
        """Return in which table of the day a row of the version's articles or revisions is, as its times tell.

        Args:
            table: of the version.
            captured: when the row was captured.
            superseded: when it was superseded.

        Returns:
            `articles` or `revisions`; None if it was not known.
        """
        if captured is not None and captured >= self.end:
            return None
        was_current = superseded is not None and superseded >= self.end
        return "articles" if was_current else table

    def _by_name(self, table: str) -> dict[str, Path]:
        """Return the files of a table by the names of their shards."""
        files, paths = self._base.files(table), self._base.paths(table)
        return {PurePosixPath(file.path).stem: path for file, path in zip(files, paths, strict=True)}

    def _observations(self) -> pl.LazyFrame:
        return self._base.scan("observations").filter(self._until("at"))

    def _scan(self, table: str, selection: Selection) -> pl.LazyFrame:
        del selection
        if table not in {"articles", *self._tables}:
            raise UsageError(f"{self.name} has no table {table!r}. It has articles, {', '.join(self._tables)}.")
        if self.is_unchanged():
            return completed(self._base.scan(table), TABLES[table])
        if table == "articles":
            return self._articles()
        if table == "revisions":
            return self._revisions()
        if table == "decisions":
            return self._decided.select(TABLES[table].names).lazy()
        if table == "verdicts":
            known = self._base.scan("documents").filter(self._until("captured_at"))
            verdicts = self._base.scan(table)
            keys = [name for name in ("document_id", "source", "batch") if name in verdicts.collect_schema()]
            return verdicts.join(known.select(keys), on=keys, how="semi")
        found = self._base.scan(table).filter(self._until("captured_at"))
        return found if table == "quarantine" else completed(found, TABLES[table])

    def _articles(self) -> pl.LazyFrame:
        import polars as pl

        table = TABLES["articles"]
        found = [
            completed(self._base.scan(one), TABLES[one]).filter(self.are_articles(one)).select(table.names)
            for one in ("articles", "revisions")
        ]
        return pl.concat([*found, self.articles_apart()])

    def are_articles(self, table: str) -> pl.Expr:
        """Return which rows of the version's `articles` or `revisions` are articles of the day as they are there."""
        import polars as pl

        from corpus.snapshots import pastday

        known = self._until("captured_at")
        if table == "revisions":
            known &= pastday.was_current(self.end)
        if not (left_out := self.difference.left_out).is_empty():
            known &= ~pl.col("article_id").is_in(left_out.implode())
        return known

    def articles_apart(self) -> pl.LazyFrame:
        """Return the articles of the day that the version's tables do not have as they were."""
        return self._with_documents(self.difference.apart, TABLES["articles"])

    def _revisions(self) -> pl.LazyFrame:
        import polars as pl

        from corpus.snapshots import pastday

        table = TABLES["revisions"]
        if self.is_of_this_engine:
            found = completed(self._base.scan("revisions"), table).filter(self._until("captured_at"))
            return found.filter(~pastday.was_current(self.end))
        superseded = pl.col("decision") == Decision.SUPERSEDED.value
        return self._with_documents(self._decided.filter(superseded), table)

    def _with_documents(self, decided: pl.DataFrame, table: Table) -> pl.LazyFrame:
        """Return rows of a table from decisions, which have the numbers of their shards, and the documents."""
        import polars as pl

        from corpus.snapshots.linked import SHARD

        files = self._by_name("documents")
        paths = pl.Series([str(files[name]) for name in self._shards_of_base], dtype=pl.String)
        decided = decided.with_columns(paths.gather(decided[SHARD]).alias(_SOURCE))
        wanted = decided[_SOURCE].unique().sort().to_list()
        if not wanted:
            return pl.DataFrame(table.empty).lazy()
        documents = pl.scan_parquet(wanted, glob=False, include_file_paths=_SOURCE)
        # A document's name is its own within its batch.
        decisions = decided.select("source", "batch", pl.exclude(TABLES["documents"].names))
        return completed(documents.join(decisions.lazy(), on=[_SOURCE, "source", "batch"], how="inner"), table)

    def find_links(self) -> None:
        """Find what is the same for every day, if the files that it follows from are at hand: nothing is fetched."""
        from corpus.snapshots.linked import linked

        tables = ("documents", "signatures", "decisions", "pairs")
        if self.is_of_this_engine and None not in [self._base.shards(table).paths for table in tables]:
            known = self._tables_of_base
            linked(known.signatures, known.decisions, known.links)

    _tables: Final = ("revisions", "quarantine", "documents", "verdicts", "decisions")


def prepare_days(version: Version, folder: Path) -> None:
    """Find what all past days of a version have in common, and keep it in a folder, if the files are at hand.

    Args:
        version: the version, or one as of a day.
        folder: of the index.
    """
    then = version if isinstance(version, AsOf) else AsOf(version, date.min)
    then.keep_in(folder)
    then.find_links()
