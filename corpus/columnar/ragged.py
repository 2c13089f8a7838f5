"""Rows of different lengths that are one after the other in one array, and sorting for such rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Number = TypeVar("Number", bound=np.generic)


def offsets(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places at which rows of given lengths begin, and the end as one more."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])


def places(begin: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of the elements of some rows: `count` of each, from `begin` on."""
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(begin - ends + count, count)


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Return the distinct values in ascending order. It is fast for ascending runs, which are merged, not sorted."""
    # Not np.unique, which takes 180 nanoseconds a value here; nor the quick sort, 40 against 4 where there are runs.
    ordered = np.sort(values, kind="stable")
    new = np.concatenate([np.ones(min(len(ordered), 1), np.bool_), ordered[1:] != ordered[:-1]])
    found: NDArray[Number] = ordered[new]
    return found


def twice(values: NDArray[Number]) -> NDArray[Number]:
    """Return the values that occur twice; no value may occur more often. It is fast for runs, as `distinct`."""
    ordered = np.sort(values, kind="stable")
    found: NDArray[Number] = ordered[1:][ordered[1:] == ordered[:-1]]
    return found


def large(values: NDArray[Any]) -> NDArray[Any]:
    """Return values in ascending order. It is meant for millions of values without any order."""
    import polars as pl

    return pl.Series(values).sort().to_numpy()


def blocks(weights: NDArray[np.int64], most: int, number: int) -> Iterator[slice]:
    """Yield blocks of consecutive rows: at most `number`, of at most `most` weight together; a heavier row is alone."""
    sums = np.cumsum(weights)
    begin = 0
    while begin < len(weights):
        before = sums[begin - 1] if begin else 0
        end = int(np.searchsorted(sums, before + most, side="right"))
        end = min(max(end, begin + 1), begin + number, len(weights))
        yield slice(begin, end)
        begin = end
