"""What a column and a table are. Everything about a column is defined once, here and in `tables`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import pyarrow as pa

UTC_MICROSECONDS = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its Arrow type, whether it may be null, and what it means."""

    name: str
    dtype: pa.DataType
    meaning: str
    nullable: bool = False

    @property
    def arrow(self) -> pa.Field:
        """The column as an Arrow field."""
        return pa.field(self.name, self.dtype, nullable=self.nullable)

    @property
    def type_name(self) -> str:
        """The type as people write it: `list<string>`, `timestamp[us, UTC]?`."""
        return type_name(self.dtype) + ("?" if self.nullable else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in order, and by which of them its rows are sorted within a shard."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = field(default=())

    @property
    def arrow(self) -> pa.Schema:
        """The Arrow schema that every shard of the table has."""
        return pa.schema([column.arrow for column in self.columns])

    @property
    def empty(self) -> pa.Table:
        """The table without rows. Unlike `schema.empty_table()` this does not import pandas."""
        return pa.Table.from_batches([], schema=self.arrow)

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [column.name for column in self.columns]

    @property
    def fingerprint(self) -> str:
        """128 bits in hex, of names, types and nullability in order. Meanings do not count."""
        shape = [(column.name, column.type_name) for column in self.columns]
        return hashlib.sha256(json.dumps([self.name, shape]).encode()).hexdigest()[:32]


def type_name(dtype: pa.DataType) -> str:
    """An Arrow type as this project writes it.

    >>> type_name(pa.list_(pa.string()))
    'list<string>'
    """
    if pa.types.is_timestamp(dtype):
        return f"timestamp[{dtype.unit}, {dtype.tz}]"
    if pa.types.is_date32(dtype):
        return "date"
    if pa.types.is_float32(dtype):
        return "float32"
    if pa.types.is_list(dtype):
        return f"list<{type_name(dtype.value_type)}>"
    if pa.types.is_struct(dtype):
        inner = ", ".join(
            f"{member.name}: {type_name(member.type)}{'?' if member.nullable else ''}" for member in dtype
        )
        return f"struct<{inner}>"
    return str(dtype)
