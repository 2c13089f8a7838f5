"""Counts the tables of a build. Reads only the columns that it needs, never `text`; no count depends on row order."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.errors import InvariantError
from corpus.report.figures import Copied, Figures, Group, Holdings, QuarantinedDocument, Reason, Verdicts
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.tables.ledger import Ledger

# The columns whose completeness is reported, in the order of the report.
OPTIONAL: Final = (
    "url",
    "publisher",
    "publication",
    "page",
    "edition",
    "accession",
    "language",
    "published_date",
    "published_at",
    "modified_at",
    "authors",
    "agency",
    "section",
    "description",
    "keywords",
    "image_credits",
)
# Rows that are handed on for the page; it shows fewer where they are long.
QUARANTINED_ROWS: Final = 200
COPIED_ROWS: Final = 20
REASONS_PER_ROW: Final = 6
# Longer strings are cut while they are read: a title may be as long as its document.
STRING_LIMIT: Final = 1_000


def count(tables: Mapping[str, Sequence[Path]], ledger: Ledger) -> Figures:
    """Count the tables and compare the counts with the ledger.

    Args:
        tables: The Parquet shards of each table, in any order. A missing name is an empty table.
        ledger: The ledger of the build.

    Raises:
        InvariantError: A table has another number of rows than the ledger.
    """
    scans = {name: _scan(name, tables.get(name, ())) for name in TABLES}
    quarantine = scans["quarantine"]
    holdings = describe(scans["articles"])
    for name, expected, found in (
        ("articles", ledger.articles, holdings.articles),
        ("revisions", ledger.superseded, _rows(scans["revisions"])),
        ("quarantine", ledger.quarantined, _rows(quarantine)),
    ):
        if found != expected:
            raise InvariantError(f"Table '{name}' has {found} rows; the ledger says {expected}.")
    return Figures(
        **{field.name: getattr(holdings, field.name) for field in fields(holdings)},
        ledger=ledger,
        verdicts=_verdicts(scans["verdicts"]),
        quarantined=_reasons(quarantine),
        quarantined_documents=_quarantined(quarantine),
        sections=_groups(scans["articles"], "section"),
        copied=_copied(scans["articles"]) if holdings.duplicates else (),
    )


def describe(articles: pl.LazyFrame) -> Holdings:
    """Count some articles. The memory used does not grow with their number."""
    overall = _overall(articles)
    first, last = overall["captured_first"], overall["captured_last"]
    return Holdings(
        articles=overall["articles"],
        words=overall["words"],
        median_words=overall["median_words"],
        filled=tuple((column, overall[column]) for column in OPTIONAL),
        duplicates=overall["duplicates"],
        captured=None if first is None else (first, last),
        days=_days(articles),
        publishers=_groups(articles, "publisher"),
        languages=_groups(articles, "language"),
        batches=_groups(articles, "batch"),
    )


def _scan(name: str, shards: Sequence[Path]) -> pl.LazyFrame:
    if not shards:
        return pl.DataFrame(TABLES[name].empty).lazy()
    # By manifest: no globbing, and no columns read out of folder names.
    return pl.scan_parquet(sorted(shards), glob=False, hive_partitioning=False)


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")


def _rows(frame: pl.LazyFrame) -> int:
    return int(_collect(frame.select(pl.len())).item())


def _overall(articles: pl.LazyFrame) -> dict[str, Any]:
    """Return figures over all articles as Python values."""
    schema = TABLES["articles"].arrow
    filled = [
        # A list is never null; one without elements says as little.
        (pl.col(column).list.len() > 0 if schema.field(column).type.num_fields else pl.col(column).is_not_null())
        .sum()
        .alias(column)
        for column in OPTIONAL
    ]
    captured = pl.col("captured_at").dt.date()
    return _collect(
        articles.select(
            pl.len().alias("articles"),
            pl.col("word_count").cast(pl.Int64).sum().alias("words"),
            pl.col("word_count").median().cast(pl.Float64).alias("median_words"),
            pl.col("duplicate_of").is_not_null().sum().alias("duplicates"),
            captured.min().alias("captured_first"),
            captured.max().alias("captured_last"),
            *filled,
        )
    ).row(0, named=True)


def _days(articles: pl.LazyFrame) -> tuple[tuple[date, int], ...]:
    day = pl.col("published_date")
    # Python's calendar ends with the year 9999; the check of dates may have been switched off.
    within = articles.select(day).filter(day.is_between(date.min, date.max))
    return tuple(_collect(within.group_by(day).len().sort("published_date")).iter_rows())


def _groups(articles: pl.LazyFrame, column: str) -> tuple[Group, ...]:
    frame = articles.group_by(column).agg(pl.len().alias("articles"), pl.col("word_count").cast(pl.Int64).sum())
    groups = (Group(*row) for row in _collect(frame).iter_rows())
    return tuple(sorted(groups, key=lambda group: (group.name is None, -group.articles, group.name or "")))


def _verdicts(verdicts: pl.LazyFrame) -> tuple[Verdicts, ...]:
    # A check may speak more than once of a document (two lists with blanks): documents are counted, not rows.
    frame = (
        verdicts.select("check", "severity", "source", "batch", "document_id")
        .unique()
        .group_by("check", "severity")
        .agg(pl.len())
    )
    found = (Verdicts(*row) for row in _collect(frame).iter_rows())
    return tuple(sorted(found, key=lambda verdict: (-verdict.documents, verdict.check, verdict.severity)))


def _reasons(quarantine: pl.LazyFrame) -> tuple[tuple[str, int], ...]:
    checks = pl.col("reasons").list.eval(pl.element().struct.field("check")).list.unique().alias("check")
    frame = quarantine.select(checks).explode("check").drop_nulls().group_by("check").len()
    return tuple(sorted(_collect(frame).iter_rows(), key=lambda row: (-row[1], row[0])))


def _cut(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, STRING_LIMIT)


def _quarantined(quarantine: pl.LazyFrame) -> tuple[QuarantinedDocument, ...]:
    """Return the first documents in quarantine, by source."""
    frame = quarantine.select(
        "document_id",
        *(_cut(column) for column in ("source", "title", "url", "media_type", "excerpt")),
        "size",
        pl.col("reasons").list.head(REASONS_PER_ROW),
        pl.col("reasons").list.len().alias("count"),
    ).bottom_k(QUARANTINED_ROWS, by=["source", "document_id"])
    rows = _collect(frame).sort("source", "document_id").iter_rows(named=True)
    return tuple(
        QuarantinedDocument(
            source=row["source"],
            title=row["title"],
            url=row["url"],
            media_type=row["media_type"],
            size=row["size"],
            excerpt=row["excerpt"],
            reasons=tuple(
                Reason(reason["check"], reason["found"] and reason["found"][:STRING_LIMIT]) for reason in row["reasons"]
            ),
            reasons_left_out=row["count"] - len(row["reasons"]),
        )
        for row in rows
    )


def _copied(articles: pl.LazyFrame) -> tuple[Copied, ...]:
    """Return the articles with the most duplicates."""
    copies = _collect(articles.select("duplicate_of").drop_nulls().group_by("duplicate_of").len())
    most = sorted(copies.iter_rows(), key=lambda row: (-row[1], row[0]))[:COPIED_ROWS]
    wanted = articles.filter(pl.col("article_id").is_in([article_id for article_id, _ in most]))
    rows = _collect(
        wanted.select("article_id", _cut("title"), _cut("publisher"), "published_date", _cut("url"))
    ).iter_rows()
    originals = {row[0]: row[1:] for row in rows}
    found = []
    for key, number in most:
        title, publisher, published, url = originals.get(key, (None, None, None, None))
        found.append(Copied(key, title, publisher, published, url, number))
    return tuple(found)
