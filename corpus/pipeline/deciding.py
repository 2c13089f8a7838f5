"""Decide from signatures what each document is, over a complete corpus at once. Its tables may be in any place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.pipeline.comparing import Comparing
from corpus.resolve.candidates import INDEXED, samples
from corpus.resolve.duplicates import jaccard, overlap, with_duplicates
from corpus.resolve.revisions import Bounds, Decision, with_revisions
from schemas.tables import DECISIONS, SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from corpus.pipeline.comparing import Texts
    from corpus.settings import Resolve

# The number of a document's shard, and of its row there.
SHARD: Final = "shard"
ROW: Final = "row"
# How quarantined documents are known: in a shard of several batches a source may occur once for each batch.
PLACE: Final = (SHARD, "source", "batch")
BLOCKED: Final = pl.DataFrame(schema={SHARD: pl.Int32, "source": pl.String, "batch": pl.String, "rule": pl.String})


def numbered(signatures: Iterable[pa.Table]) -> pl.DataFrame:
    """Return the signatures of several shards in one frame, with the numbers of shard and row."""
    frames = [
        _with_lowest(pl.DataFrame(table)).select(
            pl.lit(number, pl.Int32).alias(SHARD), pl.int_range(pl.len(), dtype=pl.Int32).alias(ROW), pl.all()
        )
        for number, table in enumerate(signatures)
    ]
    none = pl.DataFrame(SIGNATURES.empty).with_columns(pl.lit(0, pl.Int32).alias(SHARD), pl.lit(0, pl.Int32).alias(ROW))
    return pl.concat([none.select(SHARD, ROW, *SIGNATURES.names), *frames])


def _with_lowest(signatures: pl.DataFrame) -> pl.DataFrame:
    """Add `lowest` to signatures of older versions, in which the lowest hashes of the sample found candidates."""
    if "lowest" in signatures.columns:
        return signatures
    return signatures.with_columns(lowest=pl.col("sample").list.head(INDEXED).cast(pl.List(pl.UInt64)))


def decide(
    rows: pl.DataFrame,
    blocked: pl.DataFrame,
    settings: Resolve,
    known: pl.DataFrame,
    texts: Texts,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decide what each document is.

    Args:
        rows: the signatures, as `numbered` gives them; seeds first, then by batch.
        blocked: the quarantined documents, rows as `BLOCKED` has them.
        settings: params.yaml's `resolve`.
        known: rows of `schemas.PAIRS`: the pairs of texts compared before.
        texts: returns texts of a shard of documents, by the number of the shard and the rows, ascending.

    Returns:
        `schemas.DECISIONS` with `shard` and `row`, in the order of `rows`; and the pairs of texts that were compared,
        as `Comparing.asked`.
    """
    # Sketches stay where they are; to move them with their rows would cost more than all that is decided.
    sampled = samples(rows)
    rows = rows.drop("sample", "limit", "lowest").with_row_index("sketch")
    good = rows
    if not blocked.is_empty():
        good = rows.join(blocked, on=PLACE, how="anti", maintain_order="left")
    good = _with_texts(good)
    first = good.filter(pl.col("text") == pl.col("sketch")).select("text_hash", SHARD, ROW, "grams")
    comparing = Comparing(first, settings.ngram, known, texts)
    bounds = Bounds(settings.minor_change, settings.url_reuse_below, settings.url_reuse == "split")

    def compare(asked: pl.DataFrame) -> pl.DataFrame:
        return comparing(asked).select("text_hash", "other_hash", jaccard=jaccard(), overlap=overlap())

    good = with_revisions(good, bounds, compare)
    current = pl.col("decision") == Decision.ARTICLE.value
    marked = with_duplicates(good.filter(current), sampled, settings, comparing)
    good = pl.concat([marked, good.filter(~current)], how="diagonal")
    if settings.duplicates == "drop":
        copy = pl.col("duplicate_of").is_not_null()
        good = good.with_columns(decision=pl.when(copy).then(pl.lit(Decision.DUPLICATE.value)).otherwise("decision"))
    bad = rows.drop("article_id", "rule").join(blocked, on=PLACE, how="inner")
    bad = bad.with_columns(decision=pl.lit(Decision.QUARANTINED.value))
    decided = pl.concat([good, bad], how="diagonal").select(SHARD, ROW, *DECISIONS.names).sort(SHARD, ROW)
    return decided, comparing.asked


def _with_texts(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `text`, the number of the first sketch of the same text: numbers are faster to look up than hashes."""
    several = rows.filter(rows["text_hash"].is_duplicated()).select(
        "sketch", first=pl.col("sketch").first().over("text_hash")
    )
    text = rows["sketch"].to_numpy().copy()
    text[rows["sketch"].search_sorted(several["sketch"])] = several["first"].to_numpy()
    return rows.with_columns(text=pl.Series(text))
