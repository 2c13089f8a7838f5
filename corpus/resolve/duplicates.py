"""Finds articles whose text is equal or nearly equal to another article's text or is a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.resolve import candidates
from corpus.resolve.families import NONE, Links, originals, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corpus.resolve.candidates import Samples
    from corpus.resolve.shingles import Places
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

    The original of a family is its earliest article by day of publication, then capture, then id. All others point
    to it, so there are no chains.

    Args:
        articles: one row for each article, with article_id, text_hash, the number of its `text` (the same for the same
            text), published_date, first_seen and the number of its `sketch`.
        sampled: the sketches of the texts.
        settings: params.yaml's `resolve`.
        compare: a function that adds to rows with text_hash and other_hash the number of grams that both texts have
            (`common`), and of each text (`grams`, `other_grams`).
    """
    if settings.duplicates == "ignore" or articles.is_empty():
        return articles.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in MARKS.items())
    # Undated articles come last, for nothing says that they are early; seeds were there before any capture. Numbers are
    # sorted and looked up, because moving complete rows costs ten times as much.
    by = ("published_date", "first_seen", "article_id")
    order = articles.select(by).with_row_index("_at").sort(by, nulls_last=[True, False, False])["_at"]
    text = articles["text"].to_numpy()
    earliest = order.filter(articles["text"].gather(order).is_first_distinct()).to_numpy().astype(np.int64)
    copies, parts = _links(articles, earliest, sampled, settings, compare)
    number = np.zeros(int(text.max()) + 1, np.int64)
    number[text[earliest]] = np.arange(len(earliest))
    own = number[text]
    # The earliest of its text, if that is an original, else that text's original.
    of = np.where(copies.to == NONE, np.arange(len(earliest)), copies.to)[own]
    copy = earliest[of] != np.arange(len(articles))
    part = ~copy & (parts.to != NONE)[own]
    ids = articles["article_id"]
    return articles.with_columns(
        duplicate_of=_chosen(ids, earliest[of], copy),
        similarity=_scores(np.where(copies.to == NONE, 1.0, copies.score)[own], copy),
        contained_in=_chosen(ids, earliest[parts.to[own]], part),
        containment=_scores(parts.score[own], part),
    )


def _chosen(values: pl.Series, at: Places, where: NDArray[np.bool_]) -> pl.Series:
    """Return a column with the values at some places and null elsewhere."""
    return values.gather(pl.Series(at).set(~pl.Series(where), None))


def _scores(values: NDArray[np.float64], where: NDArray[np.bool_]) -> pl.Series:
    return pl.Series(values, dtype=pl.Float32).set(~pl.Series(where), None)


def _links(
    articles: pl.DataFrame,
    earliest: Places,
    sampled: Samples,
    settings: Resolve,
    compare: Callable[[pl.DataFrame], pl.DataFrame],
) -> tuple[Links, Links]:
    """Return the copies and the parts among distinct texts, which are ordered by their first articles."""
    number = len(earliest)
    nothing = Links(np.full(number, NONE, np.int64), np.zeros(number))
    if settings.duplicates == "exact" or number < 2:
        return nothing, nothing
    pairs = candidates.candidates(
        sampled.of(articles["sketch"].to_numpy()[earliest]), settings.threshold, settings.containment
    )
    if not len(pairs):
        return nothing, nothing
    hashes = articles["text_hash"]
    later, earlier = hashes.gather(earliest[pairs.later]), hashes.gather(earliest[pairs.earlier])
    scored = compare(pl.DataFrame({"text_hash": later, "other_hash": earlier}))
    common, grams, others = (scored[name].to_numpy().astype(np.int64) for name in ("common", "grams", "other_grams"))
    jaccard = common / np.maximum(grams + others - common, 1)
    near = jaccard >= settings.threshold
    copies = originals(number, pairs.where(near), jaccard[near])
    # The one with fewer grams is the part; of equals the later.
    smaller = np.where(grams <= others, pairs.later, pairs.earlier)
    larger = np.where(grams <= others, pairs.earlier, pairs.later)
    size = np.minimum(grams, others)
    share = common / np.maximum(size, 1)
    part = (share >= settings.containment) & (size >= settings.containment_grams)
    parts = wholes(number, smaller[part], larger[part], share[part], copies.to != NONE)
    return copies, parts


def jaccard() -> pl.Expr:
    """Return the similarity of compared texts."""
    return pl.col("common") / (pl.col("grams") + pl.col("other_grams") - pl.col("common")).clip(1)


def overlap() -> pl.Expr:
    """Return the greater containment of compared texts."""
    return pl.col("common") / pl.min_horizontal("grams", "other_grams").clip(1)
