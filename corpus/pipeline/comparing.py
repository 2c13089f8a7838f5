"""Measure exactly what pairs of texts have in common: from the last run if it compared them, else from the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from corpus.columnar import ragged
from corpus.errors import CorpusError
from corpus.pipeline.threads import side_by_side
from corpus.progress import progress
from corpus.repo.digest import digest, digest_rows
from corpus.resolve import scores
from corpus.resolve.candidates import Pairs
from corpus.tables import parquet
from corpus.tables.shards import KeyedShards, load_keys, shard_path
from schemas.tables import PAIRS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from corpus.resolve.scores import GramSets
    from corpus.resolve.shingles import Places

    Texts = Callable[[int, Places], pa.Array]

STAGE: Final = "pairs"
_KEY: Final = ("text_hash", "other_hash")
_SCORES: Final = ("common", "grams", "other_grams")
# The n-grams that are in memory at a time: 160 MB, those of 50,000 articles.
_MOST_GRAMS: Final = 20_000_000


class Comparing:
    """Compares texts by their hashes, and remembers all that were compared.

    Args:
        texts: one row for each text: text_hash, the number of a shard that has it, its row there, and grams.
        n: the number of words in a gram.
        known: rows of `schemas.PAIRS`: the pairs compared before.
        read: returns texts of a shard of documents, by the number of the shard and the rows, ascending.
    """

    def __init__(self, texts: pl.DataFrame, n: int, known: pl.DataFrame, read: Texts) -> None:
        self._texts = texts.with_columns(_text=pl.int_range(pl.len(), dtype=pl.Int64))
        self._n = n
        self._stored = known
        self._read = read
        self._asked: list[pl.DataFrame] = []

    def __call__(self, asked: pl.DataFrame) -> pl.DataFrame:
        """Add `common`, `grams` and `other_grams` to rows with text_hash and other_hash.

        Args:
            asked: pairs of different texts, each once.
        """
        swapped = pl.col("text_hash") > pl.col("other_hash")
        low, high = pl.min_horizontal(_KEY), pl.max_horizontal(_KEY)
        found = asked.select(*_KEY, _low=low, _high=high).join(
            self._stored.rename({"text_hash": "_low", "other_hash": "_high"}),
            on=["_low", "_high"],
            how="left",
            maintain_order="left",
        )
        missing = found["common"].is_null()
        if missing.any():
            # Asked for in both directions, it is one pair.
            lacking = found.filter(missing).select(text_hash="_low", other_hash="_high").unique()
            self._stored = pl.concat([self._stored, self._compared(lacking)])
            return self(asked)
        self._asked.append(
            found.select(pl.col("_low").alias("text_hash"), pl.col("_high").alias("other_hash"), *_SCORES)
        )
        return found.select(
            *_KEY,
            "common",
            grams=pl.when(swapped).then("other_grams").otherwise("grams"),
            other_grams=pl.when(swapped).then("grams").otherwise("other_grams"),
        )

    @property
    def asked(self) -> pl.DataFrame:
        """Return all pairs that were asked for, each with the number of the shard of its later document."""
        pairs = pl.concat([pl.DataFrame(PAIRS.empty), *self._asked]).unique(_KEY)
        places = self._texts.select("text_hash", "shard")
        return (
            pairs.join(places, on="text_hash", how="left")
            .join(places, left_on="other_hash", right_on="text_hash", how="left", suffix="_other")
            .with_columns(shard=pl.max_horizontal("shard", "shard_other"))
            .sort("shard", *_KEY)
        )

    def _compared(self, pairs: pl.DataFrame) -> pl.DataFrame:
        numbers = self._texts.select("text_hash", "_text")
        both = pairs.join(numbers, on="text_hash", how="left", maintain_order="left").join(
            numbers, left_on="other_hash", right_on="text_hash", how="left", suffix="_other", maintain_order="left"
        )
        # Pairs of the same shards together, so that each is read few times.
        both = both.sort(pl.max_horizontal("_text", "_text_other"), pl.min_horizontal("_text", "_text_other"))
        asked = Pairs(both["_text"].to_numpy(), both["_text_other"].to_numpy())
        found = np.zeros((len(asked), 3), np.int32)
        with progress("compare", len(asked), "pairs") as advance:
            for block in self._groups(asked):
                later, earlier = asked.later[block], asked.earlier[block]
                wanted = ragged.distinct(np.concatenate([later, earlier]))
                sets = self._sets(wanted)
                local = Pairs(np.searchsorted(wanted, later), np.searchsorted(wanted, earlier))
                found[block, 0] = scores.in_common(sets, local)
                found[block, 1] = sets.size[local.later]
                found[block, 2] = sets.size[local.earlier]
                advance(len(later))
        return both.select(_KEY).with_columns(pl.Series(name, found[:, n]) for n, name in enumerate(_SCORES))

    def _groups(self, pairs: Pairs) -> Iterator[slice]:
        """Yield groups of consecutive pairs whose n-grams fit into memory together."""
        grams = self._texts["grams"].to_numpy()
        begin = 0
        while begin < len(pairs):
            size = len(pairs) - begin
            while size > 1:
                texts = ragged.distinct(
                    np.concatenate([pairs.later[begin : begin + size], pairs.earlier[begin : begin + size]])
                )
                if grams[texts].sum(dtype=np.int64) <= _MOST_GRAMS:
                    break
                size = (size + 1) // 2
            yield slice(begin, begin + size)
            begin += size

    def _sets(self, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> GramSets:
        """Return the sets of n-grams of some texts, in the order of the shards."""
        chosen = self._texts[wanted].select("shard", "row")
        parts = [
            (number, part["row"])
            for (number,), part in chosen.partition_by("shard", as_dict=True, maintain_order=True).items()
        ]

        def read(part: tuple[int, pl.Series]) -> GramSets:
            return scores.gram_sets(self._read(part[0], part[1].cast(pl.Int64).to_numpy()), self._n)

        return scores.joined(side_by_side(read, parts))


def texts_of(root: Path, names: Sequence[str]) -> Texts:
    """Return a function that reads texts of a shard of documents, by the number of the shard."""
    return lambda number, rows: parquet.take(shard_path(root, "documents", names[number]), "text", rows)


def known(root: Path, n: int, fingerprint: str) -> pl.DataFrame:
    """Return the pairs that the last run compared, if it ran this code and its tables still exist."""
    return pl.concat([pl.DataFrame(PAIRS.empty), *_found(root, n, fingerprint)])


def _found(root: Path, n: int, fingerprint: str) -> Iterator[pl.DataFrame]:
    for name, shard in load_keys(root, STAGE).items():
        try:
            rows = parquet.read(shard_path(root, PAIRS.name, name))
        except CorpusError:
            continue
        if rows.schema.equals(PAIRS.arrow) and _key(rows, n, fingerprint) == shard.key:
            yield pl.DataFrame(rows)


def publish(root: Path, names: Sequence[str], n: int, fingerprint: str, asked: pl.DataFrame) -> None:
    """Write the pairs of texts that were compared as the table `pairs`, for later builds."""
    parts = {
        names[number]: part.select(PAIRS.names).to_arrow().cast(PAIRS.arrow)
        for (number,), part in asked.partition_by("shard", as_dict=True, maintain_order=True).items()
    }
    keys = {name: _key(part, n, fingerprint) for name, part in parts.items()}
    with KeyedShards(root, STAGE, [PAIRS]) as shards:
        for name in shards.stale(keys):
            shards.put(name, keys[name], [(PAIRS, parts[name])])
        shards.finish(keys)


def _key(rows: pa.Table, n: int, fingerprint: str) -> str:
    return digest([fingerprint, str(n), digest_rows(pl.DataFrame(rows))])
