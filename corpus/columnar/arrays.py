"""Converts between numpy and Arrow without a copy. pyarrow's own functions import pandas, which takes 0.3 s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


def of_numbers(values: NDArray[Any], dtype: pa.DataType) -> pa.Array:
    """Return numbers as an Arrow array of the given type, which they already have."""
    return pa.Array.from_buffers(dtype, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def numbers_of(array: pa.Array, dtype: DTypeLike) -> NDArray[Any]:
    """Return numbers as a numpy array of the given type, which they already have; no number is null."""
    data = array.buffers()[1]
    return np.frombuffer(data, dtype)[array.offset :][: len(array)] if len(array) else np.zeros(0, dtype)


def in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array. A column of one chunk is not copied."""
    if not column.num_chunks:
        return pa.nulls(0, column.type)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
