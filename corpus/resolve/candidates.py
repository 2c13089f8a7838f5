"""Finds texts that may be near-duplicates by their sketches alone. The result depends on texts and their order only.

Texts that share one of the lowest hashes of their grams are compared by their samples. These hashes have 64 bits.
With 32, as samples have them, unrelated texts would share some, and more of them the more texts there are.

A hash that many texts have (boilerplate, a wire story that many papers printed) would pair all of them; there each is
compared with the earliest few only. So the number of texts bounds the cost, and yet each text finds the earliest
similar one: the few texts of one hash may be unrelated, but hardly those of all its hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corpus.columnar import ragged
from corpus.resolve.sketches import ALL

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from corpus.resolve.shingles import Hashes, Places
    from corpus.resolve.sketches import Sampled

# Of two texts with Jaccard 0.8, each of the eight lowest hashes of one is among those of the other with more than four
# chances in five: less than one such pair in a hundred thousand shares none.
INDEXED: Final = 8
# Up to so many texts that share a hash are all compared with each other; of more, each with so few of the earliest.
_ALL_OF: Final = 16
_FEW: Final = 4
# Standard deviations below a threshold at which an estimate still makes a candidate: one of 1,500 falls lower.
_MARGIN: Final = 3.2
# So many hashes in common are no accident, where samples are samples.
_LEAST: Final = 3
_BLOCK: Final = 1 << 21
_32: Final = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of texts by their numbers, `earlier < later`; sorted by later, then earlier."""

    later: Places
    earlier: Places

    def __len__(self) -> int:
        return len(self.later)

    def where(self, chosen: NDArray[np.bool_]) -> Pairs:
        """Return the chosen pairs."""
        return Pairs(self.later[chosen], self.earlier[chosen])


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of some texts' sketches, in any order of texts.

    Attributes:
        hashes: the sampled hashes of these texts and perhaps of others, ascending for each text.
        begin: the place at which the hashes of each text begin.
        count: the number of hashes of each text.
        limit: the limit of each sketch.
        lowest: the lowest hashes of these texts and perhaps of others, 64 bits.
        low: the place at which the lowest hashes of each text begin.
        lows: the number of lowest hashes of each text.
    """

    hashes: Sampled
    begin: Places
    count: Places
    limit: Sampled
    lowest: Hashes
    low: Places
    lows: Places

    def of(self, texts: Places) -> Samples:
        """Return the samples of some texts, in the given order."""
        sampled = self.begin[texts], self.count[texts], self.limit[texts]
        return Samples(self.hashes, *sampled, self.lowest, self.low[texts], self.lows[texts])


def samples(sketched: pl.DataFrame) -> Samples:
    """Return the samples in the columns `limit`, `sample` and `lowest` of `schemas.SIGNATURES`, without a copy."""
    hashes, begin, count = _lists(sketched["sample"])
    return Samples(hashes, begin, count, sketched["limit"].to_numpy(), *_lists(sketched["lowest"]))


def _lists(column: pl.Series) -> tuple[NDArray[Any], Places, Places]:
    """Return all values of a column of lists, where each list begins, and how long it is."""
    import polars as pl

    of = column.rechunk()
    count = of.list.len().cast(pl.Int64).to_numpy()
    return of.explode(empty_as_null=False).to_numpy(), ragged.offsets(count)[:-1], count


def candidates(texts: Samples, threshold: float, containment: float) -> Pairs:
    """Return the pairs that may reach one of the thresholds.

    Args:
        texts: the samples of the texts, from the earliest to the latest.
        threshold: the least Jaccard similarity of the pairs to find.
        containment: the least share of one text's grams that the other text has, of the pairs to find.
    """
    pairs = _sharing(texts)
    chosen = [
        _promising(texts, Pairs(pairs.later[block], pairs.earlier[block]), threshold, containment)
        for block in ragged.blocks(texts.count[pairs.later] + texts.count[pairs.earlier], _BLOCK, _BLOCK)
    ]
    return pairs.where(np.concatenate(chosen)) if chosen else pairs


def _sharing(sampled: Samples) -> Pairs:
    """Return the pairs that share one of their lowest hashes."""
    hashes, texts = _shared(sampled)
    begins = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1]) != 0)
    sizes = np.diff(np.append(begins, len(hashes)))
    begin, size = np.repeat(begins, sizes), np.repeat(sizes, sizes)
    place = np.arange(len(hashes))
    few = size > _ALL_OF
    found = []
    for step in range(1, _ALL_OF):
        later = np.flatnonzero(~few & (place - begin >= step))
        if not len(later):
            break
        found.append((texts[later] << 32) | texts[later - step])
    for number in range(_FEW):
        later = np.flatnonzero(few & (place - begin > number))
        found.append((texts[later] << 32) | texts[begin[later] + number])
    both = ragged.large(np.concatenate(found))
    both = both[np.diff(both, prepend=-1) != 0]
    return Pairs(both >> 32, both & 0xFFFFFFFF)


def _shared(sampled: Samples) -> tuple[Hashes, Places]:
    """Return the lowest hashes that several texts have, each with such a text, in the order of both."""
    import polars as pl

    hashes = sampled.lowest[ragged.places(sampled.low, sampled.lows)]
    order = pl.Series(hashes).arg_sort().to_numpy()
    ordered = hashes[order]
    same = np.zeros(len(ordered) + 1, np.bool_)
    same[1:-1] = ordered[1:] == ordered[:-1]
    # A hash that only one text has makes no pair, and nearly all hashes are of that kind.
    shared = same[1:] | same[:-1]
    hashes = ordered[shared]
    texts = np.searchsorted(ragged.offsets(sampled.lows), order[shared], side="right") - 1
    both = np.lexsort((texts, hashes))
    return hashes[both], texts[both].astype(np.int64)


def _promising(texts: Samples, pairs: Pairs, threshold: float, containment: float) -> NDArray[np.bool_]:
    """Return which pairs have samples that are similar enough to reach a threshold."""
    number = len(pairs)
    common = np.minimum(texts.limit[pairs.later], texts.limit[pairs.earlier])
    # The two samples of a pair follow each other, so that there are runs to merge.
    sides = np.column_stack([pairs.later, pairs.earlier]).ravel()
    count = texts.count[sides]
    side = np.repeat(np.arange(len(sides)), count)
    hashes = texts.hashes[ragged.places(texts.begin[sides], count)]
    below = hashes <= common[side >> 1]
    side, hashes = side[below], hashes[below]
    twice = ragged.twice(((side >> 1).astype(np.uint64) << _32) | hashes)
    shared = np.bincount((twice >> _32).astype(np.int64), minlength=number)
    sizes = np.bincount(side, minlength=2 * number).reshape(-1, 2)
    is_complete = common == ALL
    near = _reaches(shared, sizes.sum(axis=1) - shared, threshold, is_complete)
    part = _reaches(shared, sizes.min(axis=1), containment, is_complete)
    found: NDArray[np.bool_] = (near | part) & (is_complete | (shared >= _LEAST))
    return found


def _reaches(shared: Places, of: Places, share: float, is_complete: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return whether this number of shared hashes among the sampled ones is consistent with a share of all grams."""
    margin = np.where(is_complete, 1e-6, _MARGIN * np.sqrt(of * share * (1 - share)))
    reached: NDArray[np.bool_] = (shared > 0) & (shared >= of * share - margin)
    return reached
