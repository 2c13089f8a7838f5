"""The signatures of all documents, read from their shards a few columns at a time. Documents are known by number.

A document's number is its place among all documents, shard after shard. So numbers of a shard follow each other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from corpus.columnar import ragged
from corpus.pipeline.threads import THREADS, in_turn
from corpus.resolve.candidates import INDEXED, Samples
from corpus.tables import parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from corpus.resolve.shingles import Hashes, Places
    from corpus.resolve.sketches import Sampled

    # Returns columns of a shard, or all.
    Read = Callable[[int, list[str] | None], pa.Table]

# Of so few documents all columns are read at once and stay in memory: opening a file costs a millisecond.
KEPT: Final = 1 << 18


class SignedDocuments:
    """The signatures of all documents.

    Args:
        rows: the number of documents in each shard.
        read: returns columns of a shard, by its number, or all columns.
        most_kept: of so many documents or fewer all columns stay in memory once they are read.

    Attributes:
        begins: the number of the first document of each shard, and the number of all documents as one more.
    """

    def __init__(self, rows: Sequence[int], read: Read, most_kept: int = KEPT) -> None:
        self.begins = ragged.offsets(np.array(rows, np.int64))
        self._read = read
        self._kept: dict[int, pl.DataFrame] = {}
        self._most_kept = most_kept

    def __len__(self) -> int:
        return int(self.begins[-1])

    @property
    def shards(self) -> range:
        """The numbers of the shards."""
        return range(len(self.begins) - 1)

    def span(self, shard: int) -> slice:
        """Return the documents of a shard."""
        return slice(int(self.begins[shard]), int(self.begins[shard + 1]))

    def shard_of(self, documents: Places) -> Places:
        """Return the numbers of the documents' shards."""
        return np.searchsorted(self.begins, documents, side="right") - 1

    def scan(self, shards: Iterable[int], columns: Sequence[str]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield columns of some shards, each with the number of its shard."""
        with ThreadPoolExecutor(THREADS) as pool:
            yield from in_turn(pool, lambda shard: self.columns(shard, columns), shards)

    def columns(self, shard: int, columns: Sequence[str]) -> pl.DataFrame:
        """Return columns of a shard."""
        if len(self) > self._most_kept:
            return pl.DataFrame(self._read(shard, list(columns)).select(columns))
        if shard not in self._kept:
            self._kept[shard] = pl.DataFrame(self._read(shard, None))
        return self._kept[shard].select(columns)

    def take(self, documents: Places, columns: Sequence[str]) -> Iterator[tuple[slice, pl.DataFrame]]:
        """Yield columns of some documents, shard by shard, each part with its place among these documents.

        Args:
            documents: the numbers of the documents, ascending.
            columns: the columns.
        """
        places = np.searchsorted(documents, self.begins)
        shards = np.flatnonzero(np.diff(places)).tolist()
        for shard, rows in self.scan(shards, columns):
            part = slice(int(places[shard]), int(places[shard + 1]))
            wanted = documents[part] - self.begins[shard]
            yield part, rows if len(wanted) == rows.height else rows[wanted]

    def lowest(self, documents: Places) -> tuple[Hashes, NDArray[np.int8]]:
        """Return the lowest hashes of documents' texts: `INDEXED` for each, and how many of these count."""
        hashes = np.zeros((len(documents), INDEXED), np.uint64)
        count = np.zeros(len(documents), np.int8)
        for part, rows in self.take(documents, ["lowest"]):
            values, of = _lists(rows["lowest"])
            count[part] = of
            hashes[part][np.arange(INDEXED) < of[:, None]] = values
        return hashes, count

    def samples(self, documents: Places) -> Samples:
        """Return the samples of documents' texts."""
        parts: list[Sampled] = []
        limit = np.zeros(len(documents), np.uint32)
        count = np.zeros(len(documents), np.int64)
        for part, rows in self.take(documents, ["limit", "sample"]):
            values, count[part] = _lists(rows["sample"])
            limit[part] = rows["limit"].to_numpy()
            parts.append(values)
        hashes = np.concatenate(parts) if parts else np.zeros(0, np.uint32)
        return Samples(hashes, ragged.offsets(count)[:-1], count, limit)


def _lists(column: pl.Series) -> tuple[NDArray[Any], Places]:
    """Return all values of a column of lists, and how long each list is."""
    return column.explode(empty_as_null=False).to_numpy(), column.list.len().cast(pl.Int64).to_numpy()


def read_signatures(path: Path, columns: list[str] | None, sha256: str | None = None) -> pa.Table:
    """Read columns of a shard of signatures, or all of them.

    In signatures of older versions the lowest hashes of the sample found candidates; they become `lowest`.

    Raises:
        StorageError: the file cannot be read, as in `parquet.read`.
        DamagedObject: its bytes have another sha256.
    """
    found = parquet.read(path, columns, sha256)
    if "lowest" in found.column_names or (columns is not None and "lowest" not in columns):
        return found
    sample = pl.DataFrame(parquet.read(path, ["sample"]))["sample"]
    return found.append_column("lowest", sample.list.head(INDEXED).cast(pl.List(pl.UInt64)).to_arrow())
