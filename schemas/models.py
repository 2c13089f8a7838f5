"""The pandera models: the checks of `documents`, and the promises of the published tables.

A model is derived from a table's columns, so that dtype and nullability are defined once. Eager frames only:
on a LazyFrame pandera checks no values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandera.polars as pa
import polars as pl

from schemas.checks import CHECKED, checks, failing, promises
from schemas.observations import OBSERVED
from schemas.outcomes import Outcome, Via
from schemas.table import Table
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.checks import Limits, Passes, Promise

_CHECKED: Final = Table(
    DOCUMENTS.name, DOCUMENTS.meaning, tuple(column for column in DOCUMENTS.columns if column.name in CHECKED)
)


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
        _CHECKED, {column: [_as_pandera(one) for one in several] for column, several in checks(limits).items()}
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


def _promised(one: Promise) -> pa.Check:
    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(one.of(data.key))

    return pa.Check(apply, name=one.meaning)


def published(table: Table) -> pa.DataFrameSchema:
    """The model of a published table: what `write` promises of every row, or stops."""
    return model(table, {name: [_promised(promise)] for name, promise in promises(table).items()})


def observations(table: Table = OBSERVED) -> pa.DataFrameSchema:
    """Return the model of `observed` or `observations`: what `corpus collect` promises of every request."""
    hexadecimal = pa.Check.str_matches(r"^[0-9a-f]{64}$")
    return model(
        table,
        {
            "url": [pa.Check.str_length(1, 4_096)],
            "via": [pa.Check.isin([one.value for one in Via])],
            "outcome": [pa.Check.isin([one.value for one in Outcome])],
            "status": [pa.Check.in_range(100, 999)],
            "sha256": [hexadecimal],
            "words_sha256": [hexadecimal],
            "robots_sha256": [hexadecimal],
            "seconds": [pa.Check.ge(0)],
            "size": [pa.Check.ge(0)],
        },
    )
