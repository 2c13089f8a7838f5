"""Find the articles of a past day that the tables of a version have otherwise than a build of that day would.

Captures of an article are decided in order, so later ones change nothing of the revisions before: they supersede them,
and the tables say when. Marks of duplicates may differ, but only of texts that share a hash with one that was no
article then, or no longer is one. Only for these more than times and hashes is read, and only these are decided again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.columnar import ids, ragged
from corpus.pipeline.compared import numbered
from corpus.pipeline.comparing import Comparing
from corpus.pipeline.decided import BLOCKED
from corpus.pipeline.deciding import decide
from corpus.pipeline.signed import SignedDocuments, read_signatures
from corpus.pipeline.threads import side_by_side
from corpus.resolve.duplicates import NO_DAY, NO_MOMENT, Articles, likes
from corpus.resolve.revisions import Decision
from corpus.snapshots.linked import ROW, SHARD, columns, linked, placed
from corpus.tables import parquet
from schemas.tables import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from corpus.pipeline.measuring import Texts
    from corpus.pipeline.signed import Read
    from corpus.resolve.shingles import Places
    from corpus.settings import Resolve

MARKS: Final = ("duplicate_of", "similarity", "contained_in", "containment")
# What is read of documents that may be marked otherwise.
_COMPARED: Final = ("text_hash", "published_date", "grams", "limit", "sample", "lowest")
# What an article of the day must have in common with its row in the version. Who discovered it when does not change.
_SAME: Final = ("article_id", "revision", "first_seen", *MARKS)


@dataclass(frozen=True, slots=True)
class Tables:
    """The files of a version that decisions follow from, by shard in order: seeds first, then by batch.

    Attributes:
        signatures: a file for each shard.
        decisions: likewise.
        pairs: the files of compared texts.
        texts: returns texts of a shard of documents, by the number of the shard and the rows.
        links: a file where the links between the texts of one version are kept; None to keep none.
    """

    signatures: list[Path]
    decisions: list[Path]
    pairs: list[Path]
    texts: Texts
    links: Path | None = None

    def known_pairs(self) -> Iterator[pl.DataFrame]:
        """Yield the pairs of texts that were compared for the version."""
        return (pl.DataFrame(parquet.read(path)) for path in self.pairs)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version has otherwise than a build of a past day.

    Attributes:
        left_out: the ids of articles whose rows in the version, as the times in them tell, are not those of the day.
        apart: the decisions on articles of the day that no such row has, with the numbers of shard and row.
        again: all decisions that were made again, likewise.
    """

    left_out: pl.Series
    apart: pl.DataFrame
    again: pl.DataFrame


def until(captured: pl.Expr, end: datetime) -> pl.Expr:
    """Return whether something was captured before a time, or has no time: seeds were always there."""
    return captured.is_null() | (captured < end)


def _was_article(end: datetime) -> pl.Expr:
    """Return whether a document is an article of the day, as the version and its times have it."""
    superseded = (pl.col("decision") == Decision.SUPERSEDED.value) & was_current(end)
    return superseded | (pl.col("decision") == Decision.ARTICLE.value)


def was_current(end: datetime) -> pl.Expr:
    """Return whether a revision that was superseded at some time was current until after another time."""
    # Without a time it was superseded by a seed, which was always there.
    return (pl.col("superseded_at") >= end).fill_null(value=False)


def difference(tables: Tables, end: datetime, settings: Resolve) -> Difference:
    """Return what the tables of a version have otherwise than a build of what was captured before a time.

    Args:
        tables: of the version; this engine's columns.
        end: the time.
        settings: params.yaml's `resolve`, as the version has it.
    """
    known = linked(tables.signatures, tables.decisions, tables.links)
    was_article = pl.col("now") | was_current(end)
    rows = known.rows.with_columns(then=until(pl.col("captured_at"), end) & was_article)
    may_differ = known.with_links((rows["now"] != rows["then"]).to_numpy())
    chosen = rows.filter(rows["then"] & may_differ).select(SHARD, ROW)
    now = _taken(tables.decisions, DECISIONS.names, chosen)
    # As they are found in the version, where marks of earlier revisions are not known.
    there = now.filter(pl.col("decision") != Decision.DUPLICATE.value)
    then = _marked(now.hstack(_taken(tables.signatures, _COMPARED, chosen).drop(SHARD, ROW)), tables, settings)
    return compared(there, then)


def difference_of_older(tables: Tables, end: datetime, decided: pl.DataFrame) -> Difference:
    """Return what the tables of a version that an older engine made have otherwise than decisions of this engine.

    Args:
        tables: of the version; decisions may lack columns.
        end: the time that the decisions are for.
        decided: what `decide_again` returns.
    """
    known = set(pl.scan_parquet(tables.decisions[:1], glob=False).collect_schema()) if tables.decisions else set()
    names = [name for name in ("decision", "superseded_at", *_SAME) if name in known]
    rows = placed(tables.signatures, ["captured_at"]).hstack(columns(tables.decisions, names))
    return compared(rows.filter(until(pl.col("captured_at"), end) & _was_article(end)), decided)


def decide_again(tables: Tables, end: datetime, settings: Resolve) -> pl.DataFrame:
    """Return the decisions on all documents captured before a time, with the numbers of shard and row.

    Args:
        tables: of the version, which an older engine may have made.
        end: the time.
        settings: params.yaml's `resolve`, as the version has it.
    """
    signed = SignedDocuments(
        side_by_side(parquet.rows, tables.signatures),
        lambda number, columns: read_signatures(tables.signatures[number], columns),
    )
    # Decisions and signatures of a shard have the same rows.
    found = columns(tables.decisions, ["rule", "decision"]).with_row_index("document")
    failed = found.filter(pl.col("decision") == Decision.QUARANTINED.value)
    blocked = failed.select(BLOCKED.names()).cast(BLOCKED)
    decided = decide(signed, blocked, settings, tables.known_pairs(), tables.texts, end)
    parts = [
        pl.DataFrame(DECISIONS.empty).select(pl.lit(0, pl.Int32).alias(SHARD), pl.lit(0, pl.Int32).alias(ROW), "*")
    ]
    for number in signed.shards:
        row = pl.Series(ROW, np.flatnonzero(decided.present[signed.span(number)]), pl.Int32)
        parts.append(decided.rows(number).select(pl.lit(number, pl.Int32).alias(SHARD), row, "*"))
    return pl.concat(parts)


def decisions(tables: Tables, end: datetime, differing: Difference) -> pl.DataFrame:
    """Return the decisions on all documents captured before a time, as `decide_again` does.

    Args:
        tables: of the version; this engine's columns.
        end: the time.
        differing: what `difference` returns.
    """
    rows = placed(tables.signatures, ["captured_at"]).hstack(columns(tables.decisions, DECISIONS.names))
    rows = rows.filter(until(pl.col("captured_at"), end)).drop("captured_at")
    again = (pl.col("decision") == Decision.SUPERSEDED.value) & was_current(end)
    # What represents an article's documents is its current revision; a repeat has the revision that it repeats.
    current = rows.filter(again).select("article_id", _winner="document_id")
    repeat = pl.col("decision") == Decision.REPEAT.value
    rows = rows.join(current, on="article_id", how="left", maintain_order="left").with_columns(
        winner=pl.when(repeat).then("winner").otherwise(pl.coalesce("_winner", "winner")),
        decision=pl.when(again).then(pl.lit(Decision.ARTICLE.value)).otherwise("decision"),
        superseded_by=pl.when(~again).then("superseded_by"),
        superseded_at=pl.when(~again).then("superseded_at"),
    )
    marked = differing.again.select(SHARD, ROW, "decision", *MARKS)
    made = rows.drop("_winner").update(marked, on=[SHARD, ROW], how="left", include_nulls=True)
    return made.select(SHARD, ROW, *DECISIONS.names).sort(SHARD, ROW)


def compared(there: pl.DataFrame, then: pl.DataFrame) -> Difference:
    """Return what differs between articles as the version has them and as they were.

    Args:
        there: decisions of the version on the documents that its times tell to be the articles of the day.
        then: decisions of the day; those that are no articles do not count.
    """
    key = [SHARD, ROW, *_SAME]
    then = then.select(SHARD, ROW, *DECISIONS.names)
    articles = then.filter(pl.col("decision") == Decision.ARTICLE.value)
    lacking = [pl.lit(None, articles.schema[name]).alias(name) for name in _SAME if name not in there.columns]
    there = there.with_columns(*lacking, pl.col("revision").cast(pl.Int32)).select(key)
    left_out = there.join(articles.select(key), on=key, how="anti", nulls_equal=True)
    apart = articles.join(there, on=key, how="anti", nulls_equal=True, maintain_order="left")
    return Difference(left_out["article_id"], apart, then)


def _marked(rows: pl.DataFrame, tables: Tables, settings: Resolve) -> pl.DataFrame:
    """Return the decisions on articles of the day, marked as duplicates of each other."""
    rows = rows.drop(*MARKS).with_columns(
        decision=pl.lit(Decision.ARTICLE.value),
        winner=pl.col("document_id"),
        superseded_by=pl.lit(None, pl.String),
        superseded_at=pl.lit(None, rows.schema["superseded_at"]),
    )
    # They are numbered in the order of shards and rows, and their signatures are as one shard.
    rows = rows.sort(SHARD, ROW)
    signed = SignedDocuments([rows.height], _columns_of(rows))
    every = np.arange(rows.height)
    hashes = ids.packed(rows["text_hash"], 32)
    text = ids.firsts(hashes, every)
    known = numbered(tables.known_pairs(), hashes, every[text == every])
    places = rows.select(SHARD, ROW).to_numpy()

    def read(_: int, wanted: Places) -> pa.Array:
        parts = [
            tables.texts(int(shard), places[wanted][places[wanted, 0] == shard, 1].astype(np.int64))
            for shard in ragged.distinct(places[wanted, 0])
        ]
        return pa.concat_arrays(parts)

    articles = Articles(
        every,
        ids.packed(rows["article_id"], 32),
        rows["published_date"].to_physical().fill_null(NO_DAY).to_numpy(),
        rows["first_seen"].to_physical().fill_null(NO_MOMENT).to_numpy(),
        text.astype(np.int32),
    )
    found = likes(articles, signed, settings, Comparing(signed, settings.ngram, known, read))
    own = rows["article_id"]
    marks = found.with_columns(own.gather(found[name]).alias(name) for name in ("duplicate_of", "contained_in"))
    marked = rows.with_row_index("document").cast({"document": pl.Int32}).join(marks, on="document", how="left")
    if settings.duplicates == "drop":
        copy = pl.col("duplicate_of").is_not_null()
        marked = marked.with_columns(
            decision=pl.when(copy).then(pl.lit(Decision.DUPLICATE.value)).otherwise("decision")
        )
    return marked


def _columns_of(rows: pl.DataFrame) -> Read:
    return lambda _, columns: rows.select(columns or rows.columns).to_arrow()


def _taken(files: list[Path], names: Sequence[str], places: pl.DataFrame) -> pl.DataFrame:
    """Return columns of some rows, in their order, with the numbers of file and row."""
    parts = [
        (number, part[ROW]) for (number,), part in places.partition_by(SHARD, as_dict=True, maintain_order=True).items()
    ]

    def read(part: tuple[int, pl.Series]) -> pl.DataFrame:
        return pl.DataFrame(parquet.read(files[part[0]], list(names)))[part[1]]

    if not parts:
        return places.hstack(columns(files[:1], names).clear())
    return places.hstack(pl.concat(side_by_side(read, parts)))
