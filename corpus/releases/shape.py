"""Compare the columns of the published tables in two versions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from schemas.table import type_name
from schemas.tables import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

# What a column was or is, where it is not there.
_ABSENT: Final = "absent"


class Shape(StrEnum):
    """What became of a column."""

    ADDED = "added"
    REMOVED = "removed"
    TYPE = "type changed"
    LOOSENED = "may be null now"
    TIGHTENED = "is never null now"
    ORDER = "columns in another order"


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column that changed. `before` and `after` are types as the data dictionary writes them."""

    table: str
    column: str
    shape: Shape
    before: str
    after: str

    @property
    def breaks(self) -> bool:
        """Return whether a program that reads the old version may fail with the new one."""
        match self.shape:
            case Shape.REMOVED | Shape.TYPE | Shape.LOOSENED:
                return True
            case Shape.ADDED | Shape.TIGHTENED | Shape.ORDER:
                return False

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        match self.shape:
            case Shape.ADDED:
                return f"{where} added ({self.after})"
            case Shape.REMOVED:
                return f"{where} removed ({self.before})"
            case Shape.TYPE | Shape.LOOSENED | Shape.TIGHTENED:
                return f"{where}: {self.shape}, {self.before} to {self.after}"
            case Shape.ORDER:
                return f"{where}: {self.shape}"


def reshaped(
    old: Callable[[str], Path | None], new: Callable[[str], Path | None], tables: list[str]
) -> tuple[ColumnChange, ...]:
    """Return the changes of columns between two versions.

    Args:
        old: gives a shard of a table in the old version; None if it has no such table.
        new: does the same for the new version.
        tables: the tables to compare; all shards of a table have the same columns.
    """
    found: list[ColumnChange] = []
    for table in PUBLISHED:
        if table.name in tables:
            found += compare(table.name, _schema(old(table.name)), _schema(new(table.name)))
    return tuple(found)


def _schema(path: Path | None) -> pa.Schema | None:
    import pyarrow.parquet as pq

    return None if path is None else pq.read_schema(path)


def compare(table: str, old: pa.Schema | None, new: pa.Schema | None) -> list[ColumnChange]:
    """Return the changes from one schema of a table to another; None is a version without the table."""
    before = {} if old is None else {field.name: field for field in old}
    after = {} if new is None else {field.name: field for field in new}
    found = []
    for name in dict.fromkeys([*before, *after]):
        was, now = (_described(fields.get(name)) for fields in (before, after))
        if was != now:
            found.append(ColumnChange(table, name, _kind(was, now), was, now))
    kept = [name for name in before if name in after]
    if kept != [name for name in after if name in before]:
        found.append(ColumnChange(table, "", Shape.ORDER, "", ""))
    return found


def _described(field: pa.Field | None) -> str:
    return _ABSENT if field is None else type_name(field.type) + ("?" if field.nullable else "")


def _kind(was: str, now: str) -> Shape:
    if was == _ABSENT:
        return Shape.ADDED
    if now == _ABSENT:
        return Shape.REMOVED
    if was.removesuffix("?") != now.removesuffix("?"):
        return Shape.TYPE
    return Shape.LOOSENED if now.endswith("?") else Shape.TIGHTENED
