"""The search in a version as it was known on a day: which of its documents are articles then.

An article of that day is a document that is an article or a superseded revision today. Times of capture say which, and
the few that they do not decide are listed. Documents that are neither today, or were another revision or no duplicate
then, are indexed apart, as a shard of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import polars as pl
from tantivy import FieldType, Occur
from tantivy import Query as Compiled

from corpus.objects.pins import Pinned
from corpus.search import documents, sources
from corpus.search.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import tantivy

    from corpus.search.index import Reader
    from corpus.search.sources import Searchable, Shard, Warnings

_DOCUMENT: Final = ["document_id", "source"]
# What an article of the day must have in common with the document as it is indexed.
_SAME: Final = [*_DOCUMENT, "article_id", "revision", "is_duplicate", "is_contained"]
_BATCH: Final = 2000
_PATH: Final = "path_of_shard"


@runtime_checkable
class Dated(Protocol):
    """A version as it was known on a day."""

    @property
    def day(self) -> date:
        """Return the day; its end, in UTC, counts."""

    @property
    def base(self) -> Searchable:
        """Return the version that it was made from."""

    @property
    def name(self) -> str:
        """Return what people call it."""

    def is_unchanged(self) -> bool:
        """Return whether the tables of the day are those of the version."""

    def scan(self, table: str = ...) -> pl.LazyFrame:
        """Return a table of the day."""


@dataclass(frozen=True)
class Overlay:
    """The articles of a day that are not indexed as they were then, as a shard of their own."""

    key: str
    file: Pinned
    version: Dated
    ids: tuple[str, ...]
    warnings: Warnings
    table: str = "articles"

    def rows(self) -> int:
        """Return how many documents it has."""
        return len(self.ids)

    def documents(self, number: int) -> Iterator[tantivy.Document]:
        """Yield its documents as those of the shard with this number, in the order of their ids."""
        wanted = pl.Series(self.ids).implode()
        rows = self.version.scan("articles").filter(pl.col("article_id").is_in(wanted)).collect().sort("article_id")
        warnings = self.warnings.by_row(rows)
        table = rows.select(name for name in documents.COLUMNS if name in rows.columns).to_arrow()
        first = 0
        for batch in table.to_batches(_BATCH):
            yield from documents.documents(batch, number, first, warnings)
            first += batch.num_rows


class ViewOfDay(View):
    """The articles of a day: documents of the version's articles and revisions, and an overlay."""

    def __init__(self, version: Dated, warnings: Warnings) -> None:
        base = version.base
        by_table = {table: sources.shards(base, warnings, table) for table in ("articles", "revisions")}
        shards = [*by_table["articles"], *by_table["revisions"]]
        self._end = datetime(*version.day.timetuple()[:3], tzinfo=UTC) + timedelta(days=1)
        wanted = _marked(version.scan("articles")).select(_SAME).collect()
        first = len(by_table["articles"])
        there = pl.concat([
            _rows(base, by_table["articles"], 0, pl.lit(None, pl.Datetime("us", "UTC"))),
            _rows(base, by_table["revisions"], first, pl.col("superseded_at")),
        ])  # fmt: skip
        kept = there.join(wanted, on=_SAME, how="semi")
        # What is the same in another row, too, counts once.
        kept = kept.unique(_SAME, keep="first", maintain_order=True)
        after = there.filter(self._is_of_day()).join(kept, on=["shard", "row"], how="anti")
        before = kept.filter(~self._is_of_day())
        self._left_out = _places(shards, after)
        self._added = _places(shards, before)
        overlay = wanted.join(kept, on=_SAME, how="anti").sort("article_id")
        apart = _overlay(version, overlay, warnings)
        self._apart = {one.key for one in apart}
        super().__init__([*shards, *apart])

    def _is_of_day(self) -> pl.Expr:
        captured, superseded = pl.col("captured_at"), pl.col("superseded_at")
        return (captured.is_null() | (captured < self._end)) & (superseded.is_null() | (superseded >= self._end))

    def within(self, reader: Reader) -> list[tuple[Occur, Compiled]]:
        """Return the clauses that a document has to meet."""
        schema = documents.schema()
        clauses = super().within(reader)
        end = documents.microseconds(self._end, documents.NEVER)
        known = Compiled.boolean_query([
            (Occur.Must, Compiled.range_query(schema, "captured", FieldType.Integer, None, end - 1)),
            (Occur.Must, Compiled.range_query(schema, "superseded", FieldType.Integer, end, None)),
        ])  # fmt: skip
        others = [
            Compiled.term_query(schema, "shard", number)
            for number, shard in self.numbered(reader).items()
            if shard.key in self._apart
        ]
        if added := self._numbers(reader, self._added):
            others.append(Compiled.term_set_query(schema, "place", added))
        choice = [(Occur.Should, one) for one in (known, *others)]
        clauses.append((Occur.Must, Compiled.const_score_query(Compiled.boolean_query(choice), 0.0)))
        if left_out := self._numbers(reader, self._left_out):
            clauses.append((Occur.MustNot, Compiled.term_set_query(schema, "place", left_out)))
        return clauses

    @staticmethod
    def _numbers(reader: Reader, places: Sequence[tuple[str, int]]) -> list[int]:
        return [documents.place(reader.numbers[key], row) for key, row in places]


def _marked(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_columns(
        pl.col("revision").cast(pl.Int32),
        is_duplicate=pl.col("duplicate_of").is_not_null(),
        is_contained=pl.col("contained_in").is_not_null(),
    )


def _rows(version: Searchable, shards: Sequence[Shard], first: int, superseded_at: pl.Expr) -> pl.DataFrame:
    """Return what tells the documents of some shards apart, with the shard's number, from `first` on, and the row's."""
    if not shards:
        return _nothing()
    paths = version.shard_paths([shard.file for shard in shards])
    # In one scan: files are read side by side.
    rows = pl.scan_parquet(paths, glob=False, include_file_paths=_PATH).with_columns(superseded_at=superseded_at)
    picked = _marked(rows).select(_PATH, *_SAME, "captured_at", "superseded_at").collect()
    # Equal files have no rows: no article is in two.
    numbers = {str(path): number for number, path in enumerate(paths, first)}
    placed = picked.with_columns(shard=pl.col(_PATH).replace_strict(numbers, return_dtype=pl.Int64))
    row = pl.int_range(pl.len(), dtype=pl.get_index_type()).over("shard")
    return placed.select(row.alias("row"), *_SAME, "captured_at", "superseded_at", "shard")


def _nothing() -> pl.DataFrame:
    moment = pl.Datetime("us", "UTC")
    return pl.DataFrame(schema={
        "row": pl.get_index_type(), "document_id": pl.String, "source": pl.String, "article_id": pl.String,
        "revision": pl.Int32, "is_duplicate": pl.Boolean, "is_contained": pl.Boolean, "captured_at": moment,
        "superseded_at": moment, "shard": pl.Int64,
    })  # fmt: skip


def _places(shards: Sequence[Shard], rows: pl.DataFrame) -> list[tuple[str, int]]:
    return [(shards[shard].key, row) for shard, row in rows.select("shard", "row").iter_rows()]


def _overlay(version: Dated, rows: pl.DataFrame, warnings: Warnings) -> list[Any]:
    if rows.is_empty():
        return []
    state = hashlib.sha256(version.base.md5("articles").encode())
    for row in rows.iter_rows():
        state.update(repr(row).encode())
    key = f"day-{state.hexdigest()[:32]}{sources.digest(warnings.by_row(rows))}"
    return [Overlay(key, Pinned(f"articles of {version.day}", key), version, tuple(rows["article_id"]), warnings)]
