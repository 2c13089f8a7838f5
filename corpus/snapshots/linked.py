"""Hold of a version what decides which of its articles a past day may have otherwise, and is the same for every day.

Only texts that share a hash are compared. So texts that are linked by hashes, also over others, decide on each other's
marks, and no other text does. The links of a million texts take a second to find, and are kept for the next day.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.repo.digest import stamp_of
from corpus.resolve.revisions import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from corpus.repo.digest import Stamp

# The number of a document's shard, and of its row there.
SHARD: Final = "shard"
ROW: Final = "row"
_PATH: Final = "_path"


@dataclass(frozen=True, slots=True)
class Linked:
    """The documents of a version that are or were articles, and the links between their texts.

    Attributes:
        rows: shard, row, `captured_at`, `superseded_at`, and whether each is an article `now`.
        _alone: whether a text has no hash. Then it may be compared with any other.
        _text: for each hash of a text that others have, the number of the text.
        _hash: likewise, the number of the hash.
    """

    rows: pl.DataFrame
    _alone: NDArray[np.bool_]
    _text: NDArray[np.int64]
    _hash: NDArray[np.int64]

    def with_links(self, touched: NDArray[np.bool_]) -> pl.Series:
        """Return which texts are linked to one that is touched, or have no hash.

        Args:
            touched: whether a text is an article either in the version or on the day, and not both.
        """
        reached, before = touched.copy(), -1
        hashes = int(self._hash.max()) + 1 if len(self._hash) else 0
        while (after := int(reached[self._text].sum())) != before:
            before = after
            by_hash = np.zeros(hashes, np.bool_)
            by_hash[self._hash[reached[self._text]]] = True
            reached[self._text[by_hash[self._hash]]] = True
        found = self._alone.copy()
        found[self._text[reached[self._text]]] = True
        return pl.Series(found)


_lock = threading.Lock()
_last: dict[tuple[tuple[str, Stamp], ...], Linked] = {}


def linked(signatures: list[Path], decisions: list[Path]) -> Linked:
    """Return the links of a version. Those of the version that was asked for last are kept.

    Args:
        signatures: a file for each shard.
        decisions: likewise, with the same rows.
    """
    key = tuple((str(path), stamp_of(path.stat())) for path in (*signatures, *decisions))
    with _lock:
        if key not in _last:
            found = _found(signatures, decisions)
            _last.clear()
            _last[key] = found
        return _last[key]


def _found(signatures: list[Path], decisions: list[Path]) -> Linked:
    rows = placed(signatures, ["captured_at", "lowest"]).hstack(columns(decisions, ["decision", "superseded_at"]))
    rows = rows.with_columns(
        now=pl.col("decision").is_in([Decision.ARTICLE.value, Decision.DUPLICATE.value]),
    ).filter(pl.col("now") | (pl.col("decision") == Decision.SUPERSEDED.value))
    lowest = rows["lowest"]
    count = lowest.list.len().to_numpy()
    hashes = lowest.explode(empty_as_null=False)
    ordered = np.sort(hashes.to_numpy())
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    shared = hashes.is_in(pl.Series(twice).implode()).arg_true().to_numpy()
    text = np.searchsorted(np.cumsum(count), shared, side="right")
    number = np.searchsorted(twice, hashes.gather(shared).to_numpy())
    return Linked(rows.drop("lowest", "decision"), count == 0, text, number)


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
