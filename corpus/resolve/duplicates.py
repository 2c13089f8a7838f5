"""Which articles have another article's text, or nearly so, and which are a part of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.resolve import candidates
from corpus.resolve.families import NONE, Links, originals, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.resolve.candidates import Samples
    from corpus.settings import Resolve

MARKS: Final = {
    "duplicate_of": pl.String,
    "similarity": pl.Float32,
    "contained_in": pl.String,
    "containment": pl.Float32,
}


def with_duplicates(
    articles: pl.DataFrame, sampled: Samples, settings: Resolve, compare: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """Add duplicate_of, similarity, contained_in and containment to current revisions, in their order.

    Of the articles of a family the earliest is the original: by day of publication, then capture, then id. All others
    point to it, so there are no chains.

    Args:
        articles: one row an article, with article_id, text_hash, published_date, first_seen and the
            number of its `sketch`.
        sampled: the sketches.
        settings: params.yaml's `resolve`.
        compare: adds to rows with text_hash and other_hash what the two have in `common`, and their `grams` and
            `other_grams`.
    """
    if settings.duplicates == "ignore":
        return articles.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in MARKS.items())
    # Undated articles come last, for nothing says that they are early; seeds were there before any capture. Numbers are
    # sorted, for to move whole rows costs ten times as much.
    by = ("published_date", "first_seen", "article_id")
    order = articles.select(by).with_row_index("_at").sort(by, nulls_last=[True, False, False])["_at"]
    earliest = order.filter(articles["text_hash"].gather(order).is_first_distinct())
    texts = articles.select("text_hash", "article_id", "sketch")[earliest]
    copies, parts = _links(texts, sampled, settings, compare)
    ids = texts["article_id"]
    of_text = texts.select(
        "text_hash",
        # The earliest of its text, if that is an original, else that text's original.
        _to=ids.gather(np.where(copies.to == NONE, np.arange(len(ids)), copies.to)),
        _jaccard=pl.Series(np.where(copies.to == NONE, 1.0, copies.score)),
        _whole=pl.Series(_named(ids, parts), dtype=pl.String),
        _share=pl.Series(parts.score),
    )
    copy = pl.col("_to") != pl.col("article_id")
    marks = (
        articles.select("article_id", "text_hash")
        .join(of_text, on="text_hash", how="left", maintain_order="left")
        .select(
            duplicate_of=pl.when(copy).then("_to"),
            similarity=pl.when(copy).then("_jaccard").cast(pl.Float32),
            contained_in=pl.when(~copy).then("_whole"),
            containment=pl.when(~copy & pl.col("_whole").is_not_null()).then("_share").cast(pl.Float32),
        )
    )
    return articles.hstack(marks)


def _named(ids: pl.Series, links: Links) -> pl.Series:
    return ids.gather(pl.Series(links.to).replace(NONE, None))


def _links(
    texts: pl.DataFrame, sampled: Samples, settings: Resolve, compare: Callable[[pl.DataFrame], pl.DataFrame]
) -> tuple[Links, Links]:
    """The copies and the parts among distinct texts, from the earliest to the latest."""
    number = len(texts)
    nothing = Links(np.full(number, NONE, np.int64), np.zeros(number))
    if settings.duplicates == "exact" or number < 2:
        return nothing, nothing
    pairs = candidates.candidates(sampled.of(texts["sketch"].to_numpy()), settings.threshold, settings.containment)
    if not len(pairs):
        return nothing, nothing
    hashes = texts["text_hash"]
    scored = compare(
        pl.DataFrame({"text_hash": hashes.gather(pairs.later), "other_hash": hashes.gather(pairs.earlier)})
    )
    common, later, earlier = (scored[name].to_numpy().astype(np.int64) for name in ("common", "grams", "other_grams"))
    jaccard = common / np.maximum(later + earlier - common, 1)
    near = jaccard >= settings.threshold
    copies = originals(number, pairs.where(near), jaccard[near])
    # The one with fewer grams is the part; of equals the later.
    smaller = np.where(later <= earlier, pairs.later, pairs.earlier)
    larger = np.where(later <= earlier, pairs.earlier, pairs.later)
    size = np.minimum(later, earlier)
    share = common / np.maximum(size, 1)
    part = (share >= settings.containment) & (size >= settings.containment_grams)
    parts = wholes(number, smaller[part], larger[part], share[part], copies.to != NONE)
    return copies, parts


def jaccard() -> pl.Expr:
    """The similarity of compared texts."""
    return pl.col("common") / (pl.col("grams") + pl.col("other_grams") - pl.col("common")).clip(1)


def overlap() -> pl.Expr:
    """The greater containment of compared texts."""
    return pl.col("common") / pl.min_horizontal("grams", "other_grams").clip(1)
