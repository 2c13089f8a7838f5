"""Decide from signatures what each document is, over a complete corpus at once. Its tables may be in any place.

What is held of each document is some numbers. All else is read from the signatures where it is needed: what tells
revisions apart, for articles with several documents; hashes and samples, to find similar texts; and the strings of
decisions, when they are written.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.columnar import ids
from corpus.pipeline.compared import numbered
from corpus.pipeline.comparing import Comparing
from corpus.pipeline.decided import Decided
from corpus.pipeline.revising import Facts, revise
from corpus.resolve.duplicates import NO_DAY, NO_MOMENT, Articles, likes
from corpus.resolve.revisions import Bounds, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from corpus.columnar.ids import Ids
    from corpus.pipeline.measuring import Part, Scores, Texts
    from corpus.pipeline.signed import SignedDocuments
    from corpus.settings import Resolve

    # Measures many parts at once, given the text hashes of all documents.
    Elsewhere = Callable[[Ids, Sequence[Part]], Iterator[Scores]]

# Frames of so many documents take 250 MB.
TOGETHER: Final = 1 << 16


def decide(
    documents: SignedDocuments,
    blocked: pl.DataFrame,
    settings: Resolve,
    known: Iterable[pl.DataFrame],
    texts: Texts,
    until: datetime | None = None,
    together: int = TOGETHER,
    elsewhere: Elsewhere | None = None,
) -> Decided:
    """Decide what each document is.

    Args:
        documents: the signatures of all documents; seeds first, then by batch.
        blocked: the quarantined documents, rows as `BLOCKED` has them.
        settings: params.yaml's `resolve`.
        known: rows of `schemas.PAIRS`: the pairs of texts compared before.
        texts: returns texts of a shard of documents, by the number of the shard and the rows, ascending.
        until: decide as if all that was captured at this time or later did not exist.
        together: about so many documents are decided at a time. What is decided is the same for any number.
        elsewhere: measures what many pairs of texts have in common, if that is faster than in this process.
    """
    facts = _facts(documents)
    present = np.ones(len(documents), np.bool_) if until is None else facts.captured < _microseconds(until)
    blocked = blocked.filter(pl.Series(present[blocked["document"].to_numpy()])).sort("document")
    good = present.copy()
    good[blocked["document"].to_numpy()] = False
    rows = np.flatnonzero(good)
    facts.text[rows] = ids.firsts(facts.text_hash, rows)
    first = rows[facts.text[rows] == rows]
    stored = numbered(known, facts.text_hash, first)
    measure = partial(elsewhere, facts.text_hash) if elsewhere else None
    comparing = Comparing(documents, settings.ngram, stored, texts, measure)
    del first, stored
    bounds = Bounds(settings.minor_change, settings.url_reuse_below, settings.url_reuse == "split")
    revised = revise(documents, facts, rows, bounds, comparing, together)
    del rows
    current = revised.decided["decision"].cast(pl.String) == Decision.ARTICLE.value
    good[revised.documents[~current.to_numpy()]] = False
    # From here on `captured` is the capture of an article's first revision.
    moments = revised.decided.filter(current)["first_seen"].to_physical().fill_null(NO_MOMENT)
    facts.captured[revised.documents[current.to_numpy()]] = moments.to_numpy()
    articles = Articles(np.flatnonzero(good), facts.article, facts.published, facts.captured, facts.text)
    found = likes(articles, documents, settings, comparing, together)
    return Decided(documents, present, facts, revised, found, blocked, settings.duplicates == "drop", comparing.asked)


def _facts(documents: SignedDocuments) -> Facts:
    number = len(documents)
    facts = Facts(
        np.empty((number, 2), np.uint64),
        np.empty((number, 2), np.uint64),
        np.empty(number, np.int64),
        np.empty(number, np.int32),
        np.arange(number, dtype=np.int32),
    )
    columns = ("article_id", "text_hash", "captured_at", "published_date")
    for shard, rows in documents.scan(documents.shards, columns):
        span = documents.span(shard)
        facts.article[span] = ids.packed(rows["article_id"], 32)
        facts.text_hash[span] = ids.packed(rows["text_hash"], 32)
        facts.captured[span] = rows["captured_at"].to_physical().fill_null(NO_MOMENT).to_numpy()
        facts.published[span] = rows["published_date"].to_physical().fill_null(NO_DAY).to_numpy()
    return facts


def _microseconds(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
