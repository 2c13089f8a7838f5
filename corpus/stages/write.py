"""write: documents + verdicts + decisions -> articles, revisions and quarantine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpus.errors import InvariantError
from corpus.resolve.revisions import Decision
from corpus.stages.groups import THREADS, ahead, groups, side_by_side
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

        def read(names: list[str]) -> list[list[tuple[Table, pa.Table]]]:
            return side_by_side(lambda name: tables(root, inputs, name), names)

        def make(named: tuple[str, list[tuple[Table, pa.Table]]]) -> dict[str, ShardFile]:
            return encode(shards.folder, *named)

        reading = ahead(read, list(groups(stale, inputs["ingest"])))
        if stale:
            import schemas.models  # noqa: F401 - pandera takes a third of a second; meanwhile the first shards are read
        with progress("write", len(stale), "shards") as advance, ThreadPoolExecutor(THREADS) as pool:
            for names, made in reading:
                # Compressed while it is checked, and published when it has passed.
                encoding = [pool.submit(make, named) for named in zip(names, made, strict=True)]
                _keep_promises(made)
                for name, files in zip(names, encoding, strict=True):
                    shards.adopt(name, keys[name], files.result())
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


def _keep_promises(made: list[list[tuple[Table, pa.Table]]]) -> None:
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
            published(table).validate(pl.DataFrame(pa.concat_tables(frames)), lazy=True)
        except SchemaErrors as errors:
            raise InvariantError(f"Rows for '{table.name}' break its promises:\n{errors.failure_cases}") from None


def tables(root: Path, inputs: Mapping[str, dict[str, Shard]], name: str) -> list[tuple[Table, pa.Table]]:
    """The rows that one shard of documents gives to each published table, in the table's order.

    Raises:
        InvariantError: the decisions are not those of the documents.
    """
    documents = _read(root, "documents", name)
    decisions = _read(root, "decisions", name)
    # Both are sorted by source, of which each has one row: what belongs together stands in the same place.
    if not decisions["source"].equals(documents["source"]):
        raise InvariantError(f"The decisions of shard {name} are not on its documents.")
    for column in decisions.column_names:
        if column not in documents.column_names:
            documents = documents.append_column(column, decisions[column])
    made = []
    for table, decision in _BY_DECISION.items():
        numbers = pc.indices_nonzero(pc.equal(documents["decision"], decision.value))
        if not len(numbers):
            continue
        keys = documents.select(table.sort).take(numbers)
        # Chosen and put in order at once: moving the texts is what costs.
        chosen = documents.take(numbers.take(pc.sort_indices(keys, [(name, "ascending") for name in table.sort])))
        if table is QUARANTINE:
            chosen = _with_reasons(chosen, _read(root, "verdicts", name) if _has_verdicts(inputs, name) else None)
        made.append((table, chosen.select(table.names).cast(table.arrow)))
    return made


_BY_DECISION: Final = {
    ARTICLES: Decision.ARTICLE,
    REVISIONS: Decision.SUPERSEDED,
    QUARANTINE: Decision.QUARANTINED,
}


def _has_verdicts(inputs: Mapping[str, dict[str, Shard]], name: str) -> bool:
    return VERDICTS.name in inputs["validate"][name].files


def _with_reasons(quarantined: pa.Table, verdicts: pa.Table | None) -> pa.Table:
    """The quarantined documents with their reasons and the beginning of their texts."""
    said = pl.DataFrame(VERDICTS.empty if verdicts is None else verdicts)
    reasons = (
        said.filter(pl.col("severity") == Severity.BLOCK.value)
        .group_by("source")
        .agg(reasons=pl.struct("check", "found").sort_by("check", "found"))
    )
    frame = pl.DataFrame(quarantined).join(reasons, on="source", how="left", maintain_order="left")
    return frame.with_columns(excerpt=pl.col("text").str.slice(0, 200)).to_arrow()


def _read(root: Path, table: str, name: str) -> pa.Table:
    return parquet.read(shard_path(root, table, name))
