"""write: documents + verdicts + decisions -> articles, revisions and quarantine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl

from corpus.errors import InvariantError
from corpus.resolve.revisions import Decision
from corpus.stages.groups import THREADS, ahead, groups
from corpus.stages.outcome import Outcome
from corpus.stages.progress import progress
from corpus.stages.resolve import count
from corpus.store import engine, parquet
from corpus.store.digest import digest
from corpus.store.ledger import Ledger, rows
from corpus.store.shards import KeyedShards, Shard, ShardFile, encode, require, shard_path
from schemas import ARTICLES, PUBLISHED, QUARANTINE, REVISIONS, VERDICTS, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from schemas import Table


def write(root: Path) -> Outcome:
    """Bring the published tables up to date, and balance the ledger."""
    fingerprint = engine.require(root, "write")
    with KeyedShards(root, "write", PUBLISHED) as shards:
        inputs = {stage: require(root, stage, shards.memory) for stage in ("ingest", "validate", "resolve")}
        keys = {name: digest([fingerprint, *_digests(inputs, name)]) for name in inputs["ingest"]}
        stale = shards.stale(keys)

        def read(names: list[str]) -> list[list[tuple[Table, pl.DataFrame]]]:
            return [tables(root, inputs, name) for name in names]

        def make(named: tuple[str, list[tuple[Table, pl.DataFrame]]]) -> dict[str, ShardFile]:
            return encode(shards.folder, named[0], [(table, rows.to_arrow()) for table, rows in named[1]])

        with progress("write", len(stale), "shards") as advance, ThreadPoolExecutor(THREADS) as pool:
            for names, made in ahead(read, list(groups(stale, inputs["ingest"]))):
                _keep_promises(made)
                for name, files in zip(names, pool.map(make, zip(names, made, strict=True)), strict=True):
                    shards.adopt(name, keys[name], files)
                    advance(1)
        finished = shards.finish(keys)
    ledger = balance(root, inputs["ingest"], inputs["resolve"], finished)
    return Outcome(
        "write",
        came=ledger.documents,
        kept=ledger.articles + ledger.superseded + ledger.quarantined,
        dropped={"repeats": ledger.repeats},
        shards=len(keys),
        made=len(stale),
    )


def _digests(inputs: Mapping[str, dict[str, Shard]], name: str) -> list[str]:
    return [
        f"{table}\0{file.sha256}" for shards in inputs.values() for table, file in sorted(shards[name].files.items())
    ]


def balance(
    root: Path, documents: dict[str, Shard], decisions: dict[str, Shard], published: dict[str, Shard]
) -> Ledger:
    """The ledger, held against the rows of every table.

    Raises:
        InvariantError: the sums do not match, or an article stands twice.
    """
    counted = count(root, decisions)
    ledger = Ledger(
        documents=rows(documents, "documents"),
        articles=rows(published, ARTICLES.name),
        superseded=rows(published, REVISIONS.name),
        repeats=counted[Decision.REPEAT],
        quarantined=rows(published, QUARANTINE.name),
    )
    ids = [
        parquet.read(shard_path(root, ARTICLES.name, name), ["article_id"])["article_id"]
        for name, shard in published.items()
        if ARTICLES.name in shard.files
    ]
    distinct = pl.concat([pl.Series(column) for column in ids]).n_unique() if ids else 0
    if distinct != ledger.articles:
        raise InvariantError(f"{ledger.articles:,} articles have {distinct:,} identities.")
    return ledger


def _keep_promises(made: list[list[tuple[Table, pl.DataFrame]]]) -> None:
    """Hold what is about to be published against the tables' models.

    Raises:
        InvariantError: a row is not what its table promises.
    """
    from pandera.errors import SchemaErrors

    from schemas.models import published

    for table in PUBLISHED:
        frames = [rows for shard in made for of, rows in shard if of is table]
        if not frames:
            continue
        try:
            published(table).validate(pl.concat(frames), lazy=True)
        except SchemaErrors as errors:
            raise InvariantError(f"Rows for '{table.name}' break its promises:\n{errors.failure_cases}") from None


def tables(root: Path, inputs: Mapping[str, dict[str, Shard]], name: str) -> list[tuple[Table, pl.DataFrame]]:
    """The rows that one shard of documents gives to each published table."""
    documents = _read(root, "documents", name)
    decided = documents.join(
        _read(root, "decisions", name).drop("document_id"), on="source", how="left", validate="1:1"
    )
    kinds = decided.partition_by("decision", as_dict=True)
    nothing = decided.clear()
    by_table = {
        ARTICLES: kinds.get((Decision.ARTICLE.value,), nothing),
        REVISIONS: kinds.get((Decision.SUPERSEDED.value,), nothing),
        QUARANTINE: _with_reasons(
            kinds.get((Decision.QUARANTINED.value,), nothing),
            _read(root, "verdicts", name)
            if "verdicts" in inputs["validate"][name].files
            else pl.DataFrame(VERDICTS.arrow.empty_table()),
        ),
    }
    return [(table, frame.select(table.names)) for table, frame in by_table.items() if frame.height]


def _with_reasons(quarantined: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    reasons = (
        verdicts.filter(pl.col("severity") == Severity.BLOCK.value)
        .group_by("source")
        .agg(reasons=pl.struct("check", "found").sort_by("check", "found"))
    )
    return quarantined.join(reasons, on="source", how="left").with_columns(excerpt=pl.col("text").str.slice(0, 200))


def _read(root: Path, table: str, name: str) -> pl.DataFrame:
    return pl.DataFrame(parquet.read(shard_path(root, table, name)))
