"""The decisions about all documents, and the rows of a shard that follow from them.

Most documents are known once and are like no other. Such a document is an article, and nothing is noted of it. What is
noted of the others are numbers, from which the rows of a shard are made when they are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.columnar import ids
from corpus.repo.digest import digest, digest_rows
from corpus.resolve.revisions import Decision
from schemas.tables import DECISIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpus.pipeline.comparing import Compared
    from corpus.pipeline.revising import Facts, Revised
    from corpus.pipeline.signed import SignedDocuments

# The number of a quarantined document, and the checks that it failed.
BLOCKED: Final = pl.Schema({"document": pl.Int32, "rule": pl.String})
_COLUMNS: Final = ("document_id", "source", "batch", "rule", "article_id", "captured_at")


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions about all documents.

    Attributes:
        documents: the signatures of all documents.
        present: which documents there are; only these have a decision.
        facts: what is known of all documents.
        revised: the documents of articles that have several.
        likes: the articles that are copies or parts of others.
        blocked: the quarantined documents.
        drop: whether copies are dropped.
        asked: the pairs of texts that were compared.
    """

    documents: SignedDocuments
    present: NDArray[np.bool_]
    facts: Facts
    revised: Revised
    likes: pl.DataFrame
    blocked: pl.DataFrame
    drop: bool
    asked: Compared

    def counts(self) -> dict[Decision, int]:
        """Return how many documents each decision has."""
        several = self.revised.decided["decision"].value_counts().rows()
        found = dict.fromkeys(Decision, 0) | {Decision(name): number for name, number in several}
        found[Decision.QUARANTINED] = self.blocked.height
        found[Decision.ARTICLE] += int(self.present.sum()) - self.revised.decided.height - self.blocked.height
        if self.drop:
            found[Decision.DUPLICATE] = self.likes.height - self.likes["duplicate_of"].null_count()
            found[Decision.ARTICLE] -= found[Decision.DUPLICATE]
        return found

    def digest(self, shard: int) -> str:
        """Return a digest of the decisions of a shard that do not follow from its signatures alone; empty without any.

        It depends on what the decisions say, not on the numbers of documents.
        """
        parts = [part for part in self._noted(shard) if part.height]
        return digest([digest_rows(_without_nulls(part)) for part in parts]) if parts else ""

    def rows(self, shard: int) -> pl.DataFrame:
        """Return the rows of a shard, as `schemas.DECISIONS`."""
        signed = self.documents.columns(shard, _COLUMNS).with_row_index("row").cast({"row": pl.Int32})
        revised, likes, blocked = self._noted(shard)
        signed = signed.filter(pl.Series(self.present[self.documents.span(shard)]))
        own = signed.select("row", "document_id", "source", "batch")
        once = signed.join(pl.concat([revised["row"], blocked["row"]]).to_frame(), on="row", how="anti").select(
            pl.exclude("captured_at"),
            decision=pl.lit(Decision.ARTICLE.value),
            revision=pl.lit(1, pl.Int32),
            winner="document_id",
            first_seen="captured_at",
        )
        quarantined = blocked.with_columns(decision=pl.lit(Decision.QUARANTINED.value))
        others = [own.join(part, on="row", how="inner") for part in (revised, quarantined)]
        every = pl.concat([once, *others], how="diagonal").sort("row").join(likes, on="row", how="left")
        if self.drop:
            copy = pl.col("duplicate_of").is_not_null()
            every = every.with_columns(
                decision=pl.when(copy).then(pl.lit(Decision.DUPLICATE.value)).otherwise("decision")
            )
        return every.sort("row").select(DECISIONS.names)

    def _noted(self, shard: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Return what is noted of revisions, of likes and of quarantined documents of a shard, with their rows."""
        revised, likes, blocked = (
            self._part(frame, shard) for frame in (self.revised.decided, self.likes, self.blocked)
        )
        article = self.facts.article
        revised = revised.with_columns(
            pl.col("decision", "rule").cast(pl.String),
            ids.written(article[revised["document"].to_numpy()]).alias("article_id"),
            *(self.revised.ids_of(revised[name]).alias(name) for name in ("winner", "superseded_by")),
        )
        likes = likes.with_columns(
            _ids_of(article, likes[name]).alias(name) for name in ("duplicate_of", "contained_in")
        )
        return revised.drop("document"), likes.drop("document"), blocked.drop("document")

    def _part(self, frame: pl.DataFrame, shard: int) -> pl.DataFrame:
        span = self.documents.span(shard)
        first, end = (frame["document"].search_sorted(at) for at in (span.start, span.stop))
        return frame[first:end].with_columns((pl.col("document") - span.start).cast(pl.Int32).alias("row"))


def _ids_of(article: ids.Ids, documents: pl.Series) -> pl.Series:
    """Return the ids of documents' articles; null for null."""
    if documents.is_empty():
        return documents.cast(pl.String)
    return ids.written(article[documents.fill_null(0).to_numpy()]).set(documents.is_null(), None)


def _without_nulls(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with a column of their nulls beside each column."""
    return rows.select(
        *(pl.col(name).is_null().alias(f"{name} is null") for name in rows.columns),
        *(
            pl.col(name).fill_null(pl.lit("" if of == pl.String else 0).cast(of)).alias(name)
            for name, of in rows.schema.items()
        ),
    )
