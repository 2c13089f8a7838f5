"""resolve: identity, revisions, near-duplicates -> decisions, one row for each document.

Every document is signed once, in shards beside the documents. The decisions follow from all signatures, and from the
exact comparison of texts that seem alike, which is stored too. So old texts need not be read for new documents.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import polars as pl

from corpus.batches.seeds import SEEDS
from corpus.pipeline import compared, signing
from corpus.pipeline.decided import BLOCKED
from corpus.pipeline.deciding import decide
from corpus.pipeline.measuring import Elsewhere
from corpus.pipeline.outcome import Outcome
from corpus.pipeline.signed import SignedDocuments, read_signatures
from corpus.pipeline.threads import side_by_side
from corpus.repo.digest import digest
from corpus.resolve.revisions import Decision
from corpus.tables import engine, parquet
from corpus.tables.shards import KeyedShards, ShardFile, digests, encode, require, shard_path
from schemas.rules import Severity
from schemas.tables import DECISIONS, SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from corpus.pipeline.executor import Executor
    from corpus.pipeline.signed import Read
    from corpus.settings import Settings
    from corpus.tables.shards import Shard


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

    rows = [signed[name].files[SIGNATURES.name].rows for name in names]
    table = SignedDocuments(rows, _reader(root, names, signed))
    n = settings.resolve.ngram
    unfinished = compared.Unfinished(root, n, fingerprint)
    decided = decide(
        table,
        _blocked(root, names, verdicts, table),
        settings.resolve,
        chain(compared.known(root, n, fingerprint), unfinished.known()),
        lambda number, rows: parquet.take(shard_path(root, "documents", names[number]), "text", rows),
        elsewhere=Elsewhere(root, n, names, documents, executor, unfinished.keep),
    )
    compared.publish(root, names, n, fingerprint, decided)
    unfinished.remove()
    with KeyedShards(root, "resolve", [DECISIONS]) as shards:
        keys = {
            name: digest([fingerprint, signed[name].files[SIGNATURES.name].sha256, decided.digest(number)])
            for number, name in enumerate(names)
        }
        numbers = {name: number for number, name in enumerate(names)}
        stale = shards.stale(keys)

        def make(name: str) -> dict[str, ShardFile]:
            part = decided.rows(numbers[name])
            return encode(shards.folder, name, [(DECISIONS, part.to_arrow().cast(DECISIONS.arrow))])

        for name, files in zip(stale, side_by_side(make, stale), strict=True):
            shards.adopt(name, keys[name], files)
        shards.finish(keys)
    counted = {decision: number for decision, number in decided.counts().items() if number}
    return Outcome(
        "resolve",
        came=sum(counted.values()),
        kept=counted.get(Decision.ARTICLE, 0),
        dropped={decision.value: n for decision, n in counted.items() if decision is not Decision.ARTICLE},
        shards=len(keys),
        made=len(stale),
    )


def _reader(root: Path, names: Sequence[str], signed: Mapping[str, Shard]) -> Read:
    """Return a function that reads columns of a shard of signatures. What it reads first is verified."""
    verified: set[int] = set()

    def read(number: int, columns: list[str] | None) -> pa.Table:
        sha256 = None if number in verified else signed[names[number]].files[SIGNATURES.name].sha256
        found = read_signatures(shard_path(root, SIGNATURES.name, names[number]), columns, sha256)
        verified.add(number)
        return found

    return read


def _blocked(root: Path, names: Sequence[str], verdicts: Mapping[str, Shard], signed: SignedDocuments) -> pl.DataFrame:
    """Return the quarantined documents, with their failed checks as `rule`."""
    frames = [pl.DataFrame(schema=BLOCKED)]
    for number, name in enumerate(names):
        if "verdicts" in verdicts[name].files:
            sha256 = verdicts[name].files["verdicts"].sha256
            columns = ["source", "batch", "check", "severity"]
            frame = pl.DataFrame(parquet.read(shard_path(root, "verdicts", name), columns, sha256))
            failed = (
                frame.filter(pl.col("severity") == Severity.BLOCK.value)
                .group_by("source", "batch")
                .agg(rule=pl.col("check").unique().sort().str.join(", "))
            )
            if failed.height:
                # In a shard of several batches a source may occur once for each batch.
                places = signed.columns(number, ("source", "batch")).with_row_index(
                    "document", signed.span(number).start
                )
                frames.append(places.join(failed, on=["source", "batch"]).select(BLOCKED.names()).cast(BLOCKED))
    return pl.concat(frames)
