"""Sorts the captures of articles and finds runs: neighbours with an equal state.

Captures of one instant have no natural order. Those with the same state are put together; those that repeat the state
before come first.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Final

import polars as pl

# What makes a document another revision: its words, and what it says beside its text.
STATE: Final = ("words", "head")
# The number of a run; those of an article follow each other.
RUN: Final = "_run"
# Never by batch before document: how captures are split into batches decides nothing.
_ORDER: Final = ("document_id", "batch", "source")


def in_runs(documents: pl.DataFrame) -> pl.DataFrame:
    """Return documents in order of capture within each article, with the number of their run.

    Args:
        documents: rows with article_id, captured_at, the columns of `STATE`, document_id, batch and source.
    """
    instant = ["article_id", "captured_at"]
    placed = documents.sort(*instant, *_ORDER, nulls_last=False).with_columns(_place=pl.int_range(pl.len()))
    placed = placed.with_columns(_first=pl.col("_place").min().over(*instant, *STATE))
    # In an article's first instant there is nothing before.
    mixed = (pl.col("_first").n_unique() > 1).over(instant)
    later = placed.filter(mixed & pl.col("captured_at").ne_missing(pl.col("captured_at").first().over("article_id")))
    known = placed.filter(pl.col("article_id").is_in(later["article_id"].unique().implode()))
    first = placed["_first"]
    if known.height:
        first = first.scatter(known["_place"], _after_the_same(known))
    placed = placed.with_columns(first.alias("_first")).sort(*instant, "_first", "_place", nulls_last=False)
    begins = pl.any_horizontal(pl.col(name) != pl.col(name).shift(1) for name in ("article_id", *STATE))
    return placed.drop("_first", "_place").with_columns(begins.fill_null(value=False).cum_sum().alias(RUN))


def _after_the_same(documents: pl.DataFrame) -> list[int]:
    """Return the places of states within their instants; a state that repeats the one before comes first."""
    places: list[int] = []
    before: tuple[object, ...] | None = None
    rows = documents.select("article_id", "captured_at", "_first", *STATE).iter_rows()
    for _, same_time in groupby(rows, key=itemgetter(0, 1)):
        several = list(same_time)
        leads = before is not None and any((row[0], *row[3:]) == before for row in several)
        own = [-1 if leads and (row[0], *row[3:]) == before else row[2] for row in several]
        places += own
        last = several[own.index(max(own))]
        before = (last[0], *last[3:])
    return places
