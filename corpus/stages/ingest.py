"""ingest: bytes -> parsed, normalised articles, one row a document, good or bad."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import parent_process
from operator import attrgetter
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl

from corpus.errors import ChangedWhileRead
from corpus.formats import media_type, parser_of
from corpus.formats.article import Document, Parsed, Problem
from corpus.stages.isolation import Watch, run_isolated
from corpus.stages.outcome import Outcome
from corpus.stages.progress import progress
from corpus.stages.workers import run
from corpus.store import engine
from corpus.store.batches import SEEDS, SeedFile, list_seeds, read_whole
from corpus.store.digest import canonical_json, digest
from corpus.store.layout import cut
from corpus.store.shards import KeyedShards, ShardFile, digests, encode
from corpus.text.normalise import text_hash
from corpus.text.words import word_counts
from schemas import DOCUMENTS, Check

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from corpus.settings import Ingest, Settings
    from corpus.store.digest import FileDigests


@dataclass(frozen=True, slots=True)
class Task:
    """One shard for a worker to make: its files, each with the digest it must have if that is known."""

    name: str
    files: tuple[tuple[SeedFile, str | None], ...]
    folder: Path
    settings: Ingest
    deadly: frozenset[str] = frozenset()

    @property
    def note(self) -> Path:
        """Where the worker notes the document it is at."""
        return self.folder / f"{self.name}.at"

    @property
    def is_harmless(self) -> bool:
        """Whether all its documents are of kinds that are parsed in time that is known."""
        return all(file.source.lower().endswith((".txt", ".md", ".markdown", ".text")) for file, _ in self.files)


def ingest(root: Path, settings: Settings, workers: int) -> Outcome:
    """Parse every document of every batch that is new or whose parser is."""
    files = {file.source: file for file in list_seeds(root)}
    fingerprint = engine.require(root, "ingest")
    params = canonical_json(settings.section("ingest"))
    with KeyedShards(root, "ingest", [DOCUMENTS]) as shards:
        parts = {part.name: part for part in cut(SEEDS, (file.member for file in files.values()))}
        memory = digests(root, of=SEEDS)
        sums: dict[str, str] = {}
        for part in parts.values():
            # The files of a shard that is new are read once, by the worker that parses them.
            if part.name in shards.known:
                sums |= {member.source: sha256_of(files[member.source], memory) for member in part.members}

        def key(name: str) -> str:
            return digest([fingerprint, params, *(f"{m.source}\0{sums[m.source]}" for m in parts[name].members)])

        keys = {name: key(name) for name in parts if name in shards.known}
        stale = {*shards.stale(keys), *(parts.keys() - keys.keys())}
        tasks = [
            Task(
                name,
                tuple((files[member.source], sums.get(member.source)) for member in part.members),
                shards.folder,
                settings.ingest,
            )
            for name, part in parts.items()
            if name in stale
        ]
        with progress("ingest", sum(len(task.files) for task in tasks), "documents") as advance:
            for task, (ids, written) in _done(tasks, workers):
                for (file, _), sha256 in zip(task.files, ids, strict=True):
                    sums[file.source] = sha256
                    if not file.is_link:
                        memory.learn(file.path, file.stamp, sha256)
                keys[task.name] = key(task.name)
                shards.adopt(task.name, keys[task.name], written)
                advance(len(task.files))
        memory.save()
        shards.finish(keys)
    return Outcome("ingest", came=len(files), kept=len(files), shards=len(keys), made=len(tasks))


def sha256_of(file: SeedFile, memory: FileDigests) -> str:
    """The digest of a document as it is now: of a link's target name, of any other file's bytes.

    Raises:
        ChangedWhileRead: it is gone.
    """
    try:
        if file.is_link:
            return hashlib.sha256(read_whole(file, 0) or b"").hexdigest()
        return memory.recall(file.path, file.stamp) or memory.of(file.path)
    except OSError:
        raise ChangedWhileRead(file.source) from None


def make(task: Task) -> tuple[list[str], dict[str, ShardFile]]:
    """Parse the documents of one shard and write it into the run's folder. Runs in a worker process.

    Returns:
        The documents' digests in the order of the task's files, and the shard's file.
    """
    rows = documents(task.files, task.settings, note=task.note if parent_process() else None, deadly=task.deadly)
    return rows["document_id"].to_pylist(), encode(task.folder, task.name, [(DOCUMENTS, rows)])


def _done(tasks: list[Task], workers: int) -> Iterator[tuple[Task, tuple[list[str], dict[str, ShardFile]]]]:
    """The tasks with their results: a few of plain text in this process, any others behind a wall."""
    if all(task.is_harmless for task in tasks) and sum(len(task.files) for task in tasks) < _FEW:
        return run(make, tasks, workers, small=True)
    return run_isolated(make, tasks, workers)


def documents(
    files: Iterable[tuple[SeedFile, str | None]],
    settings: Ingest,
    note: Path | None = None,
    deadly: Container[str] = (),
) -> pa.Table:
    """The rows of `documents` for some files, in their order.

    Args:
        files: each with the sha256 it must have, or None to take it as it is.
        settings: params.yaml's `ingest`.
        note: where to note the document that is parsed, in a worker process that may be killed by it.
        deadly: the sources that are known to kill it; they are not parsed.

    Raises:
        ChangedWhileRead: a file has not the digest it must have.
    """
    origins: list[tuple[object, ...]] = []
    contents: list[tuple[object, ...]] = []
    with Watch(note, settings.max_seconds) as watch:
        for file, expected in files:
            origin, parsed = _document(file, expected, settings, watch, deadly)
            origins.append(origin)
            contents.append(_content_of(parsed))
    return _table(origins, contents)


def _document(
    file: SeedFile, expected: str | None, settings: Ingest, watch: Watch, deadly: Container[str]
) -> tuple[tuple[object, ...], Parsed]:
    """One document: where it is from, and what it says."""
    data = read_whole(file, settings.max_bytes)
    found = _stream_digest(file.path) if data is None else hashlib.sha256(data).hexdigest()
    if expected is not None and found != expected:
        raise ChangedWhileRead(file.source)
    kind = media_type(file.source, data[:4096] if data is not None else _head(file.path))
    if file.is_link:
        parsed = Parsed(problems=(Problem(Check.SYMLINK, (data or b"").decode(errors="replace")),))
    elif data is None:
        parsed = Parsed(problems=(Problem(Check.TOO_LARGE, f"{file.size:,} bytes"),))
    elif not data:
        parsed = Parsed(problems=(Problem(Check.EMPTY, "0 bytes"),))
    elif (parser := parser_of(kind, settings.numeric_dates)) is None:
        parsed = Parsed(problems=(Problem(Check.UNSUPPORTED, kind),))
    elif file.source in deadly:
        parsed = Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, _DEADLY),))
    else:
        try:
            with nullcontext() if kind in _HARMLESS else watch.over(file.source):
                parsed = parser.parse(Document(data, kind, file.source))
        except MemoryError:
            parsed = Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, "more memory than is allowed"),))
        except Exception as error:  # noqa: BLE001 - whatever a library raises: a document that crashes costs only itself
            why = f"its parser failed: {type(error).__name__}"
            parsed = Parsed(parser=parser.name, problems=(Problem(Check.UNREADABLE, why),))
    return (found, file.source, SEEDS, kind, file.size, None), parsed


# Parsed by patterns whose time is known; their parser needs no watch.
_HARMLESS: Final = frozenset({"text/plain", "text/markdown"})
# So few are parsed sooner than worker processes start.
_FEW: Final = 400
_DEADLY: Final = "it took more time or memory than is allowed, or crashed its parser"
# Taken from a document itself, from what its parser says, and from its text.
_ORIGIN: Final = ("document_id", "source", "batch", "media_type", "size", "captured_at")
_DERIVED: Final = ("word_count", "text_hash")
_CONTENT: Final = tuple(name for name in DOCUMENTS.names if name not in (*_ORIGIN, *_DERIVED))
_content_of: Final = attrgetter(*_CONTENT)


def _table(origins: list[tuple[object, ...]], contents: list[tuple[object, ...]]) -> pa.Table:
    columns: dict[str, Sequence[object]] = dict(zip(_ORIGIN, zip(*origins, strict=True), strict=False))
    columns |= dict(zip(_CONTENT, zip(*contents, strict=True), strict=False))
    texts = cast("Sequence[str]", columns.get("text", ()))
    columns["word_count"] = word_counts(texts)
    columns["text_hash"] = [text_hash(text) for text in texts]
    # Not pa.array: it imports pandas, in each worker, to see whether a list is one of its own.
    dtypes = pl.DataFrame(DOCUMENTS.empty).schema
    return pl.DataFrame([_series(name, columns.get(name, ()), dtype) for name, dtype in dtypes.items()]).to_arrow()


def _series(name: str, values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    if not isinstance(dtype, pl.List):
        return pl.Series(name, values, dtype)
    # Polars takes 20 us for a list, empty or not, and nearly all are empty.
    filled = [value for value in values if value]
    places = np.cumsum([bool(value) for value in values], dtype=np.int64)
    places[[not value for value in values]] = 0
    return pl.concat([pl.Series(name, [[]], dtype), pl.Series(name, filled, dtype)]).gather(places)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _stream_digest(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
