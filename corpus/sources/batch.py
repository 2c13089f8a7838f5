"""Write a batch: documents go into bounded row groups of bounded Parquet files, while the next ones are read.

Its name is the capture time and a digest of the documents, so that a name identifies a content.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.columnar.arrays import of_numbers
from corpus.repo import room
from corpus.sources.captures import identity
from corpus.sources.entries import ROW, Item, Skipped
from schemas.raw import RAW, SIGNALS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    import pyarrow.parquet as pq

    from corpus.sources.known import Known

# One row group becomes one shard of parsed documents.
_GROUP_ROWS: Final = 2_048
_GROUP_BYTES: Final = 32_000_000
_FILE_BYTES: Final = 512_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Row(NamedTuple):
    """A document of the batch: what was found, and which batch has its bytes if this row does not.

    `at` is the time of capture that it names, in microseconds since 1970, or 0.
    """

    item: Item
    document_id: str
    size: int
    at: int
    holder: str | None


@dataclass(slots=True)
class Tally:
    """What intake has found.

    Attributes:
        unread_times: how many rows have a time of capture that cannot be read or is in the future.
        unread_time: the first of these rows, and its value.
    """

    taken: Counter[str] = field(default_factory=Counter)
    size: int = 0
    repeats: int = 0
    recaptured: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    skipped_examples: list[Skipped] = field(default_factory=list)
    unread_times: int = 0
    unread_time: str = ""

    @property
    def documents(self) -> int:
        """Return how many documents were taken."""
        return self.taken.total()

    def skip(self, entry: Skipped) -> None:
        """Count a skipped document; keep the first of them as examples."""
        self.skipped[entry.reason.value] += 1
        if len(self.skipped_examples) < _MOST_EXAMPLES:
            self.skipped_examples.append(entry)

    def take(self, items: Sequence[Item], recaptured: int = 0) -> None:
        """Count documents that were taken, and those of them without new bytes."""
        self.taken.update(item.media_type for item in items)
        self.size += sum(len(item.data) for item in items)
        self.recaptured += recaptured
        unread = [item for item in items if item.unread_time is not None]
        self.unread_times += len(unread)
        if unread and not self.unread_time:
            self.unread_time = f"{unread[0].unread_time} in {unread[0].source}"


_MOST_EXAMPLES: Final = 1_000


class Writer:
    """A batch that is being written, in a folder of its own. Use it as a context manager.

    If a document has its own time of capture, the same bytes at another time are another capture, and the bytes are
    kept once. Otherwise its bytes and its address identify it.

    Args:
        folder: the folder to write to.
        captured_at: the capture time of documents without their own.
        licence: the licence or rights of the documents.
        known: the documents of the existing batches.
        dated: whether `captured_at` was given for these documents, and is not only the time of adding them.
    """

    def __init__(
        self, folder: Path, captured_at: datetime, licence: str | None, known: Known, *, dated: bool = False
    ) -> None:
        self.tally = Tally()
        self._folder = folder
        self._captured_at = captured_at
        self._licence = licence
        self._known = known
        self._dated = dated
        self._digest = hashlib.sha256()
        self._rows: list[_Row] = []
        self._group_bytes = 0
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

    def add(self, entry: Item | Skipped) -> bool:
        """Take a document unless it is known, or note a skipped one. Returns whether it was taken."""
        if isinstance(entry, Skipped):
            self.tally.skip(entry)
            return False
        document_id = hashlib.sha256(entry.data).hexdigest()
        key = identity(document_id, entry.url)
        at = (entry.captured_at or self._captured_at) - _EPOCH
        micros = at // timedelta(microseconds=1)
        dated = self._dated or entry.captured_at is not None
        holder = self._known.holder(key)
        if self._known.has(key, micros) if dated else holder is not None:
            self.tally.repeats += 1
            return False
        self._known.add(key, micros, "")
        size = len(entry.data)
        if holder is not None:
            entry = entry._replace(data=b"")
        if self._rows and self._group_bytes + size > _GROUP_BYTES:
            self._flush()
        self._rows.append(_Row(entry, document_id, size, micros if dated else 0, holder))
        # Bytes that another row has are put back when the row group is read.
        self._group_bytes += size
        if len(self._rows) >= _GROUP_ROWS:
            self._flush()
        return True

    def finish(self) -> tuple[raw.Batch, list[Path]] | None:
        """Close the files. Returns the batch and the paths of its files; None if nothing was taken."""
        if self._rows:
            self._flush()
        self._wait()
        if not self._files:
            return None
        name = f"{self._captured_at:%Y%m%dT%H%M%SZ}-{self._digest.hexdigest()[:12]}"
        found: list[raw.RawFile] = []
        for number, file in enumerate(self._files, 1):
            with room.writing(file.path):
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
        rows, self._rows, self._group_bytes = self._rows, [], 0
        self.tally.take([row.item for row in rows], sum(row.holder is not None for row in rows))
        self._digest.update("".join(map(_named, rows)).encode())
        self._wait()
        self._pending = self._pool.submit(self._write, rows)

    def _wait(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None

    def _write(self, rows: list[_Row]) -> None:
        table = self._table(rows)
        if not self._files or self._files[-1].memory + table.nbytes > _FILE_BYTES:
            if self._files:
                with room.writing(self._files[-1].path):
                    self._files[-1].writer.close()
            path = self._folder / f"{len(self._files):04}.parquet"
            self._files.append(_File(path, batchfiles.writer(path)))
        file = self._files[-1]
        with room.writing(file.path):
            file.writer.write_table(table, row_group_size=table.num_rows)
        file.documents += table.num_rows
        file.groups += 1
        file.memory += table.nbytes

    def _table(self, rows: list[_Row]) -> pa.Table:
        items = [row.item for row in rows]
        sources = self._sources.distinct(items)
        columns = {
            "document_id": pl.Series([row.document_id for row in rows], dtype=pl.String),
            "source": pl.Series(sources, dtype=pl.String),
            "media_type": pl.Series([item.media_type for item in items], dtype=pl.String),
            "data": pl.Series([row.item.data if row.holder is None else None for row in rows], dtype=pl.Binary),
            "size": pl.Series([row.size for row in rows], dtype=pl.Int64),
            "url": pl.Series([item.url for item in items], dtype=pl.String),
            "status": pl.Series([item.status for item in items], dtype=pl.Int32),
            "captured_at": pl.Series(
                [item.captured_at or self._captured_at for item in items], dtype=pl.Datetime("us", "UTC")
            ),
            "published_date": pl.Series([item.published_date for item in items], dtype=pl.String),
            "publisher": pl.Series([item.publisher for item in items], dtype=pl.String),
            "licence": pl.Series([item.licence or self._licence for item in items], dtype=pl.String),
            "held_by": pl.Series([row.holder for row in rows], dtype=pl.String),
        }
        arrays = {name: column.to_arrow() for name, column in columns.items()}
        arrays["headers"] = _structs("headers", [item.headers for item in items])
        signals = [item.signals for item in items]
        arrays["signals"] = _structs("signals", signals) if any(signals) else pa.nulls(len(items), SIGNALS)
        return pa.table([arrays[name] for name in RAW.names], names=RAW.names).cast(RAW.arrow)


def _named(row: _Row) -> str:
    """Return what a row adds to the name of its batch; a time only if the document has its own."""
    at = f"{row.at}\0" if row.at else ""
    return f"{row.document_id}\0{row.item.source}\0{row.item.url or ''}\0{at}"


@dataclass(slots=True)
class _File:
    path: Path
    writer: pq.ParquetWriter
    documents: int = 0
    groups: int = 0
    memory: int = 0


class _Sources:
    """Sources, distinguished by a number if a name occurs twice in a batch, as it can in a tar.

    A digest is remembered only of names that can occur twice; rows of tables and files of folders have unique names.
    """

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._again: Counter[str] = Counter()

    def distinct(self, items: Sequence[Item]) -> list[str]:
        """Return the names of the next documents of the batch."""
        sources = [item.source for item in items]
        # That a file is called as a row is, `a.csv#1`, shows where they are together.
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


def _structs(column: str, values: Sequence[Sequence[tuple[str, ...]]]) -> pa.Array:
    """Return lists of tuples of texts. They are built flat: Polars and pyarrow are slow with nested Python values."""
    dtype = RAW.arrow.field(column).type
    inner = dtype.value_field.type
    ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
    members = [member for some in values for member in some]
    texts = [
        pl.Series([_sound(member[side]) for member in members], dtype=pl.String).to_arrow().cast(pa.string())
        for side in range(inner.num_fields)
    ]
    structs = pa.StructArray.from_arrays(texts, fields=list(inner))
    return pa.ListArray.from_arrays(of_numbers(ends, pa.int32()), structs, type=dtype)


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
