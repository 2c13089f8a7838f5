"""Looks up the code points of many texts at once in a table, so that texts are examined in columns.

What is asked of each point is a bit. So 64 points are asked by one operation, and their marks are counted by another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

# Texts are looked at together up to so many characters: what is made of them stays in the processor's cache.
_TOGETHER: Final = 1 << 19
# What is past Latin is mostly in the first plane, and what is not, as emoji, in the second. A table of all planes takes
# as long to make as a thousand articles to read.
_SIZES: Final = (0x10000, 0x20000, 0x110000)
_WORD: Final = np.dtype("<u8")
_ONE: Final = np.uint64(1)
_BITS: Final = 6  # of a position, within a word of 64
_WITHIN: Final = np.uint64(63)


@dataclass(frozen=True, slots=True)
class Points:
    """Some texts of a list, one after the other, with a line end after each."""

    numbers: list[int]  # which of the list
    kinds: NDArray[np.uint8]  # of each code point, in the table's words
    begins: NDArray[np.int64]  # where each text begins
    is_ascii: bool

    def having(self, kind: int) -> NDArray[np.uint64]:
        """Return a bit for each code point: whether its kind has a bit of `kind`."""
        # One word more than there are points, so that there is a word behind the last one.
        bits = np.zeros((len(self.kinds) >> _BITS) + 1, _WORD)
        packed = np.packbits(self.kinds & np.uint8(kind), bitorder="little")
        bits.view(np.uint8)[: len(packed)] = packed
        return bits

    def ends(self) -> NDArray[np.uint64]:
        """Return the line ends after the texts, which are not part of them."""
        bits = np.zeros((len(self.kinds) >> _BITS) + 1, _WORD)
        last = np.append(self.begins[1:], len(self.kinds)) - 1
        np.bitwise_or.at(bits, last >> _BITS, _ONE << (last.astype(np.uint64) & _WITHIN))
        return bits

    def count(self, bits: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the number of bits that each text has."""
        until = np.zeros(len(bits) + 1, np.int64)
        np.cumsum(np.bitwise_count(bits), dtype=np.int64, out=until[1:])
        word = self.begins >> _BITS
        before = (_ONE << (self.begins.astype(np.uint64) & _WITHIN)) - _ONE
        counts = np.empty(len(word) + 1, np.int64)
        counts[:-1] = until[word] + np.bitwise_count(bits[word] & before)
        counts[-1] = until[-1]
        return counts[1:] - counts[:-1]


def following(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return for each code point the bit of the next one."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _WITHIN
    return moved


def points(texts: Sequence[str], table: Callable[[int], NDArray[np.uint8]]) -> Iterator[Points]:
    """Yield all texts, some at a time. ASCII texts are apart from others, because their lookup is four times as fast.

    Args:
        texts: the texts.
        table: a function that returns the kinds of the first code points, up to a number.
    """
    for is_ascii in (True, False):
        chosen = [number for number, text in enumerate(texts) if text.isascii() is is_ascii]
        for numbers in _together(chosen, texts):
            some = [texts[number] for number in numbers]
            joined = "\n".join(some) + "\n"
            kinds: NDArray[Any]
            if is_ascii:
                kinds = np.frombuffer(joined.encode().translate(table(256).tobytes()), np.uint8)
            else:
                codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
                size = next(size for size in _SIZES if codes.max() < size)
                # Not by an index, which takes twice as long.
                kinds = table(size).take(codes)
            begins = np.cumsum([0, *(len(text) + 1 for text in some[:-1])])
            yield Points(numbers, kinds, begins, is_ascii)


def _together(numbers: list[int], texts: Sequence[str]) -> Iterator[list[int]]:
    group: list[int] = []
    length = 0
    for number in numbers:
        if group and length + len(texts[number]) > _TOGETHER:
            yield group
            group, length = [], 0
        group.append(number)
        length += len(texts[number]) + 1
    if group:
        yield group
