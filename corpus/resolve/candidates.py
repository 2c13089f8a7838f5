"""Finds texts that may be near-duplicates by their sketches alone. The result depends on texts and their order only.

Texts that share one of the lowest hashes of their grams are compared by their samples. These hashes have 64 bits.
With 32, as samples have them, unrelated texts would share some, and more of them the more texts there are.

A hash that many texts have (boilerplate, a wire story that many papers printed) would pair all of them; there each is
compared with the earliest few only. So the number of texts bounds the cost, and yet each text finds the earliest
similar one: the few texts of one hash may be unrelated, but hardly those of all its hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from corpus.columnar import ragged
from corpus.resolve.sketches import ALL

if TYPE_CHECKING:
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
    """The samples of some texts' sketches.

    Attributes:
        hashes: the sampled hashes of these texts, ascending for each text.
        begin: the place at which the hashes of each text begin.
        count: the number of hashes of each text.
        limit: the limit of each sketch.
    """

    hashes: Sampled
    begin: Places
    count: Places
    limit: Sampled


class Sketched(Protocol):
    """Where the sketches of texts are. Texts are asked for by number, in ascending order."""

    def lowest(self, texts: Places) -> tuple[Hashes, NDArray[np.int8]]:
        """Return the lowest hashes of texts, 64 bits: `INDEXED` for each, and how many of these count."""

    def samples(self, texts: Places) -> Samples:
        """Return the samples of texts."""


def candidates(texts: Places, sketched: Sketched, threshold: float, containment: float, together: int) -> Pairs:
    """Return the pairs that may reach one of the thresholds, by the places of their texts.

    Args:
        texts: the numbers of the texts, from the earliest to the latest.
        sketched: the sketches of these texts, and perhaps of others.
        threshold: the least Jaccard similarity of the pairs to find.
        containment: the least share of one text's grams that the other text has, of the pairs to find.
        together: the hashes of about eight times as many texts are sorted at a time; any number gives the same pairs.
    """
    pairs = _sharing(texts, sketched, together)
    if not len(pairs):
        return pairs
    # Of most texts nothing is shared, and their samples need not be read.
    wanted = ragged.distinct(np.concatenate([pairs.later, pairs.earlier]))
    order = np.argsort(texts[wanted])
    sampled = sketched.samples(texts[wanted[order]])
    place = np.empty(len(wanted), np.int64)
    place[order] = np.arange(len(wanted))
    later, earlier = (place[np.searchsorted(wanted, side)] for side in (pairs.later, pairs.earlier))
    chosen = [
        _promising(sampled, Pairs(later[block], earlier[block]), threshold, containment)
        for block in ragged.blocks(sampled.count[later] + sampled.count[earlier], _BLOCK, _BLOCK)
    ]
    return pairs.where(np.concatenate(chosen))


def _sharing(texts: Places, sketched: Sketched, together: int) -> Pairs:
    """Return the pairs that share one of their lowest hashes."""
    order = np.argsort(texts)
    lowest, count = sketched.lowest(texts[order])
    found = np.zeros(0, np.int64)
    # Equal hashes are in one range, and the last bits of hashes have no pattern.
    ranges = 1 << max(0, (len(texts) - 1) // (INDEXED * together)).bit_length()
    waiting: list[Places] = []
    for number in range(ranges):
        waiting.append(_paired(*_shared(lowest, count, order, number, ranges)))
        if sum(map(len, waiting)) > _BLOCK or number == ranges - 1:
            found = ragged.large(np.concatenate([found, *waiting]))
            found = found[np.diff(found, prepend=-1) != 0]
            waiting = []
    return Pairs(found >> 32, found & 0xFFFFFFFF)


def _paired(hashes: Hashes, texts: Places) -> Places:
    """Return the pairs of texts with equal hashes, as one number each, some of them several times.

    Args:
        hashes: a hash of each text; sorted.
        texts: the text of each hash; ascending for equal hashes.
    """
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
    return np.concatenate(found)


def _shared(lowest: Hashes, count: NDArray[np.int8], order: Places, number: int, ranges: int) -> tuple[Hashes, Places]:
    """Return the lowest hashes of one range that several texts have, each with such a text, in the order of both."""
    import polars as pl

    last, own = np.uint64(ranges - 1), np.uint64(number)
    flat = lowest.ravel()
    parts = [
        begin + np.flatnonzero(flat[begin : begin + _BLOCK] & last == own) for begin in range(0, len(flat), _BLOCK)
    ]
    places = np.concatenate([np.zeros(0, np.int64), *parts])
    places = places[places % INDEXED < count[places // INDEXED]]
    hashes = flat[places]
    sort = pl.Series(hashes).arg_sort().to_numpy()
    hashes, places = hashes[sort], places[sort]
    same = np.zeros(len(hashes) + 1, np.bool_)
    same[1:-1] = hashes[1:] == hashes[:-1]
    # A hash that only one text has makes no pair, and nearly all hashes are of that kind.
    shared = same[1:] | same[:-1]
    hashes, texts = hashes[shared], order[places[shared] // INDEXED]
    both = np.lexsort((texts, hashes))
    return hashes[both], texts[both]


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
