"""Measure exactly what pairs of texts have in common: from the last run if it compared them, else from the texts.

A text is known by the number of the first document that has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.columnar import ragged
from corpus.pipeline.measuring import Part, measure
from corpus.progress import progress
from corpus.resolve.candidates import Pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from corpus.pipeline.measuring import Scores, Texts
    from corpus.pipeline.signed import SignedDocuments
    from corpus.resolve.shingles import Places

    Numbers = NDArray[np.int32]
    Measure = Callable[[Sequence[Part]], Iterator[Scores]]

# The n-grams that are in memory at a time: 160 MB, those of 50,000 articles.
_MOST_GRAMS: Final = 20_000_000
# Those of a part that is measured elsewhere: at least a second of work, and where there is much, one of so many parts.
_GRAMS_OF_PART: Final = 4_000_000
_PARTS: Final = 32
# So few (15 seconds of work) are measured sooner in this process than elsewhere, counting what it takes to begin there.
_FEW_GRAMS: Final = 1 << 26
# Texts with so many documents between them are far apart.
_FAR: Final = 1 << 17


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
        elsewhere: measures many parts at once; without it, all are measured in this process.
    """

    def __init__(
        self, documents: SignedDocuments, n: int, known: Compared, read: Texts, elsewhere: Measure | None = None
    ) -> None:
        self._documents = documents
        self._n = n
        self._known = known
        self._read = read
        self._elsewhere = elsewhere
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
        # Pairs of the same shards are together, so that each is read few times. Those of texts that are far apart come
        # last, by themselves: a group has few of them for each shard that it reads, and so it is to have nothing else.
        missing = missing[np.argsort((missing >> 32) - (missing & 0xFFFFFFFF) > _FAR, kind="stable")]
        asked = Pairs(missing >> 32, missing & 0xFFFFFFFF)
        texts = ragged.distinct(np.concatenate([asked.later, asked.earlier]))
        grams = np.zeros(len(texts), np.int64)
        for part, rows in self._documents.take(texts, ["grams"]):
            grams[part] = rows["grams"].to_numpy()
        found = np.zeros((len(asked), 3), np.int32)
        with progress("compare", len(asked), "pairs") as advance:
            for block, of_block in self._measured(asked, texts, grams):
                found[block] = of_block
                advance(len(of_block))
        return Compared(missing, found)

    def _measured(self, asked: Pairs, texts: Places, grams: Places) -> Iterator[tuple[slice, Scores]]:
        total = int(grams.sum())
        if self._elsewhere is None or total < _FEW_GRAMS:
            for block in _groups(asked, texts, grams, _MOST_GRAMS):
                yield block, measure(self._part(asked, block), self._n, self._read)
            return
        blocks = list(_groups(asked, texts, grams, max(_GRAMS_OF_PART, min(_MOST_GRAMS, total // _PARTS))))
        yield from zip(blocks, self._elsewhere([self._part(asked, block) for block in blocks]), strict=True)

    def _part(self, asked: Pairs, block: slice) -> Part:
        later, earlier = asked.later[block], asked.earlier[block]
        wanted = ragged.distinct(np.concatenate([later, earlier]))
        shard = self._documents.shard_of(wanted)
        begins = np.flatnonzero(np.diff(shard, prepend=-1))
        texts = [
            (int(shard[rows[0]]), wanted[rows] - self._documents.begins[shard[rows[0]]])
            for rows in np.split(np.arange(len(wanted)), begins[1:])
        ]
        pairs = Pairs(np.searchsorted(wanted, later), np.searchsorted(wanted, earlier))
        return Part((later << 32) | earlier, tuple(texts), pairs)


def _groups(pairs: Pairs, texts: Places, grams: Places, most: int) -> Iterator[slice]:
    """Yield groups of consecutive pairs that have so many n-grams together at most.

    Args:
        pairs: the pairs.
        texts: their texts, ascending.
        grams: the number of n-grams of each text.
        most: the n-grams of a group; a pair that has more is alone.
    """

    def fit(group: slice) -> bool:
        both = ragged.distinct(np.concatenate([pairs.later[group], pairs.earlier[group]]))
        return int(grams[np.searchsorted(texts, both)].sum()) <= most

    begin, size = 0, 1
    while begin < len(pairs):
        # About as many as before. Tried with all that are left, the groups would cost the square of their number.
        left = len(pairs) - begin
        size = min(size, left)
        while size < left and fit(slice(begin, begin + size)):
            size = min(2 * size, left)
        while size > 1 and not fit(slice(begin, begin + size)):
            size = (size + 1) // 2
        yield slice(begin, begin + size)
        begin += size
