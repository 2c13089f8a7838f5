"""Write Arrow columns as JSON: find the columns that JSON can express, and write their rows.

Other columns are left out, and times are in ISO 8601.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from corpus.text.keys import key

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl
    import pyarrow as pa


def tellable(schema: pa.Schema, known: Collection[str]) -> list[int]:
    """Return the numbers of the columns that JSON can express.

    Args:
        schema: the schema of a table.
        known: names, as `corpus.text.keys` compares them, of columns that hold text even if their type is binary.

    Raises:
        ValueError: there is no such column.
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
    """Return rows as JSON, one on each line.

    Raises:
        ValueError: JSON cannot express a column.
    """
    import polars as pl
    import pyarrow as pa

    try:
        frame = pl.DataFrame(pa.table([_plain(column) for column in columns], names=list(names)))
        rows = frame.select(pl.struct([_as_json(*column) for column in frame.schema.items()]).struct.json_encode())
        joined = rows.to_series().str.join("\n").to_arrow(compat_level=pl.CompatLevel.oldest())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError(str(error)) from None
    return bytes(joined[0].as_buffer())


def _plain(column: pa.Array) -> pa.Array:
    """Return a column without shared values, with text as text, and without types that JSON cannot express.

    Polars would read a complete dictionary for each piece of a column.
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
        return column.view(pa.timestamp(column.type.unit, _zone(column.type.tz)))
    if pa.types.is_nested(column.type) and (known := pruned(column.type)) not in {None, column.type}:
        return column.cast(known)
    return column


# Polars knows places, not offsets; of each offset one that has it.
_PLACES: Final = {
    "+03:30": "Asia/Tehran", "+04:30": "Asia/Kabul", "+05:30": "Asia/Kolkata", "+05:45": "Asia/Kathmandu",
    "+06:30": "Asia/Yangon", "+09:30": "Australia/Darwin", "-09:30": "Pacific/Marquesas",
}  # fmt: skip


@cache
def _zone(name: str) -> str:
    """Return a time zone by a name that Polars knows; UTC for an unknown name."""
    from zoneinfo import available_timezones

    if name in available_timezones():
        return name
    sign, hours, minutes = name[:1], name[1:3], name[3:].removeprefix(":")
    if sign in {"+", "-"} and hours.isdigit() and minutes == "00" and int(hours) < 13:
        # Their signs are the other way round.
        return f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}" if int(hours) else "UTC"
    return _PLACES.get(f"{sign}{hours}:{minutes}", "UTC")


def _as_json(name: str, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone in {"UTC", "Etc/UTC", "GMT", "Etc/GMT"}:
            return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name)
        if dtype.time_zone:
            # The day is the zone's.
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%:z").alias(name)
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
    """Return text from a binary column, as Hive and Impala write it."""
    import pyarrow as pa

    try:
        return column.cast(pa.large_binary()).cast(pa.large_string())
    except pa.ArrowInvalid:
        from corpus.text.decode import decode

        texts = [None if one is None else decode(one).text for one in column.to_pylist()]
        return pa.array(texts, pa.large_string())


def _is_tellable(dtype: pa.DataType) -> bool:
    return pruned(dtype) is not None


def pruned(dtype: pa.DataType) -> pa.DataType | None:
    """Return a type without the members of its objects that JSON cannot express; None if nothing of it is known."""
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(dtype) or types.is_run_end_encoded(dtype):
        return dtype if pruned(dtype.value_type) == dtype.value_type else None
    if types.is_list(dtype) or types.is_large_list(dtype) or types.is_fixed_size_list(dtype):
        inner = pruned(dtype.value_type)
        if inner is None or inner == dtype.value_type:
            return None if inner is None else dtype
        if types.is_fixed_size_list(dtype):
            return pa.list_(inner, dtype.list_size)
        return pa.large_list(inner) if types.is_large_list(dtype) else pa.list_(inner)
    if types.is_struct(dtype):
        members = [(field, pruned(field.type)) for field in dtype]
        kept = [field.with_type(inner) for field, inner in members if inner is not None]
        return pa.struct(kept) if kept else None
    text = types.is_string(dtype) or types.is_large_string(dtype) or types.is_string_view(dtype)
    number = types.is_integer(dtype) or types.is_floating(dtype) or types.is_decimal(dtype) or types.is_boolean(dtype)
    time = types.is_date(dtype) or types.is_time(dtype) or types.is_timestamp(dtype)
    return dtype if text or number or time else None


def left_out(schema: pa.Schema, numbers: Sequence[int]) -> list[str]:
    """Return the columns, and members of objects in columns, that JSON cannot represent, with their types.

    Args:
        schema: the schema of a table.
        numbers: the columns that are taken.
    """
    taken = frozenset(numbers)
    return [
        name
        for number, field in enumerate(schema)
        for name in (_members_left_out(field.name, field.type) if number in taken else [f"{field.name} ({field.type})"])
    ]


def _members_left_out(name: str, dtype: pa.DataType) -> list[str]:
    import pyarrow as pa

    if pa.types.is_struct(dtype):
        return [
            one
            for field in dtype
            for one in (
                [f"{name}.{field.name} ({field.type})"]
                if pruned(field.type) is None
                else _members_left_out(f"{name}.{field.name}", field.type)
            )
        ]
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype) or pa.types.is_fixed_size_list(dtype):
        return _members_left_out(name, dtype.value_type)
    return []
