"""Finds articles whose text is equal or nearly equal to another article's text or is a part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.resolve import candidates
from corpus.resolve.families import NONE, Links, nothing, originals, wholes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corpus.columnar.ids import Ids
    from corpus.resolve.candidates import Sketched
    from corpus.resolve.shingles import Places
    from corpus.settings import Resolve

    # Returns for pairs of texts how many grams both have, the one, and the other.
    Compare = Callable[[NDArray[np.int32], NDArray[np.int32]], NDArray[np.int64]]

# Sorts before all moments, and after all days.
NO_MOMENT: Final = -(1 << 63)
NO_DAY: Final = (1 << 31) - 1
_TOGETHER: Final = 1 << 16
LIKES: Final = pl.Schema(
    {
        "document": pl.Int32,
        "duplicate_of": pl.Int32,
        "similarity": pl.Float32,
        "contained_in": pl.Int32,
        "containment": pl.Float32,
    }
)


@dataclass(frozen=True, slots=True)
class Articles:
    """All articles, each by the number of the document that is its current revision.

    Attributes:
        documents: these numbers, ascending.
        ids: the ids of articles, by document.
        published: the days of publication since 1970, by document; `NO_DAY` without one.
        first_seen: microseconds since 1970, by document; `NO_MOMENT` without a time.
        text: the text of each document: the number of the first document that has it.
    """

    documents: Places
    ids: Ids
    published: NDArray[np.int32]
    first_seen: NDArray[np.int64]
    text: NDArray[np.int32]


def likes(
    articles: Articles, sketched: Sketched, settings: Resolve, compare: Compare, together: int = _TOGETHER
) -> pl.DataFrame:
    """Return the articles that are copies or parts of others, as `LIKES`, in the order of their documents.

    The original of a family is its earliest article by day of publication, then capture, then id. All others point
    to it, so there are no chains.

    Args:
        articles: the articles.
        sketched: the sketches of the documents' texts.
        settings: params.yaml's `resolve`.
        compare: a function that returns for pairs of texts the number of grams that both have, and of each.
        together: about so many texts are looked up at a time.
    """
    if settings.duplicates == "ignore" or not len(articles.documents):
        return pl.DataFrame(schema=LIKES)
    earliest, number = _earliest(articles)
    copies, parts = _links(articles.text, earliest, sketched, settings, compare, together)
    own = number[articles.text[articles.documents]]
    # The earliest of its text, if that is an original, else that text's original.
    of = np.where(copies.to == NONE, np.arange(len(earliest), dtype=np.int32), copies.to)[own]
    copy = earliest[of] != articles.documents
    part = ~copy & (parts.to != NONE)[own]
    some = np.flatnonzero(copy | part)
    copy, part, of, own = copy[some], part[some], of[some], own[some]
    return pl.DataFrame(
        {
            "document": articles.documents[some],
            "duplicate_of": _where(copy, earliest[of]),
            "similarity": _where(copy, np.where(copies.to[own] == NONE, 1.0, copies.score[own])),
            "contained_in": _where(part, earliest[parts.to[own]]),
            "containment": _where(part, parts.score[own]),
        }
    ).cast(LIKES)


def _where(chosen: NDArray[np.bool_], values: NDArray[np.generic]) -> pl.Series:
    """Return a column with some values, and null elsewhere."""
    return pl.Series(values).set(~pl.Series(chosen), None)


def _earliest(articles: Articles) -> tuple[Places, NDArray[np.int32]]:
    """Return the earliest article of each text, from the earliest to the latest; and of each text its place there."""
    documents, text = articles.documents, articles.text
    # Undated articles come last, for nothing says that they are early; seeds were there before any capture.
    keys = articles.ids[documents, 1], articles.ids[documents, 0], articles.first_seen[documents]
    ordered = documents[np.lexsort((*keys, articles.published[documents]))]
    del keys
    number = np.full(len(text), NONE, np.int32)
    # Of several values for one place the last stays: the first in this order.
    number[text[ordered[::-1]]] = np.arange(len(ordered), dtype=np.int32)[::-1]
    earliest = ordered[number[text[ordered]] == np.arange(len(ordered))]
    number[text[earliest]] = np.arange(len(earliest), dtype=np.int32)
    return earliest, number


def _links(
    text: NDArray[np.int32],
    earliest: Places,
    sketched: Sketched,
    settings: Resolve,
    compare: Compare,
    together: int,
) -> tuple[Links, Links]:
    """Return the copies and the parts among distinct texts, which are ordered by their first articles."""
    number = len(earliest)
    if settings.duplicates == "exact" or number < 2:
        return nothing(number), nothing(number)
    pairs = candidates.candidates(earliest, sketched, settings.threshold, settings.containment, together)
    if not len(pairs):
        return nothing(number), nothing(number)
    common, grams, others = compare(text[earliest[pairs.later]], text[earliest[pairs.earlier]]).T
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
