"""Which article a document is of. The identity outlives documents, titles and texts where it can."""

from __future__ import annotations

import hashlib
from enum import StrEnum

import polars as pl


class Basis(StrEnum):
    """What an identity rests on, best first."""

    URL = "url"
    HEADLINE = "publisher, title and date"
    TEXT = "text"


def with_identity(documents: pl.DataFrame) -> pl.DataFrame:
    """Add `article_id` (128-bit hex) and `rule` (a `Basis`).

    Args:
        documents: with url, publisher, title, published_date and text_hash. The URL is canonical already.
    """
    headline = pl.concat_str(
        "publisher",
        pl.col("title").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars(),
        pl.col("published_date").dt.to_string("iso"),
        separator="\0",
    )
    named = documents.with_columns(
        pl.coalesce(
            pl.concat_str(pl.lit("url\0"), "url"),
            pl.concat_str(pl.lit("headline\0"), headline),
            pl.concat_str(pl.lit("text\0"), "text_hash"),
        ).alias("_name"),
        rule=pl.when(pl.col("url").is_not_null())
        .then(pl.lit(Basis.URL.value))
        .when(headline.is_not_null())
        .then(pl.lit(Basis.HEADLINE.value))
        .otherwise(pl.lit(Basis.TEXT.value)),
    )
    ids = [hashlib.sha256(name.encode()).hexdigest()[:32] for name in named["_name"]]
    return named.drop("_name").with_columns(article_id=pl.Series("article_id", ids, pl.String))
