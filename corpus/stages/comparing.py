"""What pairs of texts have in common, exactly: as the last run found it, else from the texts, which are fetched."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.errors import CorpusError
from corpus.resolve import ragged, scores
from corpus.resolve.candidates import Pairs
from corpus.stages.progress import progress
from corpus.stages.threads import side_by_side
from corpus.store import parquet
from corpus.store.digest import digest
from corpus.store.shards import KeyedShards, load_keys, shard_path
from schemas import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from corpus.resolve.scores import GramSets

STAGE: Final = "pairs"
_KEY: Final = ("text_hash", "other_hash")
_SCORES: Final = ("common", "grams", "other_grams")
# The n-grams that are held at a time: 160 MB, and those of 50,000 articles.
_HELD: Final = 20_000_000


class Comparing:
    """Compares texts by their hashes, and remembers all that were compared.

    Args:
        root: the repository.
        texts: one row a text, with text_hash, shard (the number of one with a document that has it) and row, and
            grams.
        names: the shards of documents by number.
        n: words a gram.
        fingerprint: of the code.
    """

    def __init__(self, root: Path, texts: pl.DataFrame, names: Sequence[str], n: int, fingerprint: str) -> None:
        self._root = root
        self._texts = texts.with_columns(_text=pl.int_range(pl.len(), dtype=pl.Int64))
        self._names = names
        self._n = n
        self._fingerprint = fingerprint
        self._asked: list[pl.DataFrame] = []
        self._stored = pl.concat([pl.DataFrame(PAIRS.empty), *self._found()])

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

    def save(self) -> None:
        """Publish what was asked as the table `pairs`: a pair stands beside the later of its documents' shards."""
        pairs = pl.concat([pl.DataFrame(PAIRS.empty), *self._asked]).unique(_KEY)
        places = self._texts.select("text_hash", "shard")
        numbered = (
            pairs.join(places, on="text_hash", how="left")
            .join(places, left_on="other_hash", right_on="text_hash", how="left", suffix="_other")
            .with_columns(shard=pl.max_horizontal("shard", "shard_other"))
            .sort("shard", *_KEY)
        )
        parts = {
            self._names[number]: part.select(PAIRS.names).to_arrow().cast(PAIRS.arrow)
            for (number,), part in numbered.partition_by("shard", as_dict=True, maintain_order=True).items()
        }
        keys = {name: self._key(part) for name, part in parts.items()}
        with KeyedShards(self._root, STAGE, [PAIRS]) as shards:
            for name in shards.stale(keys):
                shards.put(name, keys[name], [(PAIRS, parts[name])])
            shards.finish(keys)

    def _key(self, rows: pa.Table) -> str:
        return digest([self._fingerprint, str(self._n), content(rows)])

    def _found(self) -> Iterator[pl.DataFrame]:
        """What the last run compared, as far as it was by this code and stands."""
        for name, shard in load_keys(self._root, STAGE).items():
            try:
                rows = parquet.read(shard_path(self._root, PAIRS.name, name))
            except CorpusError:
                continue
            if rows.schema.equals(PAIRS.arrow) and self._key(rows) == shard.key:
                yield pl.DataFrame(rows)

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
        """Consecutive pairs whose texts together have no more n-grams than are held at a time."""
        grams = self._texts["grams"].to_numpy()
        begin = 0
        while begin < len(pairs):
            size = len(pairs) - begin
            while size > 1:
                texts = ragged.distinct(
                    np.concatenate([pairs.later[begin : begin + size], pairs.earlier[begin : begin + size]])
                )
                if grams[texts].sum(dtype=np.int64) <= _HELD:
                    break
                size = (size + 1) // 2
            yield slice(begin, begin + size)
            begin += size

    def _sets(self, wanted: np.ndarray[Any, np.dtype[np.int64]]) -> GramSets:
        """The sets of n-grams of some texts, in their order, which is that of the shards."""
        chosen = self._texts[wanted].select("shard", "row")
        parts = [
            (number, part["row"])
            for (number,), part in chosen.partition_by("shard", as_dict=True, maintain_order=True).items()
        ]

        def read(part: tuple[int, pl.Series]) -> GramSets:
            texts = parquet.read(shard_path(self._root, "documents", self._names[part[0]]), ["text"])["text"]
            return scores.gram_sets(texts.take(part[1].to_arrow()).combine_chunks(), self._n)

        return scores.joined(side_by_side(read, parts))


def content(rows: pa.Table) -> str:
    """A digest of rows, the same for the same rows in the same chunks."""
    state = hashlib.sha256()

    class Sink:
        closed = False

        def write(self, data: bytes) -> int:
            state.update(data)
            return len(data)

        def flush(self) -> None: ...
        def close(self) -> None: ...
        def readable(self) -> bool:
            return False

        def writable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return False

    with pa.ipc.new_stream(pa.PythonFile(Sink(), mode="w"), rows.schema) as stream:
        stream.write_table(rows.combine_chunks())
    return state.hexdigest()
