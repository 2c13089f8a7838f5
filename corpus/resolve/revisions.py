"""What each document is to its article: a revision that stands, one that was superseded, or a repeat.

Documents are taken in order of capture, then batch, then document id; never in order of arrival on disk.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import polars as pl

# What makes a document another revision of its article, rather than a repeat.
STATE: Final = ("text_hash", "title", "authors", "agency", "published_date", "published_at")


class Decision(StrEnum):
    """What became of a document. Every document has exactly one."""

    ARTICLE = "article"
    SUPERSEDED = "superseded"
    REPEAT = "repeat"
    QUARANTINED = "quarantined"


def with_revisions(documents: pl.DataFrame) -> pl.DataFrame:
    """Add decision, revision, winner, superseded_by, superseded_at and first_seen.

    Args:
        documents: with article_id, document_id, source, batch, captured_at and the columns of `STATE`.

    Returns:
        The same rows; those of articles with several documents by article and capture.
    """
    known_once = ~documents["article_id"].is_duplicated()
    several = _resolved(documents.filter(~known_once))
    # Most articles have one document, about which there is nothing to decide.
    once = documents.filter(known_once).with_columns(
        decision=pl.lit(Decision.ARTICLE.value),
        revision=pl.lit(1, pl.Int32),
        winner=pl.col("document_id"),
        superseded_by=pl.lit(None, pl.String),
        superseded_at=pl.lit(None, several.schema["superseded_at"]),
        first_seen=pl.col("captured_at"),
    )
    return pl.concat([several, once.select(several.columns)])


def _resolved(documents: pl.DataFrame) -> pl.DataFrame:
    ordered = documents.sort(
        "article_id", "captured_at", "batch", "document_id", "source", nulls_last=False
    ).with_columns(_order=pl.int_range(pl.len(), dtype=pl.Int64))
    state = ["article_id", *STATE]
    first = ordered.group_by(state, maintain_order=True).agg(
        pl.col("_order").min(), pl.col("document_id", "captured_at").first()
    )
    # One row a revision, in order.
    revisions = first.sort("_order").select(
        *state,
        "_order",
        revision=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("article_id"),
        revisions=pl.len().over("article_id"),
        superseded_by=pl.col("document_id").shift(-1).over("article_id"),
        superseded_at=pl.col("captured_at").shift(-1).over("article_id"),
        winner=pl.col("document_id").last().over("article_id"),
        first_seen=pl.col("captured_at").first().over("article_id"),
        _stands=pl.col("document_id"),
    )
    joined = ordered.join(
        revisions.rename({"_order": "_first"}), on=state, how="left", nulls_equal=True, maintain_order="left"
    )
    repeat = pl.col("_order") != pl.col("_first")
    superseded = pl.col("revision") < pl.col("revisions")
    decided = joined.with_columns(
        decision=pl.when(repeat)
        .then(pl.lit(Decision.REPEAT.value))
        .when(superseded)
        .then(pl.lit(Decision.SUPERSEDED.value))
        .otherwise(pl.lit(Decision.ARTICLE.value)),
        # A repeat's winner is the document whose revision it repeats.
        winner=pl.when(repeat).then("_stands").otherwise("winner"),
        superseded_by=pl.when(~repeat).then("superseded_by"),
        superseded_at=pl.when(~repeat).then("superseded_at"),
    )
    return decided.drop("_order", "_first", "_stands", "revisions")
