"""Ids as numbers: a row of 64-bit numbers for the hex digits of each. Strings of them take three times the memory.

The order of the numbers, column by column, is the order of the strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pyarrow as pa

from corpus.errors import InvariantError

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

Ids: TypeAlias = "NDArray[np.uint64]"
Places: TypeAlias = "NDArray[np.int64]"

_DIGITS: Final = 16


def packed(column: pl.Series, digits: int) -> Ids:
    """Return the numbers of ids.

    Args:
        column: strings of so many hex digits; null is like zeros.
        digits: a multiple of 16.

    Raises:
        InvariantError: an id has another length, or is not hex.
    """
    import polars as pl
    from polars.exceptions import ComputeError

    try:
        binary = column.fill_null("0" * digits).str.decode("hex").to_arrow(compat_level=pl.CompatLevel.oldest())
    except ComputeError as error:
        raise InvariantError(f"{column.name} is not hex: {error}") from None
    width = digits // 2
    _, offsets, data = binary.buffers()
    ends = np.frombuffer(offsets, np.int64)[binary.offset : binary.offset + len(binary) + 1] if len(binary) else None
    if ends is None or data is None:
        return np.zeros((0, digits // _DIGITS), np.uint64)
    if (np.diff(ends) != width).any():
        raise InvariantError(f"{column.name} has ids that are not of {digits} hex digits.")
    found = np.frombuffer(data, ">u8", len(binary) * digits // _DIGITS, int(ends[0]))
    return found.astype(np.uint64).reshape(-1, digits // _DIGITS)


def written(ids: Ids) -> pl.Series:
    """Return ids as strings of hex digits."""
    import polars as pl

    data = pa.py_buffer(ids.astype(">u8").tobytes())
    width = pa.binary(8 * ids.shape[1])
    return pl.Series(pa.Array.from_buffers(width, len(ids), [None, data]), dtype=pl.Binary).bin.encode("hex")


def firsts(ids: Ids, rows: Places) -> Places:
    """Return for each of some rows the first of them that has the same id.

    Args:
        ids: the ids of all rows, two numbers each.
        rows: the rows to look at, ascending.
    """
    found = rows.copy()
    order = np.argsort(ids[rows, 0])
    high = ids[rows[order], 0]
    same = np.zeros(len(order) + 1, np.bool_)
    same[1:-1] = high[1:] == high[:-1]
    # Nearly all ids differ in the first half from all others.
    some = order[same[1:] | same[:-1]]
    some = some[np.lexsort((some, ids[rows[some], 1], ids[rows[some], 0]))]
    if len(some):
        own = ids[rows[some]]
        begins = np.flatnonzero(np.append(np.ones(1, np.bool_), (own[1:] != own[:-1]).any(axis=1)))
        found[some] = np.repeat(rows[some[begins]], np.diff(np.append(begins, len(some))))
    return found


def distinct(ids: Ids) -> int:
    """Return how many different ids there are."""
    rows = np.arange(len(ids))
    return int((firsts(ids, rows) == rows).sum())
