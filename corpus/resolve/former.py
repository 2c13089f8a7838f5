"""The ids that earlier rules of identity gave articles: what was withdrawn, split and cited is known by them."""

from __future__ import annotations

import polars as pl

from corpus.resolve.identity import day, first_text, hashed
from corpus.text.urls import former


def former_ids(documents: pl.DataFrame) -> list[tuple[str, ...]]:
    """Return for each document the ids that earlier rules gave its article, the first rule's first.

    Args:
        documents: rows with `COLUMNS`; publication and accession, which no earlier rule asked for, may be missing.
    """
    first = documents.select(
        pl.coalesce(pl.concat_str(pl.lit("url\0"), "url"), _first_headline(), first_text()).alias("_name"), "url"
    )
    return [
        tuple(hashed(f"url\0{one}") for one in former(url)) if url and former(url) else (hashed(name),)
        for name, url in first.iter_rows()
    ]


def first_ids(documents: pl.DataFrame) -> pl.Series:
    """Return for each document the id that the first rule gave its article. See `former_ids`."""
    return pl.Series("first_id", [ids[0] for ids in former_ids(documents)], dtype=pl.String)


def _first_headline() -> pl.Expr:
    title = pl.col("title").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.concat_str(pl.lit("headline\0"), pl.concat_str("publisher", title, day(), separator="\0"))
