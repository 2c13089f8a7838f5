"""Find families of copies: every family has one original text, and all its copies point to that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpus.resolve.candidates import Pairs
    from corpus.resolve.shingles import Places

NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Links:
    """For each text another one, or `NONE`, and the score of the two.

    Attributes:
        to: the other text's number.
        score: 0 to 1; 0 without one.
    """

    to: Places
    score: NDArray[np.float64]


def originals(texts: int, pairs: Pairs, jaccard: NDArray[np.float64]) -> Links:
    """Point each text to the earliest original that it is near to; texts near to none are originals.

    Takes texts from the earliest on, so that whether one is an original is known before it is asked: the greedy choice
    has no chains, and is the same however pairs were found.

    Args:
        texts: how many there are, numbered from the earliest.
        pairs: those that are near, sorted by later, then earlier.
        jaccard: their similarities.
    """
    to = np.full(texts, NONE, np.int64)
    score = np.zeros(texts)
    copies: dict[int, int] = {}
    # One step a near pair, not a text: a chain of texts, each near to the next, has no shorter way.
    for number, (later, earlier) in enumerate(zip(pairs.later.tolist(), pairs.earlier.tolist(), strict=True)):
        if later not in copies and earlier not in copies:
            copies[later] = number
    at = np.fromiter(copies.values(), np.int64, len(copies))
    to[pairs.later[at]] = pairs.earlier[at]
    score[pairs.later[at]] = jaccard[at]
    return Links(to, score)


def wholes(texts: int, parts: Places, of: Places, share: NDArray[np.float64], copies: NDArray[np.bool_]) -> Links:
    """Point each text to the original that most nearly contains it; of equals to the earliest.

    Args:
        texts: how many there are.
        parts: the texts that are parts.
        of: for each of them, the text that has it.
        share: the share of the part's grams that the other text has.
        copies: which texts are copies; they neither are parts nor have any.
    """
    to = np.full(texts, NONE, np.int64)
    score = np.zeros(texts)
    sound = ~copies[parts] & ~copies[of]
    parts, of, share = parts[sound], of[sound], share[sound]
    order = np.lexsort((of, -share, parts))
    best = order[np.flatnonzero(np.diff(parts[order], prepend=-1))]
    to[parts[best]] = of[best]
    score[parts[best]] = share[best]
    return Links(to, score)
