"""Arrow columns as JSON: which of them JSON can tell, and how rows of them are written.

What JSON cannot tell is left out, and times are in ISO 8601.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.text.keys import key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl
    import pyarrow as pa


def tellable(schema: pa.Schema, known: Collection[str]) -> list[int]:
    """Return the numbers of the columns that JSON can tell.

    Args:
        schema: a table's.
        known: names, as `corpus.text.keys` compares them, of columns that hold text even where they are called binary.

    Raises:
        ValueError: there is none.
    """
    found = [
        number
        for number, field in enumerate(schema)
        if _is_tellable(field.type)
        or (_is_view_of_lists(field.type) and _is_tellable(field.type.value_type))
        or (_is_binary(field.type) and key(field.name) in known)
    ]
    if not found:
        raise ValueError("no column of text")
    return found


def as_json(names: Sequence[str], columns: Sequence[pa.Array]) -> bytes:
    """Return rows as JSON, a line each.

    Raises:
        ValueError: a column cannot be told.
    """
    import polars as pl
    import pyarrow as pa

    try:
        frame = pl.DataFrame(pa.table([_plain(column) for column in columns], names=list(names)))
        rows = frame.select(pl.struct([_told(*column) for column in frame.schema.items()]).struct.json_encode())
        joined = rows.to_series().str.join("\n").to_arrow(compat_level=pl.CompatLevel.oldest())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError(str(error)) from None
    return bytes(joined[0].as_buffer())


def _plain(column: pa.Array) -> pa.Array:
    """Return a column with each value of its own, text as text and instants in UTC.

    Polars would take in a dictionary whole for each piece of a column. An instant is in UTC whatever time zone it is
    labelled with, known or not.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    elif pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    elif _is_view_of_lists(column.type):
        # Polars' JSON panics on what a cast makes of them. They are rare.
        return pa.array(column.to_pylist(), pa.list_(column.type.value_type))
    if _is_binary(column.type):
        return _decoded(column)
    if pa.types.is_timestamp(column.type) and column.type.tz:
        return column.view(pa.timestamp(column.type.unit, "UTC"))
    return column


def _told(name: str, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name)
        return column.dt.to_string("iso:strict")
    if dtype.is_temporal() or dtype.is_decimal() or isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    return column


def _is_view_of_lists(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list_view(dtype) or pa.types.is_large_list_view(dtype))


def _is_binary(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_binary(dtype) or pa.types.is_large_binary(dtype) or pa.types.is_binary_view(dtype))


def _decoded(column: pa.Array) -> pa.Array:
    """Text that is not called so, as Hive and Impala leave it."""
    import pyarrow as pa

    try:
        return column.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        from corpus.text.decode import decode

        told = [None if one is None else decode(one).text for one in column.to_pylist()]
        return pa.array(told, pa.large_string())


def _is_tellable(dtype: pa.DataType) -> bool:
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(dtype) or types.is_run_end_encoded(dtype):
        return _is_tellable(dtype.value_type)
    if types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype):
        return _is_tellable(dtype.value_type)
    if types.is_struct(dtype):
        return dtype.num_fields > 0 and all(_is_tellable(field.type) for field in dtype)
    text = types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype)
    number = types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype) or types.is_boolean(dtype)
    time = types.is_date(dtype) or types.is_time(dtype) or types.is_timestamp(dtype)
    return bool(text or number or time)
