"""write: documents + verdicts + decisions -> articles, revisions and quarantine."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpus.columnar import ids
from corpus.errors import CorpusError, InvariantError
from corpus.pipeline.executor import WorkerDied, is_remote
from corpus.pipeline.outcome import Outcome
from corpus.pipeline.threads import THREADS, in_turn
from corpus.progress import progress
from corpus.repo.digest import digest
from corpus.resolve.revisions import Decision
from corpus.tables import engine, parquet
from corpus.tables.ledger import Ledger, rows
from corpus.tables.placement import place, place_rest
from corpus.tables.shards import KeyedShards, Shard, ShardFile, encode, require, shard_path
from schemas.checks import broken, promises
from schemas.rules import Severity
from schemas.tables import ARTICLES, PUBLISHED, QUARANTINE, REVISIONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.pipeline.executor import Executor
    from corpus.settings import Settings
    from corpus.tables.placement import Piece, Slice
    from schemas.table import Table


@dataclass(frozen=True, slots=True)
class Task:
    """The files of one shard of documents, for a thread or a worker to make.

    Attributes:
        root: the folder of the repository.
        folder: where the files go.
        files: the rows of each file, and the names of its tables, by its name.
        inputs: for each stage before this one, the shards that the rows are in.
    """

    root: Path
    folder: Path
    files: dict[str, tuple[Piece, tuple[str, ...]]]
    inputs: dict[str, dict[str, Shard]]


def make(task: Task) -> list[dict[str, ShardFile]]:
    """Write the files of one shard of documents, into the run's folder. Safe in a worker process."""
    reader = _Reader(task.root, task.inputs)
    return [
        encode(task.folder, name, _made(reader, piece, [_BY_NAME[table] for table in tables]))
        for name, (piece, tables) in task.files.items()
    ]


def write(root: Path, _settings: Settings | None = None, executor: Executor | None = None) -> Outcome:
    """Bring the published tables up to date, and balance the ledger."""
    fingerprint = engine.require(root, "write")
    with KeyedShards(root, "write", PUBLISHED) as shards:
        inputs = {stage: require(root, stage, shards.memory) for stage in ("ingest", "validate", "resolve")}
        documents = {name: shard.files["documents"].rows for name, shard in inputs["ingest"].items()}
        files = {
            **{piece.name: (piece, (ARTICLES.name,)) for piece in place(documents)},
            **{piece.name: (piece, (REVISIONS.name, QUARANTINE.name)) for piece in place_rest(documents)},
        }
        keys = {
            name: digest([fingerprint, *tables, *_origins(inputs, piece)]) for name, (piece, tables) in files.items()
        }
        stale = shards.stale(keys)

        groups = _of_one_shard(stale, {name: piece for name, (piece, _) in files.items()})
        tasks = [_task(root, shards.folder, {name: files[name] for name in names}, inputs) for names in groups]
        with progress("write", len(stale), "files") as advance:
            for task, made in _done(tasks, executor):
                for name, encoded in zip(task.files, made, strict=True):
                    shards.adopt(name, keys[name], encoded)
                advance(len(task.files))
        finished = shards.finish(keys)
    ledger = balance(root, inputs["ingest"], inputs["resolve"], finished)
    return Outcome(
        "write",
        came=ledger.documents,
        kept=ledger.articles + ledger.superseded + ledger.quarantined,
        dropped={"repeats": ledger.repeats, "duplicates": ledger.duplicates},
        shards=len(keys),
        made=len(stale),
    )


def _task(
    root: Path,
    folder: Path,
    files: dict[str, tuple[Piece, tuple[str, ...]]],
    inputs: Mapping[str, dict[str, Shard]],
) -> Task:
    names = {part.shard for piece, _ in files.values() for part in piece.slices}
    return Task(
        root, folder, files, {stage: {name: shards[name] for name in names} for stage, shards in inputs.items()}
    )


def _done(tasks: list[Task], executor: Executor | None) -> Iterator[tuple[Task, list[dict[str, ShardFile]]]]:
    """Yield the tasks with their results: threads make the files, and another executor only on other machines."""
    if executor is None or not is_remote(executor) or len(tasks) < _FEW:
        with ThreadPoolExecutor(THREADS) as pool:
            yield from in_turn(pool, make, tasks)
        return
    try:
        yield from executor.map(make, tasks)
    except WorkerDied:
        raise CorpusError(
            "A process that wrote articles was killed, most likely for want of memory. Run `corpus build` again."
        ) from None


def _origins(inputs: Mapping[str, dict[str, Shard]], piece: Piece) -> Iterator[str]:
    """Return what the rows of a piece come from, for its key."""
    for part in piece.slices:
        yield f"{part.shard}\0{part.start}\0{part.stop}"
        for shards in inputs.values():
            yield from (f"{table}\0{file.sha256}" for table, file in sorted(shards[part.shard].files.items()))


def _of_one_shard(names: Iterable[str], pieces: Mapping[str, Piece]) -> Iterator[list[str]]:
    """Make the files of one shard of documents together, so that the shard is read once."""
    for _, several in groupby(names, key=lambda name: (pieces[name].slices[0].shard, len(pieces[name].slices) > 1)):
        yield list(several)


def balance(
    root: Path, documents: dict[str, Shard], decisions: dict[str, Shard], published: dict[str, Shard]
) -> Ledger:
    """Return the ledger, after comparing it with the rows of every table.

    Raises:
        InvariantError: the sums do not match, or an article appears twice.
    """
    counted, identities = _decided(root, decisions)
    ledger = Ledger(
        documents=rows(documents, "documents"),
        articles=rows(published, ARTICLES.name),
        superseded=rows(published, REVISIONS.name),
        repeats=counted[Decision.REPEAT],
        duplicates=counted[Decision.DUPLICATE],
        quarantined=rows(published, QUARANTINE.name),
    )
    # Every row of an article is on a decision of its own, so the decisions' identities are the articles'.
    if identities != ledger.articles:
        raise InvariantError(f"{ledger.articles:,} articles have {identities:,} identities.")
    return ledger


def _decided(root: Path, decisions: dict[str, Shard]) -> tuple[dict[Decision, int], int]:
    """Return how many documents each decision has, and how many identities the articles have."""

    def read(name: str) -> pl.DataFrame:
        sha256 = decisions[name].files["decisions"].sha256
        return pl.DataFrame(parquet.read(shard_path(root, "decisions", name), ["decision", "article_id"], sha256))

    counted = Counter[str]()
    standing = [np.zeros((0, 2), np.uint64)]
    with ThreadPoolExecutor(THREADS) as pool:
        for _, found in in_turn(pool, read, decisions):
            counted.update(dict(found["decision"].value_counts().iter_rows()))
            articles = found.filter(pl.col("decision") == Decision.ARTICLE.value)["article_id"]
            standing.append(ids.packed(articles, 32))
    return {decision: counted[decision.value] for decision in Decision}, ids.distinct(np.concatenate(standing))


# So few are made sooner than other machines are asked.
_FEW: Final = 4
_BY_NAME: Final = {table.name: table for table in PUBLISHED}
_MADE_BY: Final = {"documents": "ingest", VERDICTS.name: "validate", "decisions": "resolve"}


class _Reader:
    """Documents with their decisions, by shard. The last shard is kept, because several pieces may need it."""

    def __init__(self, root: Path, inputs: Mapping[str, dict[str, Shard]]) -> None:
        self._root = root
        self._inputs = inputs
        self._last: tuple[str, pa.Table] | None = None

    def decided(self, shard: str) -> pa.Table:
        """Return the rows of one shard of documents, each with its decision.

        Raises:
            InvariantError: the decisions do not belong to the documents.
        """
        if self._last is not None and self._last[0] == shard:
            return self._last[1]
        self._last = None
        documents = self._read("documents", shard)
        decisions = self._read("decisions", shard)
        # Both are sorted by source and batch, with one row for each: rows that belong together have the same place.
        if not all(decisions[name].equals(documents[name]) for name in ("source", "batch")):
            raise InvariantError(f"The decisions of shard {shard} do not match its documents.")
        for column in decisions.column_names:
            if column not in documents.column_names:
                documents = documents.append_column(column, decisions[column])
        self._last = shard, documents
        return documents

    def chosen(self, part: Slice, table: Table) -> pa.Table | None:
        """Return the rows of a slice that belong to a table, in its order; None without such rows."""
        decision = _BY_DECISION[table]
        if self._last is None or self._last[0] != part.shard:
            only = parquet.read(shard_path(self._root, "decisions", part.shard), ["decision"])["decision"]
            # Texts are not read to find out that there is nothing to take.
            if not len(_places(only.slice(part.start, part.stop - part.start), decision)):
                return None
        rows = self.decided(part.shard).slice(part.start, part.stop - part.start)
        numbers = _places(rows["decision"], decision)
        if not len(numbers):
            return None
        keys = rows.select(table.sort).take(numbers)
        # Chosen and put in order at once: moving the texts is what costs.
        return rows.take(numbers.take(pc.sort_indices(keys, [(name, "ascending") for name in table.sort])))

    def verdicts(self, shard: str) -> pl.DataFrame:
        """Return the blocking verdicts on one shard of documents."""
        known = VERDICTS.name in self._inputs["validate"][shard].files
        found = pl.DataFrame(self._read(VERDICTS.name, shard) if known else VERDICTS.empty)
        return found.filter(pl.col("severity") == Severity.BLOCK.value)

    def _read(self, table: str, shard: str) -> pa.Table:
        stage = _MADE_BY[table]
        return parquet.read(shard_path(self._root, table, shard), sha256=self._inputs[stage][shard].files[table].sha256)


def _made(reader: _Reader, piece: Piece, tables: Sequence[Table]) -> Iterator[tuple[Table, pa.Table]]:
    """Return the rows of a piece for each table, in the order of the table."""
    for table in tables:
        parts = []
        for part in piece.slices:
            rows = reader.chosen(part, table)
            if rows is not None:
                parts.append(_with_reasons(rows, reader.verdicts(part.shard)) if table is QUARANTINE else rows)
        if parts:
            rows = pa.concat_tables([rows.select(table.names).cast(table.arrow) for rows in parts])
            keep_promises(table, rows)
            yield table, rows


def keep_promises(table: Table, rows: pa.Table) -> None:
    """Check rows against the model of their table before they are published.

    Raises:
        InvariantError: a row breaks a promise of its table.
    """
    frame = pl.DataFrame(rows.select(promises(table)))
    if not broken(table, frame):
        return
    from pandera.errors import SchemaErrors

    from schemas.models import published  # pandera takes a third of a second to import

    try:
        published(table).validate(pl.DataFrame(rows), lazy=True)
    except SchemaErrors as errors:
        raise InvariantError(f"Rows for '{table.name}' break its promises:\n{errors.failure_cases}") from None
    raise InvariantError(f"Rows for '{table.name}' break its promises, and its model does not say which.")


def _places(decisions: pa.ChunkedArray, wanted: Decision) -> pa.Array:
    """Return the rows with a decision. pc.equal is not used: pyarrow would import pandas for a scalar."""
    return (pl.Series(decisions) == wanted.value).arg_true().to_arrow()


_BY_DECISION: Final = {
    ARTICLES: Decision.ARTICLE,
    REVISIONS: Decision.SUPERSEDED,
    QUARANTINE: Decision.QUARANTINED,
}


def _with_reasons(quarantined: pa.Table, blocking: pl.DataFrame) -> pa.Table:
    """Return the quarantined documents with their reasons and the beginning of their texts."""
    reasons = blocking.group_by("source", "batch").agg(reasons=pl.struct("check", "found").sort_by("check", "found"))
    frame = pl.DataFrame(quarantined).join(reasons, on=["source", "batch"], how="left", maintain_order="left")
    return frame.with_columns(excerpt=pl.col("text").str.slice(0, 200)).to_arrow()
