"""resolve: identity, revisions, duplicates -> decisions, one row a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.resolve.duplicates import with_duplicates
from corpus.resolve.identity import with_identity
from corpus.resolve.revisions import STATE, Decision, with_revisions
from corpus.stages.outcome import Outcome
from corpus.stages.threads import side_by_side
from corpus.store import engine, parquet
from corpus.store.digest import canonical_json, digest
from corpus.store.shards import KeyedShards, Shard, ShardFile, encode, require, shard_path
from schemas import DECISIONS, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.settings import Resolve, Settings

_COLUMNS: Final = ("document_id", "source", "batch", "captured_at", "url", "publisher", *STATE)
_SHARD: Final = "shard"


def resolve(root: Path, settings: Settings) -> Outcome:
    """Decide what each document is, over the whole corpus at once."""
    fingerprint = engine.require(root, "resolve")
    params = canonical_json(settings.section("resolve"))
    with KeyedShards(root, "resolve", [DECISIONS]) as shards:
        documents = require(root, "ingest", shards.memory)
        verdicts = require(root, "validate", shards.memory)
        # Any document can decide over any other, so every shard is made from all of them.
        inputs = [f"{n}\0{f.sha256}" for s in (documents, verdicts) for n, d in s.items() for f in d.files.values()]
        key = digest([fingerprint, params, *inputs])
        keys = {name: digest([name, key]) for name in documents}
        stale = shards.stale(keys)
        if stale:
            decided = list(_by_shard(_decide(root, documents, verdicts, settings.resolve)))
            made = side_by_side(lambda named: _encode(shards.folder, *named), decided)
            for (name, _), files in zip(decided, made, strict=True):
                shards.adopt(name, keys[name], files)
        finished = shards.finish(keys)
    counted = count(root, finished)
    return Outcome(
        "resolve",
        came=sum(counted.values()),
        kept=counted[Decision.ARTICLE],
        dropped={decision.value: n for decision, n in counted.items() if decision is not Decision.ARTICLE},
        shards=len(keys),
        made=len(stale),
    )


def count(root: Path, shards: dict[str, Shard]) -> dict[Decision, int]:
    """How many documents each decision has."""
    counted = dict.fromkeys(Decision, 0)
    for name in shards:
        column = parquet.read(shard_path(root, "decisions", name), ["decision"])["decision"]
        for entry in column.value_counts().to_pylist():
            counted[Decision(entry["values"])] += entry["counts"]
    return counted


def _decide(root: Path, documents: dict[str, Shard], verdicts: dict[str, Shard], settings: Resolve) -> pl.DataFrame:
    rows = pl.concat(side_by_side(lambda name: _read(root, name), list(documents)))
    blocked = _blocked(root, verdicts)
    bad = rows.join(blocked, on=[_SHARD, "source"], how="inner")
    good = with_revisions(with_identity(rows.join(blocked, on=[_SHARD, "source"], how="anti")))
    current = good.filter(pl.col("decision") == Decision.ARTICLE.value)
    marks = with_duplicates(current if settings.mark_duplicates else current.clear())
    marks = marks.filter(pl.col("duplicate_of").is_not_null())
    good = good.join(marks.select(_SHARD, "source", "duplicate_of", "similarity"), on=[_SHARD, "source"], how="left")
    bad = bad.with_columns(decision=pl.lit(Decision.QUARANTINED.value))
    return pl.concat([good, bad], how="diagonal").select(_SHARD, *DECISIONS.names)


def _read(root: Path, name: str) -> pl.DataFrame:
    found = parquet.read(shard_path(root, "documents", name), list(_COLUMNS))
    return pl.DataFrame(found).with_columns(pl.lit(name).alias(_SHARD))


def _encode(folder: Path, name: str, decided: pl.DataFrame) -> dict[str, ShardFile]:
    return encode(folder, name, [(DECISIONS, decided.select(DECISIONS.names).to_arrow())])


def _blocked(root: Path, verdicts: dict[str, Shard]) -> pl.DataFrame:
    """The quarantined documents by shard and source, with the checks they failed as `rule`."""
    frames = [pl.DataFrame(schema={_SHARD: pl.String, "source": pl.String, "rule": pl.String})]
    for name, shard in verdicts.items():
        if "verdicts" in shard.files:
            frame = pl.DataFrame(parquet.read(shard_path(root, "verdicts", name), ["source", "check", "severity"]))
            frames.append(
                frame.filter(pl.col("severity") == Severity.BLOCK.value)
                .group_by("source")
                .agg(rule=pl.col("check").unique().sort().str.join(", "))
                .select(pl.lit(name).alias(_SHARD), "source", "rule")
            )
    return pl.concat(frames)


def _by_shard(decided: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (name,), frame in decided.partition_by(_SHARD, as_dict=True).items():
        yield str(name), frame
