"""From numpy to Arrow and back without a copy. pyarrow's own ways import pandas, a third of a second a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


def of_numbers(values: NDArray[Any], dtype: pa.DataType) -> pa.Array:
    """Numbers as Arrow has them; they are of that type."""
    return pa.Array.from_buffers(dtype, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def numbers_of(array: pa.Array, dtype: DTypeLike) -> NDArray[Any]:
    """Numbers as numpy has them; they are of that type, and none is null."""
    data = array.buffers()[1]
    return np.frombuffer(data, dtype)[array.offset :][: len(array)] if len(array) else np.zeros(0, dtype)


def in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array. A column of one chunk is not copied."""
    if not column.num_chunks:
        return pa.nulls(0, column.type)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
