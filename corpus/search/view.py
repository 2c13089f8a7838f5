"""Which documents of an index are those of a version: its shards, without those of other versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tantivy import Occur
from tantivy import Query as Compiled

from corpus.search import documents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.search.index import Reader
    from corpus.search.sources import Shard


class View:
    """The articles of a version: all rows of some shards."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self.shards = tuple(shards)
        self._by_key = {shard.key: shard for shard in self.shards}

    def missing(self, reader: Reader | None) -> int:
        """Return how many of the shards the index lacks."""
        return sum(reader is None or shard.key not in reader.numbers for shard in self.shards)

    def within(self, reader: Reader) -> list[tuple[Occur, Compiled]]:
        """Return the clauses that a document has to meet: the shards that are there, or those left out if fewer."""
        schema = documents.schema()
        mine = list(self.numbered(reader))
        others = [number for key, number in reader.numbers.items() if key not in self._by_key]
        if not reader.exact or len(others) > len(mine):
            wanted = Compiled.term_set_query(schema, "shard", mine)
            return [(Occur.Must, Compiled.const_score_query(wanted, 0.0))]
        return [(Occur.MustNot, Compiled.term_set_query(schema, "shard", others))] if others else []

    def numbered(self, reader: Reader) -> dict[int, Shard]:
        """Return the shards by their numbers in the index."""
        return {number: self._by_key[key] for key, number in reader.numbers.items() if key in self._by_key}
