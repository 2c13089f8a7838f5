"""Measure exactly what pairs of texts have in common: from the last run if it compared them, else from the texts.

A text is known by the number of the first document that has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corpus.columnar import ragged
from corpus.pipeline.threads import side_by_side
from corpus.progress import progress
from corpus.resolve import scores
from corpus.resolve.candidates import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from corpus.pipeline.signed import SignedDocuments
    from corpus.resolve.scores import GramSets
    from corpus.resolve.shingles import Places

    Texts = Callable[[int, Places], pa.Array]
    Scores = NDArray[np.int32]
    Numbers = NDArray[np.int32]

# The n-grams that are in memory at a time: 160 MB, those of 50,000 articles.
_MOST_GRAMS: Final = 20_000_000


class Compared:
    """Pairs of texts with what they have in common, as columns of numbers.

    Attributes:
        pairs: the numbers of both texts in one: of the later, and of the earlier in the lower 32 bits; ascending.
        scores: distinct n-grams that both have, those of the later, and those of the earlier.
    """

    def __init__(self, pairs: Places, scores: Scores) -> None:
        order = np.argsort(pairs, kind="stable")
        new = np.diff(pairs[order], prepend=-1) != 0
        self.pairs = pairs[order[new]]
        self.scores = scores[order[new]]

    @classmethod
    def joined(cls, parts: Iterable[Compared]) -> Compared:
        """Return the pairs of several parts, each once."""
        several = list(parts)
        return cls(
            np.concatenate([np.zeros(0, np.int64), *(part.pairs for part in several)]),
            np.concatenate([np.zeros((0, 3), np.int32), *(part.scores for part in several)]),
        )

    def find(self, pairs: Places) -> tuple[Places, NDArray[np.bool_]]:
        """Return the place of each pair, and whether it is there."""
        place = np.minimum(np.searchsorted(self.pairs, pairs), max(len(self.pairs) - 1, 0))
        is_there = self.pairs[place] == pairs if len(self.pairs) else np.zeros(len(pairs), np.bool_)
        return place, is_there


class Comparing:
    """Compares texts by their numbers, and remembers all that were compared.

    Args:
        documents: the signatures of all documents.
        n: the number of words in a gram.
        known: the pairs compared before.
        read: returns texts of a shard of documents, by the number of the shard and the rows, ascending.
    """

    def __init__(self, documents: SignedDocuments, n: int, known: Compared, read: Texts) -> None:
        self._documents = documents
        self._n = n
        self._known = known
        self._read = read
        self._asked = Compared.joined([])

    def __call__(self, one: Numbers, other: Numbers) -> NDArray[np.int64]:
        """Return for each pair of different texts how many grams both have, the one has, and the other has."""
        pairs = (np.maximum(one, other).astype(np.int64) << 32) | np.minimum(one, other)
        place, is_known = self._known.find(pairs)
        if not is_known.all():
            missing = ragged.distinct(pairs[~is_known])
            self._known = Compared.joined([self._known, self._compare(missing)])
            place, _ = self._known.find(pairs)
        found = self._known.scores[place]
        self._asked = Compared.joined([self._asked, Compared(pairs, found)])
        swapped: NDArray[np.int64] = np.where((one < other)[:, None], found[:, [0, 2, 1]], found).astype(np.int64)
        return swapped

    @property
    def asked(self) -> Compared:
        """Return all pairs that were asked for."""
        return self._asked

    def _compare(self, missing: Places) -> Compared:
        # Pairs of the same shards are together, so that each is read few times.
        asked = Pairs(missing >> 32, missing & 0xFFFFFFFF)
        texts = ragged.distinct(np.concatenate([asked.later, asked.earlier]))
        grams = np.zeros(len(texts), np.int64)
        for part, rows in self._documents.take(texts, ["grams"]):
            grams[part] = rows["grams"].to_numpy()
        found = np.zeros((len(asked), 3), np.int32)
        with progress("compare", len(asked), "pairs") as advance:
            for block in _groups(asked, texts, grams):
                later, earlier = asked.later[block], asked.earlier[block]
                wanted = ragged.distinct(np.concatenate([later, earlier]))
                sets = self._sets(wanted)
                local = Pairs(np.searchsorted(wanted, later), np.searchsorted(wanted, earlier))
                found[block, 0] = scores.in_common(sets, local)
                found[block, 1] = sets.size[local.later]
                found[block, 2] = sets.size[local.earlier]
                advance(len(later))
        return Compared(missing, found)

    def _sets(self, wanted: Places) -> GramSets:
        """Return the sets of n-grams of some texts, in the order of the shards."""
        shard = self._documents.shard_of(wanted)
        begins = np.flatnonzero(np.diff(shard, prepend=-1))
        parts = [
            (int(shard[rows[0]]), wanted[rows] - self._documents.begins[shard[rows[0]]])
            for rows in np.split(np.arange(len(wanted)), begins[1:])
        ]

        def read(part: tuple[int, NDArray[Any]]) -> GramSets:
            return scores.gram_sets(self._read(*part), self._n)

        return scores.joined(side_by_side(read, parts))


def _groups(pairs: Pairs, texts: Places, grams: Places) -> Iterator[slice]:
    """Yield groups of consecutive pairs whose n-grams fit into memory together.

    Args:
        pairs: the pairs.
        texts: their texts, ascending.
        grams: the number of n-grams of each text.
    """
    begin = 0
    while begin < len(pairs):
        size = len(pairs) - begin
        while size > 1:
            both = np.concatenate([pairs.later[begin : begin + size], pairs.earlier[begin : begin + size]])
            if grams[np.searchsorted(texts, ragged.distinct(both))].sum() <= _MOST_GRAMS:
                break
            size = (size + 1) // 2
        yield slice(begin, begin + size)
        begin += size
