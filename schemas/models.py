"""The pandera models: the checks of `documents`, and the promises of the published tables.

A model is derived from a table's columns, so that dtype and nullability are said once. Eager frames only:
on a LazyFrame pandera checks no values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandera.polars as pa
import polars as pl

from schemas.checks import checks, failing
from schemas.tables import DOCUMENTS, QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from schemas.checks import Limits, Passes
    from schemas.table import Table

HEX_128: Final = r"^[0-9a-f]{32}$"
HEX_256: Final = r"^[0-9a-f]{64}$"


def model(table: Table, checks: Mapping[str, list[pa.Check]] | None = None) -> pa.DataFrameSchema:
    """The pandera model of a table, with checks by column."""
    checks = checks or {}
    dtypes = pl.DataFrame(table.empty).schema
    columns = {
        column.name: pa.Column(dtypes[column.name], nullable=column.nullable, checks=checks.get(column.name))
        for column in table.columns
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=table.name)


def documents(limits: Limits) -> pa.DataFrameSchema:
    """The model of `documents` with every check that a parsed row can fail."""
    return model(
        DOCUMENTS, {column: [_as_pandera(one) for one in several] for column, several in checks(limits).items()}
    )


def _as_pandera(one: Passes) -> pa.Check:
    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(one.of(data.key))

    return pa.Check(apply, name=one.check.value)


def failures(limits: Limits, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Which rows fail which check of `documents`, found by pandera; see `checks.failing`.

    Raises:
        pandera.errors.SchemaErrors: the frame's columns or types are not the model's.
    """
    schema = documents(limits)
    known = checks(limits)
    try:
        schema.validate(frame.select(list(schema.columns)), lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        if not set(cases["check"].unique()) <= {one.check.value for several in known.values() for one in several}:
            raise
        # pandera numbers rows by position; here they are keyed by what identifies them.
        return failing(known, frame, by, only=cases.select("column", "check").unique().rows())
    return failing(known, frame, by, only=())


def _promise(name: str, holds: Callable[[str], pl.Expr]) -> pa.Check:
    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(holds(data.key).fill_null(value=True))

    return pa.Check(apply, name=name)


def published(table: Table) -> pa.DataFrameSchema:
    """The model of a published table: what `write` promises of every row, or stops."""
    hex_128 = _promise("128 bits in hex", lambda key: pl.col(key).str.contains(HEX_128))
    sound: dict[str, list[pa.Check]] = {
        "article_id": [hex_128],
        "text_hash": [hex_128],
        "duplicate_of": [hex_128],
        "document_id": [_promise("256 bits in hex", lambda key: pl.col(key).str.contains(HEX_256))],
        "revision": [_promise("counts from 1", lambda key: pl.col(key) >= 1)],
        "title": [_promise("has a title", lambda key: pl.col(key).str.strip_chars() != "")],
        "similarity": [_promise("lies in 0 to 1", lambda key: pl.col(key).is_between(0, 1))],
        "word_count": [_promise("is no less than 0", lambda key: pl.col(key) >= 0)],
    }
    if table is QUARANTINE:
        return model(table, {"document_id": sound["document_id"]})
    return model(table, {name: checks for name, checks in sound.items() if name in table.names})
