"""Compute how many bytes each row of an Arrow table takes as JSON, before anything is written.

Arrow can share one value among many rows (dictionaries, runs, views): a few kilobytes may expand to terabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

# A number or a time as JSON writes it, and what parts it from the next.
_SCALAR_BYTES: Final = 24
_QUOTES: Final = 4
# A view has sixteen bytes; the first four are its length.
_VIEW_WORDS: Final = 4


def weights(array: pa.Array) -> NDArray[np.int64]:
    """Return the bytes that each value of a validated array takes as JSON, escapes aside."""
    import pyarrow as pa

    types, dtype = pa.types, array.type
    if isinstance(array, pa.ExtensionArray):
        return weights(array.storage)
    if types.is_dictionary(dtype):
        return _picked(weights(array.dictionary), array.indices)
    if types.is_run_end_encoded(dtype):
        return _runs(array)
    if types.is_struct(dtype):
        names = sum(len(field.name.encode()) + _QUOTES for field in dtype)
        total = np.full(len(array), names, np.int64)
        for number in range(dtype.num_fields):
            total += weights(array.field(number))
        return total
    if types.is_fixed_size_list(dtype):
        size, start = dtype.list_size, array.offset
        inner = weights(array.values.slice(start * size, len(array) * size))
        return _SCALAR_BYTES + inner.reshape(len(array), size).sum(axis=1) if size else _scalars(array)
    if _is_list(dtype):
        return _lists(array)
    return _texts(array)


def _is_list(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    views = types.is_list_view(dtype) or types.is_large_list_view(dtype)
    return bool(types.is_list(dtype) or types.is_large_list(dtype) or types.is_map(dtype) or views)


def _texts(array: pa.Array) -> NDArray[np.int64]:
    """Return the bytes of text and binary values; for other types, the most that a number takes."""
    import pyarrow as pa

    types, dtype = pa.types, array.type
    found: NDArray[np.int64]
    if types.is_string_view(dtype) or types.is_binary_view(dtype):
        words = _buffer(array, np.int32, array.offset * _VIEW_WORDS, len(array) * _VIEW_WORDS)
        found = words[::_VIEW_WORDS].astype(np.int64) + _QUOTES
        return found
    if types.is_string(dtype) or types.is_binary(dtype):
        return np.diff(_buffer(array, np.int32, array.offset, len(array) + 1)).astype(np.int64) + _QUOTES
    if types.is_large_string(dtype) or types.is_large_binary(dtype):
        return np.diff(_buffer(array, np.int64, array.offset, len(array) + 1)) + _QUOTES
    return _scalars(array)


def _buffer(array: pa.Array, dtype: type[np.generic], start: int, count: int) -> NDArray[Any]:
    """Return numbers from an array's second buffer; zeros without one. `pyarrow.compute` takes long to import."""
    buffer = array.buffers()[1]
    return np.zeros(count, dtype) if buffer is None else np.frombuffer(buffer, dtype)[start : start + count]


def _lists(array: pa.Array) -> NDArray[np.int64]:
    import pyarrow as pa

    inner = weights(array.values)
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(inner, dtype=np.int64)])
    offsets = _numbers(array.offsets)
    if pa.types.is_list_view(array.type) or pa.types.is_large_list_view(array.type):
        # Where there is no list, anything may be in its place.
        starts = np.clip(offsets, 0, len(inner))
        ends = np.clip(starts + _numbers(array.sizes), starts, len(inner))
    else:
        starts, ends = offsets[:-1], offsets[1:]
    found: NDArray[np.int64] = _SCALAR_BYTES + sums[ends] - sums[starts]
    return found


def _runs(array: pa.Array) -> NDArray[np.int64]:
    ends = _numbers(array.run_ends)
    rows = np.arange(array.offset, array.offset + len(array))
    found: NDArray[np.int64] = weights(array.values)[np.searchsorted(ends, rows, side="right")]
    return found


def _picked(inner: NDArray[np.int64], indices: pa.Array) -> NDArray[np.int64]:
    if not len(inner):
        return _scalars(indices)
    numbers = _numbers(indices)
    # Where there is no value, anything may be in its place.
    found: NDArray[np.int64] = inner[np.where((numbers >= 0) & (numbers < len(inner)), numbers, 0)]
    return found


def _scalars(array: pa.Array) -> NDArray[np.int64]:
    return np.full(len(array), _SCALAR_BYTES, np.int64)


def _numbers(array: pa.Array) -> NDArray[np.int64]:
    return _buffer(array, array.type.to_pandas_dtype(), array.offset, len(array)).astype(np.int64)
