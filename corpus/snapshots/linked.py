"""Hold of a version what decides which of its articles a past day may have otherwise, and is the same for every day.

Only texts that share a hash are compared. So texts that are linked by hashes, also over others, decide on each other's
marks, and no other text does. The links of a million texts take two seconds to find, and are kept for the next day, in
memory and beside the search index.
"""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import CorpusError
from corpus.repo.digest import stamp_of
from corpus.resolve.revisions import Decision
from corpus.tables import parquet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

# The number of a document's shard, and of its row there.
SHARD: Final = "shard"
ROW: Final = "row"
_PATH: Final = "_path"
# The file of links, in the folder of an index.
NAME: Final = "links.parquet"
# Raised when something else is kept in it.
_FORMAT: Final = 1
_KEY: Final = b"version"
_ALONE: Final = "alone"
_HASHES: Final = "hashes"
_BITS: Final = 22
_LAST_BITS: Final = np.uint64((1 << _BITS) - 1)


@dataclass(frozen=True, slots=True)
class Linked:
    """The documents of a version that are or were articles, and the links between their texts.

    Attributes:
        rows: shard, row, `captured_at`, `superseded_at`, and whether each is an article `now`.
        alone: whether a text has no hash. Then it may be compared with any other.
        text: for each hash of a text that others have, the number of the text, in order.
        hashes: likewise, the number of the hash.
    """

    rows: pl.DataFrame
    alone: NDArray[np.bool_]
    text: NDArray[np.int64]
    hashes: NDArray[np.int64]

    def with_links(self, touched: NDArray[np.bool_]) -> pl.Series:
        """Return which texts are linked to one that is touched, or have no hash.

        Args:
            touched: whether a text is an article either in the version or on the day, and not both.
        """
        reached, before = touched.copy(), -1
        count = int(self.hashes.max()) + 1 if len(self.hashes) else 0
        while (after := int(reached[self.text].sum())) != before:
            before = after
            by_hash = np.zeros(count, np.bool_)
            by_hash[self.hashes[reached[self.text]]] = True
            reached[self.text[by_hash[self.hashes]]] = True
        found = self.alone.copy()
        found[self.text[reached[self.text]]] = True
        return pl.Series(found)


_lock = threading.Lock()
_last: dict[str, Linked] = {}


def linked(signatures: list[Path], decisions: list[Path], kept: Path | None = None) -> Linked:
    """Return the links of a version. Those of the version that was asked for last stay in memory.

    Args:
        signatures: a file for each shard.
        decisions: likewise, with the same rows.
        kept: a file where those of one version are kept for other processes, if its folder is there.
    """
    stamps = [(str(path), stamp_of(path.stat())) for path in (*signatures, *decisions)]
    key = hashlib.sha256(repr((_FORMAT, stamps)).encode()).hexdigest()
    with _lock:
        if key not in _last:
            found = None if kept is None else _recall(kept, key)
            if found is None:
                found = _found(signatures, decisions)
                if kept is not None:
                    _remember(kept, key, found)
            _last.clear()
            _last[key] = found
        elif kept is not None and not kept.exists():
            # It was deleted, or is another index of the same version.
            _remember(kept, key, _last[key])
        return _last[key]


def _recall(file: Path, key: str) -> Linked | None:
    """Return the links that a file has; None if it has none, or those of another version."""
    with suppress(CorpusError, OSError, pa.ArrowException):
        if (pq.read_schema(file).metadata or {}).get(_KEY) != key.encode():
            return None
        rows = pl.DataFrame(parquet.read(file))
        numbers = rows[_HASHES]
        text = np.repeat(np.arange(rows.height), numbers.list.len().to_numpy())
        hashes = numbers.explode(empty_as_null=False).to_numpy().astype(np.int64)
        return Linked(rows.drop(_ALONE, _HASHES), rows[_ALONE].to_numpy(), text, hashes)
    return None


def _remember(file: Path, key: str, found: Linked) -> None:
    """Keep links in a file; that it cannot be written does no harm."""
    ends = np.searchsorted(found.text, np.arange(found.rows.height + 1)).astype(np.int32)
    numbers = pa.ListArray.from_arrays(pa.array(ends), pa.array(found.hashes, pa.int32()))
    rows = found.rows.to_arrow().append_column(_ALONE, pa.array(found.alone)).append_column(_HASHES, numbers)
    aside = file.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        options = parquet.options([]) | {"write_statistics": False}
        pq.write_table(rows.replace_schema_metadata({_KEY: key}), aside, **options)
        aside.replace(file)


def _found(signatures: list[Path], decisions: list[Path]) -> Linked:
    rows = placed(signatures, ["captured_at", "lowest"]).hstack(columns(decisions, ["decision", "superseded_at"]))
    rows = rows.with_columns(
        now=pl.col("decision").is_in([Decision.ARTICLE.value, Decision.DUPLICATE.value]),
    ).filter(pl.col("now") | (pl.col("decision") == Decision.SUPERSEDED.value))
    lowest = rows["lowest"]
    count = lowest.list.len().to_numpy()
    hashes = lowest.explode(empty_as_null=False).to_numpy()
    several = _several(hashes)
    # Nearly all hashes are of one text: a table of their last bits tells that faster than a search for each.
    slots = np.zeros(1 << _BITS, np.bool_)
    slots[several & _LAST_BITS] = True
    places = np.flatnonzero(slots[hashes & _LAST_BITS])
    numbers = np.searchsorted(several, hashes[places])
    shared = several[np.minimum(numbers, len(several) - 1)] == hashes[places]
    text = np.searchsorted(np.cumsum(count), places[shared], side="right")
    return Linked(rows.drop("lowest", "decision"), count == 0, text, numbers[shared])


def _several(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the hashes that several texts have, each once, sorted."""
    ordered = np.sort(hashes)
    again = ordered[1:] == ordered[:-1]
    again[1:] &= ~again[:-1]
    found: NDArray[np.uint64] = ordered[1:][again]
    return found


def columns(files: list[Path], names: Sequence[str]) -> pl.DataFrame:
    """Return columns of some files, which are read side by side."""
    return pl.scan_parquet(files, glob=False).select(names).collect()


def placed(files: list[Path], names: Sequence[str]) -> pl.DataFrame:
    """Return columns of some files, with the numbers of file and row."""
    rows = pl.scan_parquet(files, glob=False, include_file_paths=_PATH).select(_PATH, *names).collect()
    runs = rows[_PATH].rle().struct.unnest()
    numbers = {str(path): number for number, path in enumerate(files)}
    number = np.array([numbers[path] for path in runs["value"]], np.int32)
    length = runs["len"].to_numpy().astype(np.int64)
    row = np.arange(rows.height) - np.repeat(np.cumsum(length) - length, length)
    return rows.drop(_PATH).with_columns(
        pl.Series(SHARD, np.repeat(number, length)), pl.Series(ROW, row.astype(np.int32))
    )
