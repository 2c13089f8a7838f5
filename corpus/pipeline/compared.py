"""Keep the pairs of texts that were compared in the table `pairs`, for later builds."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.columnar import ids
from corpus.errors import CorpusError
from corpus.pipeline.comparing import Compared
from corpus.repo.digest import digest, digest_rows
from corpus.tables import parquet
from corpus.tables.shards import KeyedShards, load_keys, shard_path
from schemas.tables import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from corpus.columnar.ids import Ids
    from corpus.pipeline.decided import Decided
    from corpus.pipeline.measuring import Scores
    from corpus.resolve.shingles import Places

STAGE: Final = "pairs"
_DIGITS: Final = 32


def known(root: Path, n: int, fingerprint: str) -> Iterator[pl.DataFrame]:
    """Yield the pairs that the last run compared, if it ran this code and its tables still exist."""
    for name, shard in load_keys(root, STAGE).items():
        try:
            rows = parquet.read(shard_path(root, PAIRS.name, name))
        except CorpusError:
            continue
        if rows.schema.equals(PAIRS.arrow) and _key(rows, n, fingerprint) == shard.key:
            yield pl.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The pairs that were compared in a run that has not ended, in files of their own, for the next run.

    Attributes:
        root: the folder of the repository.
        n: the number of words in a gram.
        fingerprint: of the code that compares.
    """

    root: Path
    n: int
    fingerprint: str

    @property
    def folder(self) -> Path:
        """Where the files are, each named by its key."""
        return self.root / ".dvc" / "tmp" / "corpus" / "compared"

    def keep(self, pairs: Places, scores: Scores, hashes: Ids) -> None:
        """Write some pairs. It only saves time: a disk that is full makes a later write fail, with its own message."""
        some = Compared(pairs, scores)
        found = rows(some, slice(0, len(hashes)), hashes).to_arrow().cast(PAIRS.arrow)
        with suppress(OSError, CorpusError):
            self.folder.mkdir(parents=True, exist_ok=True)
            parquet.write(self.folder / f"{_key(found, self.n, self.fingerprint)}.parquet", PAIRS, found)

    def known(self) -> Iterator[pl.DataFrame]:
        """Yield the pairs that a run of this code compared before it was broken off."""
        for path in sorted(self.folder.glob("*.parquet")):
            # A file that was cut off does not count.
            with suppress(CorpusError):
                found = parquet.read(path)
                if found.schema.equals(PAIRS.arrow) and _key(found, self.n, self.fingerprint) == path.stem:
                    yield pl.DataFrame(found)

    def remove(self) -> None:
        """Remove the files, once all pairs are in the table."""
        shutil.rmtree(self.folder, ignore_errors=True)


def numbered(stored: Iterable[pl.DataFrame], hashes: Ids, texts: Places) -> Compared:
    """Return stored pairs by the numbers of their texts, without those of texts that are no longer there.

    Args:
        stored: rows of `schemas.PAIRS`.
        hashes: the text hashes of all documents.
        texts: the first documents of all texts.
    """
    order: Places | None = None
    found = []
    for rows in stored:
        if order is None:
            order = texts[np.argsort(hashes[texts, 0])]
            ordered = hashes[order, 0]
        one, other = (_found(ids.packed(rows[name], _DIGITS), hashes, order, ordered) for name in PAIRS.sort)
        later, earlier = np.maximum(one, other), np.minimum(one, other)
        scores = rows.select("common", "grams", "other_grams").to_numpy()
        scores = np.where((one < other)[:, None], scores[:, [0, 2, 1]], scores)
        there = earlier >= 0
        found.append(Compared(((later << 32) | earlier)[there], scores[there]))
    return Compared.joined(found)


def _found(wanted: Ids, hashes: Ids, order: Places, ordered: NDArray[np.uint64]) -> Places:
    """Return the documents with some hashes; -1 for each that is not found, and must be compared again."""
    if not len(order):
        return np.full(len(wanted), -1, np.int64)
    found = order[np.minimum(np.searchsorted(ordered, wanted[:, 0]), len(order) - 1)]
    return np.where((hashes[found] == wanted).all(axis=1), found, -1)


def publish(root: Path, names: Sequence[str], n: int, fingerprint: str, decided: Decided) -> None:
    """Write the pairs of texts that were compared, each beside its later text."""

    def rows_of(shard: int) -> pa.Table:
        found = rows(decided.asked, decided.documents.span(shard), decided.facts.text_hash)
        return found.to_arrow().cast(PAIRS.arrow)

    counts = np.diff(np.searchsorted(decided.asked.pairs, decided.documents.begins << 32))
    numbers = {names[shard]: shard for shard in np.flatnonzero(counts).tolist()}
    keys = {name: _key(rows_of(shard), n, fingerprint) for name, shard in numbers.items()}
    with KeyedShards(root, STAGE, [PAIRS]) as shards:
        for name in shards.stale(keys):
            shards.put(name, keys[name], [(PAIRS, rows_of(numbers[name]))])
        shards.finish(keys)


def rows(asked: Compared, documents: slice, hashes: Ids) -> pl.DataFrame:
    """Return the pairs whose later text is first in one of some documents, as `schemas.PAIRS`."""
    part = slice(*np.searchsorted(asked.pairs, [documents.start << 32, documents.stop << 32]).tolist())
    pairs, scores = asked.pairs[part], asked.scores[part]
    frame = pl.DataFrame(
        {
            "later": ids.written(hashes[pairs >> 32]),
            "earlier": ids.written(hashes[pairs & 0xFFFFFFFF]),
            **{name: scores[:, number] for number, name in enumerate(("common", "of_later", "of_earlier"))},
        }
    )
    swapped = pl.col("later") > pl.col("earlier")
    return frame.select(
        text_hash=pl.min_horizontal("later", "earlier"),
        other_hash=pl.max_horizontal("later", "earlier"),
        common="common",
        grams=pl.when(swapped).then("of_earlier").otherwise("of_later"),
        other_grams=pl.when(swapped).then("of_later").otherwise("of_earlier"),
    ).sort(PAIRS.sort)


def _key(rows: pa.Table, n: int, fingerprint: str) -> str:
    return digest([fingerprint, str(n), digest_rows(pl.DataFrame(rows))])
