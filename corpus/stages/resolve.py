"""resolve: identity, revisions, near-duplicates -> decisions, one row a document.

Every document is signed once, in shards beside the documents. What it is follows from all signatures, and from what
texts that seem alike have exactly in common, which is kept too. So new documents are decided without reading old texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corpus.resolve.revisions import Decision
from corpus.stages import comparing, signing
from corpus.stages.deciding import SHARD, decide, numbered
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

    from corpus.settings import Settings


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
    rows = numbered(side_by_side(lambda name: parquet.read(shard_path(root, SIGNATURES.name, name)), names))
    n = settings.resolve.ngram
    known = comparing.known(root, n, fingerprint)
    texts = comparing.texts_of(root, names)
    decided, asked = decide(rows, _blocked(root, names, verdicts), settings.resolve, known, texts)
    comparing.publish(root, names, n, fingerprint, asked)
    with KeyedShards(root, "resolve", [DECISIONS]) as shards:
        parts = _parts(decided, names, documents)
        keys = {name: digest([fingerprint, comparing.content(part)]) for name, part in parts.items()}
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
    frames = [pl.DataFrame(schema={SHARD: pl.Int32, "source": pl.String, "rule": pl.String})]
    for number, name in enumerate(names):
        if "verdicts" in verdicts[name].files:
            frame = pl.DataFrame(parquet.read(shard_path(root, "verdicts", name), ["source", "check", "severity"]))
            frames.append(
                frame.filter(pl.col("severity") == Severity.BLOCK.value)
                .group_by("source")
                .agg(rule=pl.col("check").unique().sort().str.join(", "))
                .select(pl.lit(number, pl.Int32).alias(SHARD), "source", "rule")
            )
    return pl.concat(frames)
