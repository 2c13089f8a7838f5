"""Finds families of copies: every family has one original text, and all its copies point to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpus.resolve.candidates import Pairs
    from corpus.resolve.shingles import Places

NONE: Final = -1
# So many pairs are Python's numbers at a time.
_TOGETHER: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Links:
    """For each text the text that it points to, or `NONE`, with the score of the pair.

    Attributes:
        to: the number of the other text.
        score: from 0 to 1; 0 if there is no other text.
    """

    to: NDArray[np.int32]
    score: NDArray[np.float32]


def originals(texts: int, pairs: Pairs, jaccard: NDArray[np.float64]) -> Links:
    """Point each text to the earliest original that is similar to it; a text without such an original is one itself.

    It decides on the texts from the earliest to the latest, so every earlier text is known to be an original or a
    copy. So there are no chains, and the order in which pairs were found does not matter.

    Args:
        texts: the number of texts; they are numbered from the earliest.
        pairs: the similar pairs, sorted by later, then earlier.
        jaccard: the similarity of each pair.
    """
    is_copy = bytearray(texts)
    chosen: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    # One step a near pair, not a text: a chain of texts, each near to the next, has no shorter way.
    for begin in range(0, len(pairs), _TOGETHER):
        block = slice(begin, begin + _TOGETHER)
        own = []
        for number, (later, earlier) in enumerate(
            zip(pairs.later[block].tolist(), pairs.earlier[block].tolist(), strict=True), begin
        ):
            if not is_copy[later] and not is_copy[earlier]:
                is_copy[later] = True
                own.append(number)
        chosen.append(np.array(own, np.int64))
    at = np.concatenate(chosen)
    return _links(texts, pairs.later[at], pairs.earlier[at], jaccard[at])


def wholes(texts: int, parts: Places, of: Places, share: NDArray[np.float64], copies: NDArray[np.bool_]) -> Links:
    """Point each part to the original that contains most of it; to the earliest of several equal ones.

    Args:
        texts: the number of texts.
        parts: the texts that are parts.
        of: for each part, the text that contains it.
        share: for each part, the share of its grams that the other text has.
        copies: which texts are copies; a copy is no part and contains none.
    """
    sound = ~copies[parts] & ~copies[of]
    parts, of, share = parts[sound], of[sound], share[sound]
    order = np.lexsort((of, -share, parts))
    best = order[np.flatnonzero(np.diff(parts[order], prepend=-1))]
    return _links(texts, parts[best], of[best], share[best])


def _links(texts: int, linked: Places, to: Places, score: NDArray[np.float64]) -> Links:
    links = nothing(texts)
    links.to[linked] = to
    links.score[linked] = score
    return links


def nothing(texts: int) -> Links:
    """Return no links of so many texts."""
    return Links(np.full(texts, NONE, np.int32), np.zeros(texts, np.float32))
