"""resolve: identity, revisions, near-duplicates -> decisions, one row for each document.

Every document is signed once, in shards beside the documents. The decisions follow from all signatures, and from the
exact comparison of texts that seem alike, which is stored too. So old texts need not be read for new documents.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from corpus.batches.seeds import SEEDS
from corpus.pipeline import comparing, signing
from corpus.pipeline.deciding import BLOCKED, ROW, SHARD, decide, numbered
from corpus.pipeline.outcome import Outcome
from corpus.pipeline.threads import side_by_side
from corpus.repo.digest import digest, digest_rows
from corpus.resolve.revisions import Decision
from corpus.tables import engine, parquet
from corpus.tables.shards import KeyedShards, Shard, ShardFile, digests, encode, require, shard_path
from schemas.rules import Severity
from schemas.tables import DECISIONS, SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from corpus.pipeline.executor import Executor
    from corpus.settings import Settings


def resolve(root: Path, settings: Settings, executor: Executor) -> Outcome:
    """Decide what each document is, over the complete corpus at once."""
    fingerprint = engine.require(root, "resolve")
    memory = digests(root)
    documents = require(root, "ingest", memory)
    verdicts = require(root, "validate", memory)
    memory.save()
    signed = signing.sign(root, settings.resolve, fingerprint, documents, executor)
    # By batch, seeds first: of two shards the later is mostly that of the later documents.
    names = sorted(documents, key=lambda name: (not name.startswith(f"{SEEDS}-"), name))

    def signatures_of(name: str) -> pa.Table:
        sha256 = signed[name].files[SIGNATURES.name].sha256
        return parquet.read(shard_path(root, SIGNATURES.name, name), sha256=sha256)

    rows = numbered(side_by_side(signatures_of, names))
    n = settings.resolve.ngram
    known = comparing.known(root, n, fingerprint)
    texts = comparing.texts_of(root, names)
    decided, asked = decide(rows, _blocked(root, names, verdicts), settings.resolve, known, texts)
    comparing.publish(root, names, n, fingerprint, asked)
    with KeyedShards(root, "resolve", [DECISIONS]) as shards:
        keys = _keys(decided, rows, names, signed, fingerprint)
        count = [signed[name].files[SIGNATURES.name].rows for name in names]
        place = {name: (end - own, own) for name, own, end in zip(names, count, accumulate(count), strict=True)}
        stale = shards.stale(keys)

        def make(name: str) -> dict[str, ShardFile]:
            part = decided.slice(*place[name]).select(DECISIONS.names)
            return encode(shards.folder, name, [(DECISIONS, part.to_arrow().cast(DECISIONS.arrow))])

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


def _keys(
    decided: pl.DataFrame, signatures: pl.DataFrame, names: Sequence[str], signed: Mapping[str, Shard], fingerprint: str
) -> dict[str, str]:
    """Return the keys of shards: digests of their signatures, and of decisions that do not follow from these alone.

    A document that is known once and is like no other is an article. Most are, and this decision need not be digested.
    """
    plain = {
        "document_id": "document_id", "source": "source", "batch": "batch", "rule": "rule",
        "article_id": "article_id", "winner": "document_id", "first_seen": "captured_at",
    }  # fmt: skip
    own = signatures.select(pl.col(sorted(set(plain.values()))).name.prefix("_"))
    expected = {name: pl.col(f"_{column}") for name, column in plain.items()}
    expected |= {"decision": pl.lit(Decision.ARTICLE.value), "revision": pl.lit(1, pl.Int32)}
    differs = [pl.col(name).ne_missing(expected.get(name, pl.lit(None))) for name in DECISIONS.names]
    more = decided.hstack(own).filter(pl.any_horizontal(differs)).select(SHARD, ROW, *DECISIONS.names)
    # Written without nulls, and in the same columns for all shards.
    nullable = [column.name for column in DECISIONS.columns if column.nullable]
    nothing = {name: pl.lit("" if more.schema[name] == pl.String else 0).cast(more.schema[name]) for name in nullable}
    full = more.with_columns(
        *(pl.col(name).is_null().alias(f"{name} is null") for name in nullable),
        *(pl.col(name).fill_null(nothing[name]) for name in nullable),
    )
    parts = full.partition_by(SHARD, as_dict=True, maintain_order=True, include_key=False)
    digests = {number: digest_rows(part) for (number,), part in parts.items()}
    return {
        name: digest([fingerprint, signed[name].files[SIGNATURES.name].sha256, digests.get(number, "")])
        for number, name in enumerate(names)
    }


def _blocked(root: Path, names: Sequence[str], verdicts: Mapping[str, Shard]) -> pl.DataFrame:
    """Return the quarantined documents by `PLACE`, with their failed checks as `rule`."""
    frames = [BLOCKED.clear()]
    for number, name in enumerate(names):
        if "verdicts" in verdicts[name].files:
            sha256 = verdicts[name].files["verdicts"].sha256
            columns = ["source", "batch", "check", "severity"]
            frame = pl.DataFrame(parquet.read(shard_path(root, "verdicts", name), columns, sha256))
            frames.append(
                frame.filter(pl.col("severity") == Severity.BLOCK.value)
                .group_by("source", "batch")
                .agg(rule=pl.col("check").unique().sort().str.join(", "))
                .select(pl.lit(number, pl.Int32).alias(SHARD), "source", "batch", "rule")
            )
    return pl.concat(frames)
