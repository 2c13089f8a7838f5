"""Writing a batch: documents into bounded row groups of bounded Parquet files, aside, while the next are read.

The name is the capture time and a digest of the documents, so that a batch has one name and one content.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.arrays import of_numbers
from corpus.intake.entries import ROW, Item, Skipped
from corpus.store import raw
from schemas.raw import RAW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from datetime import datetime
    from pathlib import Path

    import pyarrow.parquet as pq

# One row group becomes one shard of parsed documents.
_GROUP_ROWS: Final = 2_048
_GROUP_BYTES: Final = 32_000_000
_FILE_BYTES: Final = 512_000_000


def identity(document_id: str, url: str | None) -> bytes:
    """What makes two documents one: the same bytes, as from the same address."""
    if not url:
        return bytes.fromhex(document_id[:32])
    return hashlib.sha256(f"{document_id}\0{url}".encode()).digest()[:16]


def known_documents(root: Path, batches: Iterable[raw.Batch]) -> set[bytes]:
    """The identities of all documents in some batches. 16 bytes each, and what Python adds."""
    known: set[bytes] = set()
    for batch in batches:
        for file in batch.files:
            for group in raw.groups(raw.path_of(root, file), ["document_id", "url"]):
                known.update(map(identity, group["document_id"].to_pylist(), group["url"].to_pylist()))
    return known


@dataclass(slots=True)
class Tally:
    """What intake has come upon."""

    taken: Counter[str] = field(default_factory=Counter)
    size: int = 0
    repeats: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    told: list[Skipped] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """How many documents were taken."""
        return self.taken.total()

    def skip(self, entry: Skipped) -> None:
        """Count what is not taken; the first of it by name."""
        self.skipped[entry.reason.value] += 1
        if len(self.told) < _TOLD:
            self.told.append(entry)

    def take(self, items: Sequence[Item]) -> None:
        """Count what is taken."""
        self.taken.update(item.media_type for item in items)
        self.size += sum(len(item.data) for item in items)


_TOLD: Final = 1_000


class Writer:
    """A batch in the making, in a folder of its own. Use as a context manager."""

    def __init__(self, folder: Path, captured_at: datetime, licence: str | None, known: set[bytes]) -> None:
        self.tally = Tally()
        self._folder = folder
        self._captured_at = captured_at
        self._licence = licence
        self._known = known
        self._digest = hashlib.sha256()
        self._rows: list[tuple[Item, str]] = []
        self._held = 0
        # One at work, one waiting: memory holds three groups.
        self._pool = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None
        self._files: list[_File] = []
        self._sources = _Sources()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def add(self, entry: Item | Skipped) -> None:
        """Take a document, unless it is known; or note what was skipped."""
        if isinstance(entry, Skipped):
            self.tally.skip(entry)
            return
        document_id = hashlib.sha256(entry.data).hexdigest()
        key = identity(document_id, entry.url)
        if key in self._known:
            self.tally.repeats += 1
            return
        self._known.add(key)
        if self._rows and self._held + len(entry.data) > _GROUP_BYTES:
            self._flush()
        self._rows.append((entry, document_id))
        self._held += len(entry.data)
        if len(self._rows) >= _GROUP_ROWS:
            self._flush()

    def finish(self) -> tuple[raw.Batch, list[Path]] | None:
        """Close the files. Returns the batch and where its files stand aside; None if nothing was taken."""
        if self._rows:
            self._flush()
        self._wait()
        if not self._files:
            return None
        name = f"{self._captured_at:%Y%m%dT%H%M%SZ}-{self._digest.hexdigest()[:12]}"
        found: list[raw.RawFile] = []
        for number, file in enumerate(self._files, 1):
            file.writer.close()
            last = f"{name}.parquet" if len(self._files) == 1 else f"{name}-{number:04}.parquet"
            with file.path.open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
            found.append(raw.RawFile(last, sha256, file.documents, file.path.stat().st_size, file.groups))
        batch = raw.Batch(
            name, self._captured_at, self._licence, tuple(found), dict(sorted(self.tally.skipped.items()))
        )
        return batch, [file.path for file in self._files]

    def _flush(self) -> None:
        rows, self._rows, self._held = self._rows, [], 0
        self.tally.take([item for item, _ in rows])
        self._digest.update("".join(f"{known}\0{item.source}\0{item.url or ''}\0" for item, known in rows).encode())
        self._wait()
        self._pending = self._pool.submit(self._write, rows)

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _write(self, rows: list[tuple[Item, str]]) -> None:
        table = self._table(rows)
        if not self._files or self._files[-1].held + table.nbytes > _FILE_BYTES:
            if self._files:
                self._files[-1].writer.close()
            path = self._folder / f"{len(self._files):04}.parquet"
            self._files.append(_File(path, raw.writer(path)))
        file = self._files[-1]
        file.writer.write_table(table, row_group_size=table.num_rows)
        file.documents += table.num_rows
        file.groups += 1
        file.held += table.nbytes

    def _table(self, rows: list[tuple[Item, str]]) -> pa.Table:
        items = [item for item, _ in rows]
        sources = self._sources.distinct(items)
        columns = {
            "document_id": pl.Series([document_id for _, document_id in rows], dtype=pl.String),
            "source": pl.Series(sources, dtype=pl.String),
            "media_type": pl.Series([item.media_type for item in items], dtype=pl.String),
            "data": pl.Series([item.data for item in items], dtype=pl.Binary),
            "size": pl.Series([len(item.data) for item in items], dtype=pl.Int64),
            "url": pl.Series([item.url for item in items], dtype=pl.String),
            "status": pl.Series([item.status for item in items], dtype=pl.Int32),
            "captured_at": pl.Series(
                [item.captured_at or self._captured_at for item in items], dtype=pl.Datetime("us", "UTC")
            ),
            "published_date": pl.Series([item.published_date for item in items], dtype=pl.String),
            "publisher": pl.Series([item.publisher for item in items], dtype=pl.String),
            "licence": pl.Series([self._licence] * len(items), dtype=pl.String),
        }
        arrays = {name: column.to_arrow() for name, column in columns.items()}
        arrays["headers"] = _headers(items)
        return pa.table([arrays[name] for name in RAW.names], names=RAW.names).cast(RAW.arrow)


@dataclass(slots=True)
class _File:
    path: Path
    writer: pq.ParquetWriter
    documents: int = 0
    groups: int = 0
    held: int = 0


class _Sources:
    """Sources, told apart by a number where a name stands twice in a batch, as it can in a tar.

    Of those that can, a digest is remembered; rows of tables and files of folders have names of their own.
    """

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._again: Counter[str] = Counter()

    def distinct(self, items: Sequence[Item]) -> list[str]:
        """What to call the next documents of the batch."""
        sources = [item.source for item in items]
        # That a file is called as a row is, `a.csv#1`, shows where they stand together.
        all_of_them = len(set(sources)) < len(sources)
        return [
            self._of(source) if all_of_them or "!" in source or ("#" in source and item.media_type != ROW) else source
            for source, item in zip(sources, items, strict=True)
        ]

    def _of(self, source: str) -> str:
        name = source
        while (digest := hashlib.sha256(name.encode()).digest()[:16]) in self._seen:
            self._again[source] += 1
            name = f"{source}#{self._again[source] + 1}"
        self._seen.add(digest)
        return name


def _headers(items: list[Item]) -> pa.Array:
    """The HTTP headers of each. Built flat: Polars and pyarrow both take long over nested Python values."""
    ends = np.cumsum([0, *(len(item.headers) for item in items)], dtype=np.int32)
    pairs = [pair for item in items for pair in item.headers]
    texts = [
        pl.Series([_sound(pair[side]) for pair in pairs], dtype=pl.String).to_arrow().cast(pa.string())
        for side in (0, 1)
    ]
    inner = RAW.arrow.field("headers").type.value_field
    structs = pa.StructArray.from_arrays(texts, fields=list(inner.type))
    offsets = of_numbers(ends, pa.int32())
    return pa.ListArray.from_arrays(offsets, structs, type=RAW.arrow.field("headers").type)


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
