"""The shards of a version, as the index knows them: by their md5 and the warnings of their articles."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import pyarrow.parquet as pq

from corpus.errors import UsageError
from corpus.search import documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl
    import tantivy

    from corpus.objects.pins import Pinned

_BATCH: Final = 2000
_WARN: Final = "warn"
# What identifies a document.
_KEY: Final = ("document_id", "source", "batch")
# So many versions' warnings are kept in mind.
_REMEMBERED: Final = 8


class Searchable(Protocol):
    """What a search needs of a version. A version of `corpus.snapshots` has it."""

    @property
    def name(self) -> str:
        """Return what people call it."""

    def md5(self, table: str = ...) -> str:
        """Return what pins a table."""

    def files(self, table: str = ...) -> list[Pinned]:
        """Return the shards of a table."""

    def shard_paths(self, files: Sequence[Pinned]) -> list[Path]:
        """Return where these shards are, verified."""

    def scan(self, table: str = ...) -> pl.LazyFrame:
        """Return a table."""


class Warnings:
    """The checks that warned of the documents of a version. Nothing is read before it is needed.

    A digest of those of each shard is kept in a file, for reading every id of a large corpus takes seconds.
    """

    def __init__(self, version: Searchable, memory: Path) -> None:
        self._version = version
        self._memory = memory
        try:
            self.md5 = version.md5("verdicts")
        except UsageError:
            self.md5 = ""

    @cached_property
    def rows(self) -> pl.DataFrame | None:
        """The documents with the names of the checks; None if none warned."""
        import polars as pl

        if not self.md5:
            return None
        frame = self._version.scan("verdicts").filter(pl.col("severity") == _WARN)
        rows = frame.select(pl.exclude("severity", "found")).unique().collect()
        return None if rows.is_empty() else rows

    def of(self, file: Pinned) -> dict[int, list[str]]:
        """Return the names of the checks by row of a shard."""
        import polars as pl

        if self.rows is None:
            return {}
        (path,) = self._version.shard_paths([file])
        return self.by_row(pl.read_parquet(path, columns=list(_KEY), glob=False))

    def by_row(self, documents: pl.DataFrame) -> dict[int, list[str]]:
        """Return the names of the checks by row of a frame with `document_id`, `source` and `batch`."""
        if self.rows is None:
            return {}
        # Verdicts of older versions do not name the batch.
        key = [name for name in _KEY if name in self.rows.columns and name in documents.columns]
        found = (
            documents.select(key)
            .with_row_index("row")
            .join(self.rows, on=key)
            .select("row", "check")
            .unique()
            .sort("row", "check")
        )
        made: dict[int, list[str]] = {}
        for row, check in found.iter_rows():
            made.setdefault(row, []).append(check)
        return made

    def digests(self, files: Sequence[Pinned]) -> list[str]:
        """Return a digest of the warnings of each shard; "" for one without."""
        known = self._known()
        missing = [file for file in files if file.md5 not in known]
        for file in missing:
            known[file.md5] = digest(self.of(file))
        if missing:
            self._remember(known)
        return [known[file.md5] for file in files]

    def _known(self) -> dict[str, str]:
        with suppress(OSError, ValueError, AttributeError):
            found = json.loads(self._memory.read_text(encoding="utf-8")).get(self.md5, {})
            return {str(md5): str(value) for md5, value in found.items()}
        return {}

    def _remember(self, known: dict[str, str]) -> None:
        """Keep the digests, for a few versions; that it cannot be written does no harm."""
        every: dict[str, dict[str, str]] = {}
        with suppress(OSError, ValueError):
            every = dict(json.loads(self._memory.read_text(encoding="utf-8")))
        every.pop(self.md5, None)
        kept = dict([*every.items()][-_REMEMBERED + 1 :]) | {self.md5: known}
        aside = self._memory.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(kept), encoding="utf-8")
            aside.replace(self._memory)


@dataclass(frozen=True)
class Shard:
    """A shard of a table, to be indexed.

    Attributes:
        key: its md5, with a digest of the warnings.
        table: `articles` or `revisions`.
        file: which file.
        version: whose.
        warnings: the checks that warned, of the version.
    """

    key: str
    table: str
    file: Pinned
    version: Searchable
    warnings: Warnings

    def rows(self) -> int:
        """Return how many documents it has."""
        (path,) = self.version.shard_paths([self.file])
        return int(pq.read_metadata(path).num_rows)

    def documents(self, number: int) -> Iterator[tantivy.Document]:
        """Yield its documents as those of the shard with this number."""
        (path,) = self.version.shard_paths([self.file])
        warnings = self.warnings.of(self.file)
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            there = set(file.schema_arrow.names)
            columns = [name for name in documents.COLUMNS if name in there]
            first = 0
            for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
                yield from documents.documents(batch, number, first, warnings)
                first += batch.num_rows


def shards(version: Searchable, warnings: Warnings, table: str = "articles") -> list[Shard]:
    """Return the shards of a table of a version; none if it has no such table.

    Raises:
        MissingObjects: a shard is neither in the cache nor in a remote, and the warnings need it.
    """
    try:
        files = version.files(table)
    except UsageError:
        return []
    digests = warnings.digests(files)
    return [
        Shard(f"{file.md5}{digest}", table, file, version, warnings)
        for file, digest in zip(files, digests, strict=True)
    ]


def digest(warnings: Mapping[int, Sequence[str]]) -> str:
    """Return a digest of the names of checks by row; "" without any."""
    if not warnings:
        return ""
    lines = "".join(f"{row} {' '.join(checks)}\n" for row, checks in sorted(warnings.items()))
    return f"-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"
