"""ingest: bytes -> parsed, normalised articles, one row for each document, good or bad."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from corpus.batches import batchfiles, withdrawals
from corpus.batches import register as raw
from corpus.batches.seeds import SEEDS, SeedFile, list_seeds, read_document
from corpus.errors import ChangedWhileRead, CorpusError, InvariantError, StorageError
from corpus.formats import is_registered, parser_of
from corpus.formats.article import Document, ManyParser, Parsed, Problem
from corpus.formats.mediatypes import QUICK, family
from corpus.formats.vetting import vetted
from corpus.pipeline import folding, observing
from corpus.pipeline.captures import Group, holders_of
from corpus.pipeline.documentlimits import DocumentLimits
from corpus.pipeline.executor import WorkerDied
from corpus.pipeline.origins import Found, RowGroup, RowGroups, Seeds, contents, taken, with_provenance
from corpus.pipeline.outcome import Outcome
from corpus.pipeline.parting import Made, Task, joined, tasks_of
from corpus.pipeline.publications import with_publishers
from corpus.pipeline.tabular import CONTENT, ORIGIN, table
from corpus.pipeline.withdrawing import Marks, blank
from corpus.pipeline.worker import is_isolated
from corpus.progress import progress
from corpus.repo.digest import canonical_json, digest
from corpus.tables import engine, parquet
from corpus.tables.layout import cut
from corpus.tables.ledger import rows
from corpus.tables.shards import KeyedShards, digests, encode, shard_path
from schemas.rules import Check
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.pipeline.executor import Executor
    from corpus.repo.digest import FileDigests
    from corpus.settings import Ingest, Settings


def ingest(root: Path, settings: Settings, executor: Executor) -> Outcome:
    """Parse every document that is new or has a new parser."""
    files = {file.source: file for file in list_seeds(root)}
    batches = raw.load(root)
    engine.require(root, "ingest")
    common, own = engine.by_kind()
    params = canonical_json(settings.section("ingest"))
    with KeyedShards(root, "ingest", [DOCUMENTS]) as shards:
        parts = {part.name: part for part in cut(SEEDS, (file.member for file in files.values()))}
        memory = digests(root, of=SEEDS)
        sums: dict[str, str] = {}
        for part in parts.values():
            # The files of a shard that is new are read once, by the worker that parses them.
            if part.name in shards.known:
                sums |= {member.source: sha256_of(files[member.source], memory) for member in part.members}

        marks = Marks(root, shards, tombstones := withdrawals.load(root))
        groups = folding.shards(root, batches)

        def key(name: str, marked: Sequence[str], kinds: Iterable[str]) -> str:
            if name in groups:
                made_from = RowGroups(groups[name]).made_from
            else:
                made_from = [f"{m.source}\0{sums[m.source]}" for m in parts[name].members]
            read_by = [f"{kind}\0{own[kind]}" for kind in sorted(set(map(family, kinds))) if kind in own]
            return digest([common, *read_by, params, *made_from, *(f"withdrawn\0{found}" for found in marked)])

        # A better parser concerns the shards with documents that it reads, and no others.
        known = {name: _kinds(root, name) for name in shards.known}
        keys = {name: key(name, marks.of(name), known[name]) for name in parts if name in shards.known}
        stale = {*shards.stale(keys), *(parts.keys() - keys.keys())}
        origins: dict[str, Seeds | RowGroups] = {
            name: Seeds(tuple((files[member.source], sums.get(member.source)) for member in part.members))
            for name, part in parts.items()
            if name in stale
        }
        of_batches = {name: key(name, marks.of(name), known.get(name, ())) for name in groups}
        again = set(shards.stale(of_batches))
        keys |= of_batches
        origins |= _with_holders(root, {name: groups[name] for name in groups if name in again}, batches)
        tasks = [
            task
            for name, origin in origins.items()
            for task in tasks_of(name, origin, shards.folder, root, settings.ingest)
        ]
        with progress("ingest", sum(task.origin.documents for task in tasks), "documents") as advance:
            for task, (ids, kinds, written) in _done(tasks, executor, advance):
                if isinstance(task.origin, Seeds):
                    for (file, _), sha256 in zip(task.origin.files, ids, strict=True):
                        sums[file.source] = sha256
                        if not file.is_link:
                            memory.learn(file.path, file.stamp, sha256)
                keys[task.name] = key(task.name, marks.made(task.name), kinds)
                shards.adopt(task.name, keys[task.name], written)
        memory.save()
        marks.save()
        finished = shards.finish(keys)
    observing.observe(root, batches, tombstones, common)
    came = len(files) + sum(batch.documents for batch in batches)
    kept = rows(finished, DOCUMENTS.name)
    if came != kept:
        raise InvariantError(f"{came:,} documents gave {kept:,} rows.")
    return Outcome("ingest", came=came, kept=kept, shards=len(keys), made=len(origins))


def _with_holders(
    root: Path, shards: Mapping[str, tuple[RowGroup, ...]], batches: Sequence[raw.Batch]
) -> dict[str, RowGroups]:
    """Return the origins of shards to be made, by their names, after comparing their files with the register."""
    groups = {Group(one.path, one.number): one.batch for several in shards.values() for one in several}
    parsed = set(groups.values())
    batchfiles.require(root, [batch for batch in batches if batch.name in parsed], reread=True)
    holders = holders_of(root, groups, batches)
    return {
        name: RowGroups(tuple(replace(one, holders=holders.get(Group(one.path, one.number), ())) for one in several))
        for name, several in shards.items()
    }


def sha256_of(file: SeedFile, memory: FileDigests) -> str:
    """Return the digest of a document as it is now: of the name of a link's target, or of a file's bytes.

    Raises:
        ChangedWhileRead: the file is gone.
    """
    try:
        if file.is_link:
            return hashlib.sha256(read_document(file, 0) or b"").hexdigest()
        return memory.recall(file.path, file.stamp) or memory.of(file.path)
    except OSError:
        raise ChangedWhileRead(file.source) from None


def _kinds(root: Path, name: str) -> list[str]:
    """Return the media types of the documents in a shard; empty if the shard does not exist and is made again."""
    try:
        return _distinct_kinds(parquet.read(shard_path(root, DOCUMENTS.name, name), ["media_type"]))
    except StorageError:
        return []


def _distinct_kinds(documents: pa.Table) -> list[str]:
    return [str(kind) for kind in documents["media_type"].unique().to_pylist()]


def make(task: Task) -> Made:
    """Parse the documents of a shard or a part and write them into the run's folder. Runs in a worker process."""
    note = task.note if is_isolated() else None
    ids: list[str] = []
    if isinstance(task.origin, RowGroups):
        made = _of_groups(task.origin.groups, task, note)
    else:
        made = documents(task.origin.read(task.settings.max_bytes), task.settings, note, task.deadly)
        ids = made["document_id"].to_pylist()
    made = with_publishers(made, task.settings.publications)
    if task.root and (tombstones := withdrawals.load(task.root)):
        made = blank(made, tombstones)
    return Made(ids, _distinct_kinds(made), encode(task.folder, task.file, [(DOCUMENTS, made)]))


def _done(tasks: list[Task], executor: Executor, advance: Callable[[int], object]) -> Iterator[tuple[Task, Made]]:
    """Yield a task of each shard with what was made of all its parts: a few of plain text here, all others isolated."""
    made: list[Made] = []
    light = sum(task.origin.documents for task in tasks) < _FEW and all(task.origin.is_harmless for task in tasks)
    try:
        for task, part in executor.map(make, tasks, light=light):
            made.append(part)
            advance(task.origin.documents)
            if len(made) == task.parts:
                yield task, joined(task, made)
                made = []
    except WorkerDied:
        raise CorpusError(
            "A worker process ended without a message. Most often the machine ran out of memory. Run again with "
            "--workers 1."
        ) from None


def documents(
    found: Iterable[Found],
    settings: Ingest,
    note: Path | None = None,
    deadly: Container[str] = (),
) -> pa.Table:
    """Return the rows of `documents` for some documents, in their order.

    Args:
        found: the documents.
        settings: params.yaml's `ingest`.
        note: the file in which to note the document that is parsed, in a worker that the document may kill.
        deadly: the places of documents that are known to kill a worker; they are not parsed.
    """
    origins: list[tuple[object, ...]] = []
    contents: list[tuple[object, ...]] = []
    with DocumentLimits(note, settings.max_seconds) as watch:
        for one in found:
            origins.append((one.document_id, one.source, one.batch, one.media_type, one.size, one.captured_at))
            contents.append(_content_of(_parsed(one, settings, watch, deadly)))
    return table(_columns(ORIGIN, origins), _columns(CONTENT, contents))


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, Sequence[object]]:
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())


def _of_groups(groups: Sequence[RowGroup], task: Task, note: Path | None) -> pa.Table:
    """Return the rows of `documents` for some row groups: of several, in one table, because each table takes time."""
    if len(groups) == 1:
        return _of_group(groups[0], task, note)
    limit = task.settings.max_bytes
    found = chain.from_iterable(group.documents_of(group.table(), limit) for group in groups)
    return documents(found, task.settings, note, task.deadly)


def _of_group(group: RowGroup, task: Task, note: Path | None) -> pa.Table:
    """Return the rows of `documents` for a row group: plain JSON is parsed together, other documents one by one."""
    settings, rows = task.settings, group.table()
    made: list[pa.Table] = []
    left = np.ones(rows.num_rows, np.bool_)
    for kind in sorted(QUICK & set(rows["media_type"].unique().to_pylist())):
        parser = parser_of(kind, *settings.parsing)
        if is_registered(kind) or not isinstance(parser, ManyParser):
            continue
        for numbers in group.ordinary(rows, kind, settings.max_bytes):
            some = taken(rows, numbers)
            done = parser.parse_together(contents(some))
            if done.numbers:
                chosen = np.array(done.numbers, np.int64)
                left[numbers[chosen]] = False
                made.append(table(group.origins(taken(some, chosen)), done.columns))
    if made and not left.any():
        return pa.concat_tables(made)
    rest = group.documents_of(taken(rows, np.flatnonzero(left)), settings.max_bytes)
    return pa.concat_tables([*made, documents(rest, settings, note, task.deadly)])


def _parsed(found: Found, settings: Ingest, watch: DocumentLimits, deadly: Container[str]) -> Parsed:
    """Return the content of one document, or why it has none."""
    data, kind = found.data, found.media_type
    if found.is_link:
        return Parsed(problems=(Problem(Check.SYMLINK, (data or b"").decode(errors="replace")),))
    if data is None:
        return Parsed(problems=(Problem(Check.TOO_LARGE, f"{found.size:,} bytes"),))
    if not data:
        return Parsed(problems=(Problem(Check.EMPTY, "0 bytes"),))
    if (parser := parser_of(kind, *settings.parsing)) is None:
        return Parsed(problems=(Problem(Check.UNSUPPORTED, kind),))
    if found.place in deadly:
        return Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, _DEADLY),))
    try:
        with nullcontext() if kind in QUICK and not is_registered(kind) else watch.over(found.place):
            document = Document(data, kind, found.source, found.url, charset=found.charset)
            parsed = parser.parse(document)
            if is_registered(kind):
                parsed = vetted(parsed, parser.name, settings.max_bytes)
            return with_provenance(parsed, found)
    except MemoryError:
        return Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, "more memory than is allowed"),))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and not is_isolated():
            raise
        why = f"its parser failed: {ascii(type(error).__name__)[1:-1][:100]}"
        return Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, why),))


# So few are parsed sooner than worker processes start.
_FEW: Final = 400
_DEADLY: Final = "it took more time or memory than is allowed, or crashed its parser"
_content_of: Final = attrgetter(*CONTENT)
