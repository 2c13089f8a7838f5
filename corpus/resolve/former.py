"""The ids that earlier rules of identity gave articles. Withdrawals, splits and citations may use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.resolve.identity import day, first_text, hashed
from corpus.text.urls import former

if TYPE_CHECKING:
    from collections.abc import Sequence

# By which an article is known again under another id, the surest first. The same text of another publisher is a copy.
SAME: Final = (
    ("document_id", "source", "batch"),
    ("document_id",),
    ("text_hash", "title", "published_date", "publisher"),
)


def former_ids(documents: pl.DataFrame) -> list[tuple[str, ...]]:
    """Return for each document the ids that earlier rules gave its article, the oldest rule first.

    Args:
        documents: rows with `COLUMNS`; publication and accession, which no earlier rule used, may be missing.
    """
    first = documents.select(
        pl.coalesce(pl.concat_str(pl.lit("url\0"), "url"), _first_headline(), first_text()).alias("_name"), "url"
    )
    return [
        tuple(hashed(f"url\0{one}") for one in former(url))
        if url and former(url)
        else tuple(hashed(one) for one in (name, named) if one is not None)
        for (name, url), named in zip(first.iter_rows(), _named_publishers(documents), strict=True)
    ]


def first_ids(documents: pl.DataFrame) -> pl.Series:
    """Return for each document the id that the first rule gave its article. See `former_ids`."""
    return pl.Series("first_id", [ids[0] for ids in former_ids(documents)], dtype=pl.String)


def same_by_another_id(
    gone: pl.DataFrame, added: pl.DataFrame, keys: Sequence[Sequence[str]]
) -> tuple[pl.Series, pl.Series]:
    """Pair the rows that only one of two versions has if they are the same article; each row is in one pair at most.

    Args:
        gone: rows that only the old version has, with their place `_at`.
        added: rows that only the new version has, with their place `_at`.
        keys: columns of both that identify an article, the most certain first, as `SAME`.

    Returns:
        The places in the old version, and those in the new.
    """
    found = [gone.select(i="_at", j="_at").clear()]
    for names in keys:
        one, other = (rows.filter(pl.struct(names).is_unique()).select("_at", *names) for rows in (gone, added))
        both = one.join(other, on=names, how="inner", nulls_equal=True).select(i="_at", j="_at_right")
        found.append(both)
        gone = gone.filter(~pl.col("_at").is_in(both["i"].implode()))
        added = added.filter(~pl.col("_at").is_in(both["j"].implode()))
    pairs = pl.concat(found).sort("i")
    return pairs["i"], pairs["j"]


def _named_publishers(documents: pl.DataFrame) -> list[str | None]:
    """Return the basis of an identity from the time when the publisher was the name of the paper in a row, or null."""
    if "publication" not in documents.columns:
        return [None] * documents.height
    named = pl.when(pl.col("publisher").is_null() & pl.col("url").is_null()).then(pl.col("publication"))
    return documents.select(_name=_first_headline(named))["_name"].to_list()


def _first_headline(publisher: pl.Expr | None = None) -> pl.Expr:
    paper = pl.col("publisher") if publisher is None else publisher
    title = pl.col("title").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.concat_str(pl.lit("headline\0"), pl.concat_str(paper, title, day(), separator="\0"))
