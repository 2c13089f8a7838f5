"""What is expected of a corpus: the table of its figures, and the pandera checks on it.

One row a scope and figure, with what was found beside the least and the most that is expected. A figure that could not
be found is not judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from schemas.expected import Verdict
from schemas.table import Column, Table

if TYPE_CHECKING:
    import pandera.polars
    import polars as pl

FIGURES: Final = Table(
    "figures",
    "One row for each scope and figure: what was found, and what is expected.",
    (
        Column("scope", pa.string(), "overall or publisher"),
        Column("publisher", pa.string(), "the publisher; null overall, and where it is not known", nullable=True),
        Column("figure", pa.string(), "what was counted"),
        Column("found", pa.float64(), "what was found; null if it is not known", nullable=True),
        Column("min", pa.float64(), "the least that is expected", nullable=True),
        Column("max", pa.float64(), "the most that is expected", nullable=True),
        Column("on_min", pa.string(), "what it does if less was found"),
        Column("on_max", pa.string(), "what it does if more was found"),
        Column("detail", pa.string(), "which publishers or columns", nullable=True),
    ),
)

MINIMUM: Final = "minimum"
MAXIMUM: Final = "maximum"


def _holds() -> dict[str, pl.Expr]:
    """Return for each check whether a row passes it."""
    import polars as pl  # 30 MB and a fifth of a second, and all that read settings import this module

    return {
        MINIMUM: (pl.col("found") >= pl.col("min")).fill_null(value=True),
        MAXIMUM: (pl.col("found") <= pl.col("max")).fill_null(value=True),
    }


def model() -> pandera.polars.DataFrameSchema:
    """The pandera model of `FIGURES`: nothing found is less than its minimum, or more than its maximum."""
    import pandera.polars as pa_

    from schemas.models import model as of_table

    def check(name: str) -> pandera.polars.Check:
        return pa_.Check(lambda data: data.lazyframe.select(_holds()[name]), name=name)

    return of_table(FIGURES, {"found": [check(MINIMUM), check(MAXIMUM)]})


def judge(figures: pl.DataFrame) -> pl.DataFrame:
    """The figures with a column `verdict`, by the checks of `model`.

    Raises:
        pandera.errors.SchemaErrors: the table is not one of figures.
    """
    import pandera.errors
    import polars as pl

    holds = _holds()
    broken: set[str] = set()
    try:
        model().validate(figures, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        broken = set(errors.failure_cases["check"].unique())
        if not broken <= holds.keys():
            raise
    # pandera says which checks fail, and numbers rows by position; here each row says so itself.
    effects = [
        pl.when(~holds[name]).then(pl.col(effect)) for name, effect in ((MINIMUM, "on_min"), (MAXIMUM, "on_max"))
        if name in broken
    ]  # fmt: skip
    bounded = pl.col("min").is_not_null() | pl.col("max").is_not_null()
    return figures.with_columns(
        verdict=pl.coalesce(
            *effects,
            pl.when(~bounded).then(pl.lit(Verdict.NONE.value)),
            pl.when(pl.col("found").is_null()).then(pl.lit(Verdict.UNKNOWN.value)),
            pl.lit(Verdict.MET.value),
        )
    )
