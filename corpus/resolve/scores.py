"""Counts exactly how much two texts have in common, over the complete sets of their n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.columnar import ragged
from corpus.resolve import shingles

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from corpus.resolve.candidates import Pairs
    from corpus.resolve.shingles import Grams, Hashes, Places

# Sets are compared many pairs at a time by sorting them together, the pair's number in the upper bits of each gram.
# That leaves 56 bits of the gram's hash: two sets of a thousand have an accident in one of 10^11 pairs.
_PAIRS: Final = 256
_TOGETHER: Final = 1 << 19
_8, _56 = np.uint64(8), np.uint64(56)
# Texts of about the same length are sorted as the rows of a matrix: 11 nanoseconds a gram against 40 in one piece.
_ROWS: Final = 32
_NONE: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, slots=True)
class GramSets:
    """The distinct n-grams of some texts, ascending for each.

    Attributes:
        grams: 56 bits of each gram's hash.
        begin: the place at which the grams of each text begin.
        size: the number of grams of each text.
    """

    grams: Hashes
    begin: Places
    size: Places


def gram_sets(texts: pa.Array, n: int) -> GramSets:
    """Return the sets of n-grams of texts."""
    return joined(
        [
            _sets(shingles.grams(shingles.words(data, offsets), n), len(offsets) - 1)
            for data, offsets in shingles.chunks(texts)
        ]
    )


def joined(parts: Sequence[GramSets]) -> GramSets:
    """Return the sets of several parts, one part after the other."""
    if not parts:
        return GramSets(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    offsets = ragged.offsets(np.array([len(part.grams) for part in parts]))
    return GramSets(
        np.concatenate([part.grams for part in parts]),
        np.concatenate([part.begin + before for part, before in zip(parts, offsets[:-1], strict=True)]),
        np.concatenate([part.size for part in parts]),
    )


def _sets(found: Grams, texts: int) -> GramSets:
    begin, size = np.zeros(texts, np.int64), np.zeros(texts, np.int64)
    order = np.argsort(found.count, kind="stable")
    parts: list[Hashes] = []
    length = 0
    for at in range(0, texts, _ROWS):
        rows = order[at : at + _ROWS]
        count = found.count[rows]
        matrix = np.full((len(rows), max(int(count[-1]), 1)), _NONE)
        inside = np.arange(matrix.shape[1]) < count[:, None]
        matrix[inside] = found.hashes[ragged.places(found.first[rows], count)] >> _8
        matrix.sort(axis=1)
        new = matrix != _NONE
        new[:, 1:] &= matrix[:, 1:] != matrix[:, :-1]
        parts.append(matrix[new])
        size[rows] = new.sum(axis=1)
        begin[rows] = length + ragged.offsets(size[rows])[:-1]
        length += len(parts[-1])
    return GramSets(np.concatenate(parts) if parts else np.zeros(0, np.uint64), begin, size)


def in_common(sets: GramSets, pairs: Pairs) -> Places:
    """Return the number of grams that the two sets of each pair share."""
    found = np.zeros(len(pairs), np.int64)
    for block in ragged.blocks(sets.size[pairs.later] + sets.size[pairs.earlier], _TOGETHER, _PAIRS):
        # The two sets of a pair follow each other, so that there are runs to merge.
        sides = np.column_stack([pairs.later[block], pairs.earlier[block]]).ravel()
        count = sets.size[sides]
        numbers = np.repeat((np.arange(len(sides), dtype=np.uint64) >> np.uint64(1)) << _56, count)
        shared = ragged.twice(numbers | sets.grams[ragged.places(sets.begin[sides], count)])
        found[block] = np.bincount((shared >> _56).astype(np.int64), minlength=len(sides) // 2)
    return found
