"""The account of a build: every document in is exactly one of article, superseded, repeat, duplicate or quarantined."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from corpus.errors import InvariantError
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.tables.shards import Shard


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of documents. A ledger whose sums do not match cannot be made."""

    documents: int
    articles: int
    superseded: int
    repeats: int
    duplicates: int
    quarantined: int

    def __post_init__(self) -> None:
        out = self.articles + self.superseded + self.repeats + self.duplicates + self.quarantined
        if self.documents != out:
            raise InvariantError(
                f"The ledger does not balance: {self.documents:,} documents in, but {self.articles:,} articles, "
                f"{self.superseded:,} superseded, {self.repeats:,} repeats, {self.duplicates:,} dropped duplicates "
                f"and {self.quarantined:,} quarantined."
            )

    def __str__(self) -> str:
        parts = [count(self.articles, "article"), f"{self.superseded:,} superseded", count(self.repeats, "repeat")]
        parts += [count(self.duplicates, "duplicate")] if self.duplicates else []
        return f"{count(self.documents, 'document')} = {' + '.join(parts)} + {self.quarantined:,} quarantined"

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name, in order."""
        return asdict(self)


def rows(shards: Mapping[str, Shard], table: str) -> int:
    """Return the number of rows of a table in all shards."""
    return sum(shard.files[table].rows for shard in shards.values() if table in shard.files)
