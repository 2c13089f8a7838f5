"""Compare the figures of a corpus with the expectations in params.yaml and with the last release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.releases.shape import reshaped
from corpus.rights.policy import COLUMNS, is_denied, is_unknown
from corpus.settings import Bounds, Expectations
from schemas.expectations import FIGURES, judge
from schemas.expected import OF_PUBLISHERS, Figure, Scope, Verdict
from schemas.rights import Purpose
from schemas.tables import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.snapshots.snapshot import Snapshot

_DECIMALS: Final = 6
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: what was found and what is expected of it. `publisher` is None overall, and where it is not known."""

    scope: Scope
    publisher: str | None
    figure: Figure
    found: float | None
    min: float | None
    max: float | None
    verdict: Verdict
    detail: str | None

    def __str__(self) -> str:
        whose = f" of {self.publisher or 'unknown publisher'}" if self.scope is Scope.PUBLISHER else ""
        return f"{self.figure}{whose} is {amount(self.found)}, expected {self.expected}{self._more}"

    @property
    def expected(self) -> str:
        """Return the bounds in words."""
        low, high = amount(self.min), amount(self.max)
        if self.min is not None and self.max is not None:
            return low if self.min == self.max else f"{low} to {high}"
        if self.min is not None:
            return f"at least {low}"
        return f"at most {high}" if self.max is not None else "nothing"

    @property
    def _more(self) -> str:
        return f" ({self.detail})" if self.detail else ""


def amount(value: float | None) -> str:
    """Return a figure for people.

    >>> amount(1234.0), amount(0.05), amount(None)
    ('1,234', '0.05', 'unknown')
    """
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4f}".rstrip("0")


def expect(expectations: Expectations, old: Snapshot | None, new: Snapshot) -> list[Finding]:
    """Compare a version with its expectations.

    Args:
        expectations: the expectations of params.yaml.
        old: the last release; None without one.
        new: the version.

    Returns:
        Every figure of the corpus, and the figures of publishers for which there is an expectation.

    Raises:
        MissingObjects: the data of a version are not available.
    """
    before = None if old is None else old.scan("articles").select("publisher", "published_date").collect()
    tables = Tables(new.scan("articles"), new.scan("documents"), new.scan("quarantine"), before)
    overall = measured(tables, by_publisher=False)
    listed: dict[str, list[str] | None] = {
        Figure.SILENT: silent(tables, expectations.silent_days),
        Figure.SCHEMA: None if old is None else _reshaped(old, new),
    }
    counts = [pl.lit(None if names is None else len(names), pl.Int64).alias(name) for name, names in listed.items()]
    frames = [_long(Scope.OVERALL, overall.with_columns(counts), tuple(Figure), expectations.overall, listed)]
    asked = tuple(figure for figure in OF_PUBLISHERS if figure in expectations.per_publisher)
    if asked:
        each = measured(tables, by_publisher=True).filter(pl.col("most") >= expectations.least_articles)
        frames.append(_long(Scope.PUBLISHER, each, asked, expectations.per_publisher, {}))
    return [_finding(row) for row in judge(pl.concat(frames)).iter_rows(named=True)]


@dataclass(frozen=True, slots=True)
class Tables:
    """What is measured: three tables of a version, and the publishers and days of the last release, if there is one."""

    articles: pl.LazyFrame
    documents: pl.LazyFrame
    quarantine: pl.LazyFrame
    before: pl.DataFrame | None


def measured(tables: Tables, *, by_publisher: bool) -> pl.DataFrame:
    """Return the figures of a version: one row, or one for each publisher. `most` is the larger number of articles."""

    def grouped(frame: pl.LazyFrame, *figures: pl.Expr) -> pl.LazyFrame:
        if by_publisher:
            return frame.group_by("publisher").agg(figures)
        return frame.select(pl.lit(None, pl.String).alias("publisher"), *figures)

    documents = tables.documents
    # A capture that brings nothing new, or is refused, moves time on all the same.
    captured = documents.select(pl.col("captured_at").max().dt.date()).collect().item()
    there = set(tables.articles.collect_schema().names())
    rights = {
        Figure.TRAINING_DENIED: is_denied(Purpose.TRAIN),
        Figure.TRAINING_UNKNOWN: is_unknown(Purpose.TRAIN),
    }
    articles = grouped(
        tables.articles,
        *(
            (found.mean() if there.issuperset(COLUMNS) else pl.lit(None, pl.Float64)).alias(figure)
            for figure, found in rights.items()
        ),
        pl.len().alias(Figure.ROWS),
        pl.col("published_date").is_null().mean().alias(Figure.WITHOUT_DATE),
        (pl.col("authors").list.len() == 0).mean().alias(Figure.WITHOUT_AUTHOR),
        pl.col("language").is_null().mean().alias(Figure.WITHOUT_LANGUAGE),
        pl.col("word_count").median().alias(Figure.MEDIAN_WORDS),
        (pl.lit(captured, pl.Date) - pl.col("published_date").max()).dt.total_days().alias(Figure.NEWEST_AGE),
    )
    known = pl.LazyFrame(schema={"publisher": pl.String}) if tables.before is None else tables.before.lazy()
    quarantined = documents.join(tables.quarantine, on=["document_id", "source", "batch"], how="semi")
    for other, name in ((documents, "documents"), (quarantined, "held"), (known, "before")):
        articles = articles.join(
            grouped(other, pl.len().alias(name)), on="publisher", how="full", coalesce=True, nulls_equal=True
        )
    rows, then, seen = (pl.col(name).fill_null(0).cast(pl.Int64) for name in (Figure.ROWS, "before", "documents"))
    return (
        articles.with_columns(
            rows.alias(Figure.ROWS),
            pl.max_horizontal(rows, then).alias("most"),
            # Of nothing there is no share.
            pl.when(then > 0).then(rows / then - 1).alias(Figure.ROWS_CHANGE),
            pl.when(seen > 0).then(pl.col("held").fill_null(0) / seen).alias(Figure.QUARANTINED),
        )
        .sort("most", "publisher", descending=[True, False], nulls_last=True)
        .collect()
    )


def silent(tables: Tables, days: int) -> list[str] | None:
    """Return the publishers that published in the last days of the last release and not since; None if unknown."""
    before = tables.before
    if before is None:
        return None
    newest = tables.articles.group_by("publisher").agg(pl.col("published_date").max()).collect()
    then, now = before["published_date"].max(), newest["published_date"].max()
    if then is None or now is None:
        return None
    window = pl.duration(days=days)
    active = before.filter(pl.col("published_date") > pl.lit(then) - window).select("publisher").unique()
    heard = newest.filter((pl.col("published_date") > pl.lit(then)) | (pl.col("published_date") > pl.lit(now) - window))
    gone = active.join(heard, on="publisher", how="anti", nulls_equal=True)["publisher"].drop_nulls()
    return sorted(gone.to_list())


def _reshaped(old: Snapshot, new: Snapshot) -> list[str]:
    tables = [table.name for table in PUBLISHED if old.md5(table.name) != new.md5(table.name)]
    return [str(change) for change in reshaped(old.any_file, new.any_file, tables)]


def _long(
    scope: Scope,
    figures: pl.DataFrame,
    asked: Sequence[Figure],
    bounds: Mapping[Figure, Bounds],
    listed: Mapping[str, list[str] | None],
) -> pl.DataFrame:
    """Turn figures in columns into rows of the table of figures, each with its bounds."""
    default = Bounds()
    expected = pl.DataFrame(
        [
            (figure.value, one.min, one.max, one.on_min.value, one.on_max.value, _some(listed.get(figure)))
            for figure in asked
            for one in [bounds.get(figure, default)]
        ],
        schema=["figure", "min", "max", "on_min", "on_max", "detail"],
        schema_overrides={"min": pl.Float64, "max": pl.Float64, "detail": pl.String},
        orient="row",
    )
    found = figures.select("publisher", pl.col([figure.value for figure in asked]).cast(pl.Float64).round(_DECIMALS))
    rows = found.unpivot(index="publisher", variable_name="figure", value_name="found")
    return (
        rows.join(expected, on="figure", how="left", maintain_order="left")
        .with_columns(scope=pl.lit(scope.value))
        .select(FIGURES.names)
    )


def _some(names: list[str] | None) -> str | None:
    if not names:
        return None
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _finding(row: dict[str, Any]) -> Finding:
    return Finding(
        Scope(row["scope"]), row["publisher"], Figure(row["figure"]), row["found"], row["min"], row["max"],
        Verdict(row["verdict"]), row["detail"],
    )  # fmt: skip
