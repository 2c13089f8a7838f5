"""resolve: identity, revisions, near-duplicates -> decisions, one row a document.

Every document is signed once, in shards beside the documents. What it is follows from all signatures, and from what
texts that seem alike have exactly in common, which is kept too. So new documents are decided without reading old texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.resolve.duplicates import MARKS, jaccard, overlap, with_duplicates
from corpus.resolve.revisions import Bounds, Decision, with_revisions
from corpus.stages import signing
from corpus.stages.comparing import Comparing, content
from corpus.stages.outcome import Outcome
from corpus.stages.threads import side_by_side
from corpus.stages.workers import default_workers
from corpus.store import engine, parquet
from corpus.store.batches import SEEDS
from corpus.store.digest import digest
from corpus.store.shards import KeyedShards, Shard, ShardFile, digests, encode, require, shard_path
from schemas import DECISIONS, SIGNATURES, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from corpus.settings import Resolve, Settings

_SHARD: Final = "shard"
_ROW: Final = "row"


def resolve(root: Path, settings: Settings, workers: int | None = None) -> Outcome:
    """Decide what each document is, over the whole corpus at once."""
    fingerprint = engine.require(root, "resolve")
    memory = digests(root)
    documents = require(root, "ingest", memory)
    verdicts = require(root, "validate", memory)
    memory.save()
    signing.sign(root, settings.resolve, fingerprint, documents, workers or default_workers())
    # By batch, seeds first: of two shards the later is mostly that of the later documents.
    names = sorted(documents, key=lambda name: (not name.startswith(f"{SEEDS}-"), name))
    rows = _signatures(root, names)
    blocked = _blocked(root, names, verdicts)
    good = rows
    if not blocked.is_empty():
        good = rows.join(blocked, on=[_SHARD, "source"], how="anti", maintain_order="left")
    texts = good.select("text_hash", _SHARD, _ROW, "grams").unique("text_hash", keep="first", maintain_order=True)
    comparing = Comparing(root, texts, names, settings.resolve.ngram, fingerprint)
    decided = _decide(good, rows, blocked, settings.resolve, comparing)
    comparing.save()
    with KeyedShards(root, "resolve", [DECISIONS]) as shards:
        parts = _parts(decided, names, documents)
        keys = {name: digest([fingerprint, content(part)]) for name, part in parts.items()}
        stale = shards.stale(keys)

        def make(name: str) -> dict[str, ShardFile]:
            return encode(shards.folder, name, [(DECISIONS, parts[name])])

        for name, files in zip(stale, side_by_side(make, stale), strict=True):
            shards.adopt(name, keys[name], files)
        shards.finish(keys)
    counted = {Decision(name): number for name, number in decided["decision"].value_counts().iter_rows()}
    return Outcome(
        "resolve",
        came=sum(counted.values()),
        kept=counted.get(Decision.ARTICLE, 0),
        dropped={decision.value: n for decision, n in counted.items() if decision is not Decision.ARTICLE},
        shards=len(keys),
        made=len(stale),
    )


def _decide(
    good: pl.DataFrame, rows: pl.DataFrame, blocked: pl.DataFrame, settings: Resolve, comparing: Comparing
) -> pl.DataFrame:
    """The decisions on all documents, in the order of `rows`."""
    bounds = Bounds(settings.minor_change, settings.url_reuse_below, settings.url_reuse == "split")

    def compare(asked: pl.DataFrame) -> pl.DataFrame:
        return comparing(asked).select("text_hash", "other_hash", jaccard=jaccard(), overlap=overlap())

    good = with_revisions(good, bounds, compare)
    current = good.filter(pl.col("decision") == Decision.ARTICLE.value)
    marked = with_duplicates(current, settings, comparing).select(_SHARD, _ROW, *MARKS)
    good = good.join(marked, on=[_SHARD, _ROW], how="left")
    if settings.duplicates == "drop":
        copy = pl.col("duplicate_of").is_not_null()
        good = good.with_columns(decision=pl.when(copy).then(pl.lit(Decision.DUPLICATE.value)).otherwise("decision"))
    bad = rows.drop("article_id", "rule").join(blocked, on=[_SHARD, "source"], how="inner")
    bad = bad.with_columns(decision=pl.lit(Decision.QUARANTINED.value))
    return pl.concat([good, bad], how="diagonal").select(_SHARD, _ROW, *DECISIONS.names).sort(_SHARD, _ROW)


def _signatures(root: Path, names: Sequence[str]) -> pl.DataFrame:
    """All signatures, with the number of their shard and their row in it."""
    read = side_by_side(lambda name: parquet.read(shard_path(root, SIGNATURES.name, name)), list(names))
    frames = [
        pl.DataFrame(table).select(
            pl.lit(number, pl.Int32).alias(_SHARD), pl.int_range(pl.len(), dtype=pl.Int32).alias(_ROW), pl.all()
        )
        for number, table in enumerate(read)
    ]
    none = pl.DataFrame(SIGNATURES.empty).with_columns(
        pl.lit(0, pl.Int32).alias(_SHARD), pl.lit(0, pl.Int32).alias(_ROW)
    )
    return pl.concat([none.select(_SHARD, _ROW, *SIGNATURES.names), *frames])


def _parts(decided: pl.DataFrame, names: Sequence[str], documents: Mapping[str, Shard]) -> dict[str, pa.Table]:
    """The decisions by the shards of their documents."""
    parts: dict[str, pa.Table] = {}
    begin = 0
    for name in names:
        number = documents[name].files["documents"].rows
        parts[name] = decided.slice(begin, number).select(DECISIONS.names).to_arrow().cast(DECISIONS.arrow)
        begin += number
    return parts


def _blocked(root: Path, names: Sequence[str], verdicts: Mapping[str, Shard]) -> pl.DataFrame:
    """The quarantined documents by shard and source, with the checks they failed as `rule`."""
    frames = [pl.DataFrame(schema={_SHARD: pl.Int32, "source": pl.String, "rule": pl.String})]
    for number, name in enumerate(names):
        if "verdicts" in verdicts[name].files:
            frame = pl.DataFrame(parquet.read(shard_path(root, "verdicts", name), ["source", "check", "severity"]))
            frames.append(
                frame.filter(pl.col("severity") == Severity.BLOCK.value)
                .group_by("source")
                .agg(rule=pl.col("check").unique().sort().str.join(", "))
                .select(pl.lit(number, pl.Int32).alias(_SHARD), "source", "rule")
            )
    return pl.concat(frames)
