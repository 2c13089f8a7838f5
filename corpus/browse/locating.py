"""Where in a version's files an article is: found by its id without reading a column of a million rows each time.

Of each file the sorted hashes of its ids are kept: 12 bytes a row. Files are named by their md5: versions share them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from corpus.objects.pins import Pinned

# About 400 MB; what was not used for longest goes first.
_MOST_ROWS: Final = 32_000_000
# Rows apart from each other that are read in one piece all the same.
_NEAR: Final = 100


class Place(NamedTuple):
    """A row of a file."""

    path: Path
    row: int


class _Ids(NamedTuple):
    hashes: NDArray[np.uint64]
    rows: NDArray[np.int32]


class Places:
    """Finds the rows of articles in files of `articles` or `revisions`. Several threads may ask at once."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, _Ids] = OrderedDict()
        self._rows = 0
        self._lock = threading.Lock()

    def find(self, files: Iterable[tuple[Pinned, Path]], article_id: str) -> list[Place]:
        """Return where an article's rows may be, in the order of the files.

        Another article may have the same hash: compare the id that is read there.

        Raises:
            StorageError: a file cannot be read.
        """
        wanted = pl.Series([article_id], dtype=pl.String).hash().to_numpy()[0]
        found: list[Place] = []
        for file, path in files:
            ids = self._of(file, path)
            first, last = (int(np.searchsorted(ids.hashes, wanted, side)) for side in ("left", "right"))
            found += [Place(path, int(row)) for row in sorted(ids.rows[first:last])]
        return found

    def _of(self, file: Pinned, path: Path) -> _Ids:
        with self._lock:
            if (known := self._ids.get(file.md5)) is not None:
                self._ids.move_to_end(file.md5)
                return known
        hashes = pl.Series(column(path, "article_id")).hash().to_numpy()
        order = np.argsort(hashes, kind="stable")
        made = _Ids(hashes[order], order.astype(np.int32))
        with self._lock:
            if file.md5 not in self._ids:
                self._ids[file.md5] = made
                self._rows += len(order)
            while self._rows > _MOST_ROWS and len(self._ids) > 1:
                _, gone = self._ids.popitem(last=False)
                self._rows -= len(gone.rows)
        return made


def column(path: Path, name: str) -> pa.ChunkedArray:
    """Return one column of a file.

    Raises:
        StorageError: the file cannot be read.
    """
    return _read(path, lambda file: file.read(columns=[name], use_threads=False)[name])


def rows(path: Path, numbers: Sequence[int], columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return some rows of a file, in the order of their numbers as given; only the pages that have them are read.

    Args:
        path: the file.
        numbers: of the rows, from 0 on.
        columns: which; all unless given. A column that the file lacks is None.

    Raises:
        StorageError: the file cannot be read.
    """
    try:
        file = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        there = set(file.collect_schema())
        chosen = file.select(name for name in columns or there if name in there)
        # A slice reads the pages that have the row, where a filter reads each page of a row group.
        found: dict[int, dict[str, Any]] = {}
        for first, last in _spans(numbers):
            frame = chosen.slice(first, last - first + 1).collect()
            wanted = [number for number in sorted(set(numbers)) if first <= number < first + frame.height]
            taken = frame[[number - first for number in wanted]].iter_rows(named=True)
            found |= dict(zip(wanted, taken, strict=True))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _unreadable(path, error) from None
    lacking = dict.fromkeys(name for name in columns or () if name not in there)
    return [{**lacking, **found[number]} for number in numbers if number in found]


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of rows that are near each other: these are read together."""
    spans: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if spans and number - spans[-1][1] < _NEAR:
            spans[-1] = spans[-1][0], number
        else:
            spans.append((number, number))
    return spans


def _read(path: Path, take: Any) -> Any:
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return take(file)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> StorageError:
    reason = " ".join(str(error).split())[:500]
    return StorageError(f"{path} cannot be read: {reason}. Delete it and run `dvc pull`.")
