"""ingest: bytes -> parsed, normalised articles, one row a document, good or bad."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from corpus.errors import ChangedWhileRead
from corpus.formats import media_type, parsers
from corpus.formats.article import Document, Parsed, Problem
from corpus.stages.outcome import Outcome
from corpus.stages.progress import progress
from corpus.stages.workers import run
from corpus.store import engine
from corpus.store.batches import SEEDS, SeedFile, list_seeds, read_whole
from corpus.store.digest import canonical_json, digest
from corpus.store.layout import cut
from corpus.store.shards import KeyedShards, ShardFile, digests, encode
from corpus.text.normalise import count_words, text_hash
from schemas import DOCUMENTS, Check

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corpus.settings import Ingest, Settings
    from corpus.store.digest import FileDigests


@dataclass(frozen=True, slots=True)
class Task:
    """One shard for a worker to make: its files, and the digests they had when its key was computed."""

    name: str
    files: tuple[tuple[SeedFile, str], ...]
    folder: Path
    settings: Ingest


def ingest(root: Path, settings: Settings, workers: int) -> Outcome:
    """Parse every document of every batch that is new or whose parser is."""
    files = {file.source: file for file in list_seeds(root)}
    fingerprint = engine.require(root, "ingest")
    params = canonical_json(settings.section("ingest"))
    with KeyedShards(root, "ingest", [DOCUMENTS]) as shards:
        parts = {part.name: part for part in cut(SEEDS, (file.member for file in files.values()))}
        memory = digests(root, of=SEEDS)
        sums = {source: sha256_of(file, memory) for source, file in files.items()}
        memory.save()
        keys = {
            name: digest([fingerprint, params, *(f"{m.source}\0{sums[m.source]}" for m in part.members)])
            for name, part in parts.items()
        }
        stale = shards.stale(keys)
        tasks = [
            Task(
                name,
                tuple((files[m.source], sums[m.source]) for m in parts[name].members),
                shards.folder,
                settings.ingest,
            )
            for name in stale
        ]
        with progress("ingest", sum(len(task.files) for task in tasks), "documents") as advance:
            for task, written in run(make, tasks, workers, small=sum(len(t.files) for t in tasks) < 400):
                shards.adopt(task.name, keys[task.name], written)
                advance(len(task.files))
        shards.finish(keys)
    return Outcome("ingest", came=len(files), kept=len(files), shards=len(keys), made=len(stale))


def sha256_of(file: SeedFile, memory: FileDigests) -> str:
    """The digest of a document as it is now: of a link's target name, of any other file's bytes.

    Raises:
        ChangedWhileRead: it is gone.
    """
    try:
        if file.is_link:
            return hashlib.sha256(read_whole(file, 0) or b"").hexdigest()
        return memory.of(file.path)
    except OSError:
        raise ChangedWhileRead(file.source) from None


def make(task: Task) -> dict[str, ShardFile]:
    """Parse the documents of one shard and write it into the run's folder. Runs in a worker process."""
    rows = documents(((file, expected) for file, expected in task.files), task.settings)
    return encode(task.folder, task.name, [(DOCUMENTS, rows)])


def documents(files: Iterable[tuple[SeedFile, str | None]], settings: Ingest) -> pa.Table:
    """The rows of `documents` for some files.

    Args:
        files: each with the sha256 it must have, or None to take it as it is.
        settings: params.yaml's `ingest`.

    Raises:
        ChangedWhileRead: a file has not the digest it must have.
    """
    columns: dict[str, list[object]] = {name: [] for name in DOCUMENTS.names}
    registry = parsers(settings.numeric_dates)
    for file, expected in files:
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
        elif (parser := registry.get(kind)) is None:
            parsed = Parsed(problems=(Problem(Check.UNSUPPORTED, kind),))
        else:
            parsed = parser.parse(Document(data, kind, file.source))
        row = {
            "document_id": found, "source": file.source, "batch": SEEDS, "media_type": kind, "size": file.size,
            "captured_at": None, "word_count": count_words(parsed.text), "text_hash": text_hash(parsed.text),
        }  # fmt: skip
        for name, values in columns.items():
            values.append(row[name] if name in row else getattr(parsed, name))
    return pa.table(
        [pa.array(columns[column.name], column.dtype) for column in DOCUMENTS.columns], schema=DOCUMENTS.arrow
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _stream_digest(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
