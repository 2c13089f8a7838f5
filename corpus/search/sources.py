"""The shards of a version, as the index knows them: by their md5 and the warnings of their articles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Shard:
    """A shard of a table, to be indexed.

    Attributes:
        key: its md5, with a digest of the warnings.
        table: `articles` or `revisions`.
        file: which file.
        warnings: the names of the checks that warned, by row.
    """

    key: str
    table: str
    file: Pinned
    warnings: Mapping[int, Sequence[str]]
    version: Searchable

    def documents(self, number: int) -> Iterator[tantivy.Document]:
        """Yield its documents as those of the shard with this number."""
        (path,) = self.version.shard_paths([self.file])
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            there = set(file.schema_arrow.names)
            columns = [name for name in documents.COLUMNS if name in there]
            first = 0
            for batch in file.iter_batches(_BATCH, columns=columns, use_threads=False):
                yield from documents.documents(batch, number, first, self.warnings)
                first += batch.num_rows


def shards(version: Searchable, table: str = "articles") -> list[Shard]:
    """Return the shards of a table of a version.

    Raises:
        MissingObjects: a shard is neither in the cache nor in a remote, and the warnings need it.
    """
    files = version.files(table)
    warned = _warned(version)
    found = []
    for file in files:
        warnings = {} if warned is None else _of(version, file, warned)
        found.append(Shard(f"{file.md5}{_digest(warnings)}", table, file, warnings, version))
    return found


def _warned(version: Searchable) -> pl.DataFrame | None:
    """Return the checks that warned, by document; None if none did."""
    import polars as pl

    try:
        version.md5("verdicts")
    except UsageError:
        return None
    frame = version.scan("verdicts").filter(pl.col("severity") == _WARN)
    rows = frame.select("document_id", "source", "check").unique().collect()
    return None if rows.is_empty() else rows


def _of(version: Searchable, file: Pinned, warned: pl.DataFrame) -> dict[int, list[str]]:
    import polars as pl

    (path,) = version.shard_paths([file])
    rows = pl.read_parquet(path, columns=["document_id", "source"], glob=False).with_row_index("row")
    found = rows.join(warned, on=["document_id", "source"]).sort("row", "check")
    made: dict[int, list[str]] = {}
    for row, check in found.select("row", "check").iter_rows():
        made.setdefault(row, []).append(check)
    return made


def _digest(warnings: Mapping[int, Sequence[str]]) -> str:
    if not warnings:
        return ""
    lines = "".join(f"{row} {' '.join(checks)}\n" for row, checks in sorted(warnings.items()))
    return f"-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"
