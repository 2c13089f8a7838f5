"""Count Unicode words in columns, over the code points of many texts at once."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from corpus.columnar.points import Points, following, points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Scripts written without spaces: each character counts as a word, as search engines and word processors have it.
_UNSPACED: Final = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD: Final = re.compile(r"\w")
# Between two letters or digits these do not part a word: It's, 3.5, 1,000, state-owned.
_JOINTS: Final = "'’.,-"
# Two bits: _SINGLE has both.
_OTHER, _LETTER, _JOINT, _SINGLE = range(4)


def word_counts(texts: Sequence[str]) -> list[int]:
    """Return how many words each text has; each character of scripts written without spaces counts as one.

    >>> word_counts(["It's 3.5 million, state-owned — 東京", ""])
    [6, 0]
    """
    counted = np.zeros(len(texts), np.int64)
    for some in points(texts, kinds):
        counted[some.numbers] = count(some)
    return counted.tolist()


def count(some: Points) -> NDArray[np.int64]:
    """Count the words of texts whose letters `kinds` has marked; higher bits than its two are ignored."""
    low, high = some.having(_LETTER), some.having(_JOINT)
    letter, joint = low & ~high, high & ~low
    behind = following(letter)
    # A word ends where a letter is followed by none; every text is followed by a line end.
    ends = letter & ~behind
    # A joint between two letters makes one word of two.
    joins = letter & following(joint & behind)
    counts = some.count(ends) - some.count(joins)
    return counts if some.is_ascii else counts + some.count(low & high)


@cache
def kinds(size: int) -> NDArray[np.uint8]:
    """Return the class of each code point for words, in two bits."""
    every = "".join(map(chr, range(size)))
    found = np.full(size, _OTHER, np.uint8)
    for pattern, kind in ((_WORD, _LETTER), (_UNSPACED, _SINGLE), (re.compile(f"[{_JOINTS}]"), _JOINT)):
        found[[match.start() for match in pattern.finditer(every)]] = kind
    return found
