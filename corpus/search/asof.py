"""The search in a version as it was known on a day: which of its documents are articles then.

An article of that day is a document that is an article or a superseded revision today, and times say which. The few of
which they do not, such as those that were no duplicate then, are left out, and indexed apart as a shard of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from tantivy import FieldType, Occur
from tantivy import Query as Compiled

from corpus.objects.pins import Pinned
from corpus.search import documents, sources
from corpus.search.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from pathlib import Path

    import polars as pl
    import tantivy

    from corpus.search.index import Reader
    from corpus.search.sources import Searchable, Warnings

_BATCH: Final = 2000
_COUNTING: Final = {"articles": {"value_count": {"field": "place"}}}


class Difference(Protocol):
    """What a version has otherwise than the articles of a day."""

    @property
    def left_out(self) -> pl.Series:
        """Return the ids of articles whose rows, as the times in them tell, are not those of the day."""

    @property
    def apart(self) -> pl.DataFrame:
        """Return the articles of the day that no such row has, as decisions."""


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

    def keep_in(self, folder: Path) -> None:
        """Keep what is the same for every day in a folder, if it is there, or take what was kept there."""

    def is_unchanged(self) -> bool:
        """Return whether the tables of the day are those of the version."""

    @property
    def end(self) -> datetime:
        """Return the end of the day; what was captured then is not known yet."""

    @property
    def difference(self) -> Difference:
        """Return what the version's tables have otherwise."""

    def articles_apart(self) -> pl.LazyFrame:
        """Return the articles of the day that no row of the version's tables has."""

    def scan(self, table: str = ...) -> pl.LazyFrame:
        """Return a table of the day."""


@dataclass(frozen=True)
class Overlay:
    """The articles of a day that are not indexed as they were then, as a shard of their own."""

    key: str
    file: Pinned
    version: Dated
    count: int
    warnings: Warnings
    table: str = "articles"

    def rows(self) -> int:
        """Return how many documents it has."""
        return self.count

    def documents(self, number: int) -> Iterator[tantivy.Document]:
        """Yield its documents as those of the shard with this number, in the order of their ids."""
        rows = self.version.articles_apart().collect().sort("article_id")
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
        self._superseded = {shard.key for shard in by_table["revisions"]}
        self._end = documents.microseconds(version.end, documents.NEVER)
        self._left_out = frozenset(version.difference.left_out)
        apart = _overlay(version, warnings)
        self._apart = {one.key for one in apart}
        super().__init__([*by_table["articles"], *by_table["revisions"], *apart])

    def within(self, reader: Reader) -> list[tuple[Occur, Compiled]]:
        """Return the clauses that a document has to meet."""
        schema = documents.schema()
        clauses = super().within(reader)
        numbers = self.numbered(reader)
        known = Compiled.range_query(schema, "captured", FieldType.Integer, None, self._end - 1)
        current = [Compiled.range_query(schema, "superseded", FieldType.Integer, self._end, None)]
        # What a seed superseded has no time for that; seeds were always there.
        always = Compiled.range_query(schema, "superseded", FieldType.Integer, documents.NEVER, None)
        superseded = [number for number, shard in numbers.items() if shard.key in self._superseded]
        by_time = [(Occur.Must, known), *((Occur.Must, one) for one in current)]
        if superseded:
            earlier = (Occur.Must, Compiled.term_set_query(schema, "shard", superseded))
            by_time.append((Occur.MustNot, Compiled.boolean_query([earlier, (Occur.Must, always)])))
        if left_out := self._places(reader, clauses):
            by_time.append((Occur.MustNot, Compiled.term_set_query(schema, "place", left_out)))
        others = [
            Compiled.term_query(schema, "shard", number)
            for number, shard in numbers.items()
            if shard.key in self._apart
        ]
        choice = [(Occur.Should, one) for one in (Compiled.boolean_query(by_time), *others)]
        return [*clauses, (Occur.Must, Compiled.const_score_query(Compiled.boolean_query(choice), 0.0))]

    def _places(self, reader: Reader, within: list[tuple[Occur, Compiled]]) -> list[int]:
        """Return the places of all documents of the articles that are left out."""
        if not self._left_out:
            return []
        halves = sorted({documents.halves(one)[0] for one in self._left_out})
        wanted = Compiled.boolean_query([
            *within, (Occur.Must, Compiled.term_set_query(documents.schema(), "id_high", halves)),
        ])  # fmt: skip

        def look(searcher: tantivy.Searcher) -> list[int]:
            if not (most := int(searcher.aggregate(wanted, _COUNTING)["articles"]["value"])):
                return []
            found = searcher.search(wanted, limit=most, count=False, order_by_field="place").hits
            addresses = [address for _, address in found]
            place, high, low = (
                [int(value or 0) for value in searcher.fast_field_values(name, addresses)]
                for name in ("place", "id_high", "id_low")
            )
            ids = map(documents.article_id, high, low)
            return [at for at, one in zip(place, ids, strict=True) if one in self._left_out]

        numbers = {number for number, shard in self.numbered(reader).items() if shard.key not in self._apart}
        places: list[int] = reader.run(look)
        return [at for at in places if documents.shard_and_row(at)[0] in numbers]


def _overlay(version: Dated, warnings: Warnings) -> list[Any]:
    rows = version.difference.apart
    if rows.is_empty():
        return []
    state = hashlib.sha256(version.base.md5("articles").encode())
    for row in rows.sort("article_id").iter_rows():
        state.update(repr(row).encode())
    key = f"day-{state.hexdigest()[:32]}{sources.digest(warnings.by_row(rows))}"
    return [Overlay(key, Pinned(f"articles of {version.day}", key), version, rows.height, warnings)]
