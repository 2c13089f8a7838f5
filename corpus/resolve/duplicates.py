"""Which articles have another article's text. Marked, never dropped."""

from __future__ import annotations

import polars as pl


def with_duplicates(articles: pl.DataFrame) -> pl.DataFrame:
    """Add duplicate_of and similarity to current revisions.

    Of the articles with one text the earliest is the original: by day of publication, then capture, then id.
    All others point to it, so there are no chains.

    Args:
        articles: one row an article, with article_id, text_hash, published_date and first_seen.
    """
    # Undated articles come last, for nothing says that they are early; seeds were there before any capture.
    originals = (
        articles.sort("text_hash", "published_date", "first_seen", "article_id", nulls_last=[False, True, False, False])
        .group_by("text_hash", maintain_order=True)
        .agg(_original=pl.col("article_id").first())
    )
    copy = pl.col("_original") != pl.col("article_id")
    return (
        articles.join(originals, on="text_hash", how="left", maintain_order="left")
        .with_columns(
            duplicate_of=pl.when(copy).then("_original"),
            similarity=pl.when(copy).then(pl.lit(1.0, pl.Float32)),
        )
        .drop("_original")
    )
