"""Find what the schema of a table tells, and refuse unreasonable schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.sources.entries import (
    MOST_COLUMNS,
    MOST_NAMES_BYTES,
    MOST_ROW_BYTES,
    MOST_TABLE_NESTING,
    Reason,
    Unreadable,
)
from corpus.sources.jsoncolumns import tellable
from corpus.sources.weighing import weights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

# What is between two names and around them.
_PUNCTUATION: Final = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that are reported.

    Attributes:
        numbers: their places in the schema.
        names: their names.
        size: the bytes of the names and separators in each row.
        flat: whether their bytes in memory bound their bytes as JSON.
    """

    numbers: list[int]
    names: list[str]
    size: int
    flat: bool

    @classmethod
    def of(cls, schema: pa.Schema, known: Collection[str]) -> Columns:
        """Return the columns of a schema.

        Args:
            schema: the schema of a table.
            known: names, in lower case, of columns that hold text even if their type is binary.

        Raises:
            ValueError: there is no such column.
            Unreadable: their names are too long.
        """
        numbers = tellable(schema, known)
        fields = [schema.field(number) for number in numbers]
        size = sum(len(field.name.encode("utf-8", "replace")) + _PUNCTUATION for field in fields)
        if size > MOST_NAMES_BYTES:
            raise Unreadable(Reason.TOO_LARGE, f"the names of its columns take {size:,} bytes")
        flat = not any(_shares(field.type) or _has_struct(field.type) for field in fields)
        return cls(numbers, [field.name for field in fields], size, flat)


def weights_of(batch: pa.RecordBatch, columns: Columns) -> NDArray[np.int64]:
    """Return the bytes that each row takes as JSON, in a batch whose values may be shared or nested."""
    start = np.full(batch.num_rows, columns.size, np.int64)
    return sum((weights(batch.column(number)) for number in columns.numbers), start=start)


def pieces(each: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Yield first and end of rows that are written together. A row that is too large ends a piece and is in none."""
    start = total = 0
    for number, weight in enumerate(each):
        if weight > MOST_ROW_BYTES:
            yield start, number
            start, total = number + 1, 0
        elif total + weight > most and number > start:
            yield start, number
            start, total = number, weight
        else:
            total += weight
    if start < len(each):
        yield start, len(each)


def require_sane(schema: pa.Schema) -> None:
    """Raise Unreadable if a schema is wider or deeper than any table of articles."""
    fields = 0
    level = [field.type for field in schema]
    depth = 0
    while level:
        fields += len(level)
        depth += 1
        if fields > MOST_COLUMNS:
            raise Unreadable(Reason.TOO_LARGE, f"{fields:,} columns or more")
        if depth > MOST_TABLE_NESTING:
            raise Unreadable(Reason.TOO_LARGE, f"columns nested more than {MOST_TABLE_NESTING} deep")
        level = [inner for dtype in level for inner in _inner(dtype)]


def _inner(dtype: pa.DataType) -> list[pa.DataType]:
    import pyarrow as pa

    if isinstance(dtype, pa.BaseExtensionType):
        return [dtype.storage_type]
    if pa.types.is_dictionary(dtype) or pa.types.is_run_end_encoded(dtype):
        return [dtype.value_type]
    return [dtype.field(number).type for number in range(dtype.num_fields)]


def _shares(dtype: pa.DataType) -> bool:
    """Return whether many values of a type may be one in memory."""
    import pyarrow as pa

    types = pa.types
    views = types.is_string_view(dtype) or types.is_binary_view(dtype)
    views = views or types.is_list_view(dtype) or types.is_large_list_view(dtype)
    return (
        views
        or types.is_dictionary(dtype)
        or types.is_run_end_encoded(dtype)
        or any(_shares(inner) for inner in _inner(dtype))
    )


def _has_struct(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_struct(dtype)) or any(_has_struct(inner) for inner in _inner(dtype))
