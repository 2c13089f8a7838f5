"""Find what is equal, in order, in two lists of numbers, with bounded work.

Short stretches are aligned exactly. Long ones are cut at numbers, or series of numbers, that occur once in each list.
Without such numbers, or if the allowed work is used up, a stretch counts as having nothing in common.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# In bits of the matrix of an exact alignment; so much of it is kept in memory twice (2 x 25 MB), and is 50 ms of work.
_EXACT: Final = 200_000_000
# All alignments together. To look once at a number costs as much as 64 bits of the matrix.
_WORK: Final = 3_000_000_000
_LOOK: Final = 64
# Where no number occurs once, a series of so many may.
_SERIES: Final = 8
# Knuth's multiplier of 64 bits (MMIX).
_MULTIPLIER: Final = np.uint64(6364136223846793005)


class Block(NamedTuple):
    """A block of `length` equal numbers, from place `left` of the first list and from place `right` of the second."""

    left: int
    right: int
    length: int


class Work:
    """The remaining work that is allowed."""

    def __init__(self, left: int = _WORK) -> None:
        self.left = left

    def take(self, amount: int) -> bool:
        """Use up some of it. Returns whether there was enough."""
        if amount > self.left:
            return False
        self.left -= amount
        return True


def blocks(left: Sequence[int], right: Sequence[int], work: Work) -> Iterator[Block]:
    """Return the equal blocks of both lists, in no particular order."""
    waiting = [(0, len(left), 0, len(right))]
    while waiting:
        begin, end, start, stop = waiting.pop()
        if not work.take(_LOOK * (end - begin + stop - start)):
            continue
        first, last = begin, end
        while begin < end and start < stop and left[begin] == right[start]:
            begin, start = begin + 1, start + 1
        if begin > first:
            yield Block(first, start - (begin - first), begin - first)
        while end > begin and stop > start and left[end - 1] == right[stop - 1]:
            end, stop = end - 1, stop - 1
        if last > end:
            yield Block(end, stop, last - end)
        # Of one number on either side it is known already that they differ.
        if begin == end or start == stop or end - begin == stop - start == 1:
            continue
        size = (end - begin) * (stop - start)
        if size <= _EXACT and work.take(size):
            yield from _shifted(_longest(left[begin:end], right[start:stop]), begin, start)
            continue
        found = list(_shifted(_anchors(left[begin:end], right[start:stop]), begin, start))
        yield from found
        for block in (*found, Block(end, stop, 0)) if found else ():
            waiting.append((begin, block.left, start, block.right))
            begin, start = block.left + block.length, block.right + block.length


def _shifted(pairs: tuple[NDArray[Any], NDArray[Any]], begin: int, start: int) -> Iterator[Block]:
    """Return ordered pairs of places as blocks of consecutive ones."""
    left, right = pairs
    if not len(left):
        return
    breaks = np.flatnonzero((np.diff(left) != 1) | (np.diff(right) != 1)) + 1
    firsts = np.concatenate([[0], breaks])
    lengths = np.diff(np.append(firsts, len(left)))
    for i, j, length in zip(left[firsts].tolist(), right[firsts].tolist(), lengths.tolist(), strict=True):
        yield Block(begin + i, start + j, length)


def _longest(left: Sequence[int], right: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return a longest common subsequence, as places in both lists.

    Bit-parallel: a row of the matrix is one integer, in which a 0 says that the length grows at that column. After
    Hyyrö, "Bit-parallel LCS-length computation revisited" (AWOCA 2004).
    """
    if len(left) > len(right):
        there, here = _longest(right, left)
        return here, there
    width = len(right)
    every = (1 << width) - 1
    places = _places(left, right)
    row = every
    rows: list[bytes] = []
    for number in left:
        equal = row & places.get(number, 0)
        if equal:
            row = ((row + equal) | (row - equal)) & every
        rows.append(row.to_bytes((width + 7) // 8, "little"))
    pairs = []
    i, j = len(left), width
    while i and j:
        byte, bit = divmod(j - 1, 8)
        if rows[i - 1][byte] >> bit & 1:
            j -= 1
        elif i > 1 and not rows[i - 2][byte] >> bit & 1:
            i -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    found = np.asarray(pairs[::-1], np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _places(left: Sequence[int], right: Sequence[int]) -> dict[int, int]:
    """Return for each common number an integer with a bit for each of its places in one list."""
    order = np.argsort(np.asarray(right), kind="stable")
    numbers, firsts = np.unique(np.asarray(right)[order], return_index=True)
    wanted = set(left)
    places = {}
    for number, at in zip(numbers.tolist(), np.split(order, firsts[1:]), strict=True):
        if number in wanted:
            bits = np.zeros(len(right), np.uint8)
            bits[at] = 1
            places[number] = int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")
    return places


def _anchors(left: Sequence[int], right: Sequence[int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the places of numbers that occur once in each list and in the same order in both."""
    here, there = np.asarray(left, np.uint64), np.asarray(right, np.uint64)
    i, j = _once_in_both(here, there)
    if not len(i) and min(len(left), len(right)) >= _SERIES:
        i, j = _once_in_both(_series(here), _series(there))
        # Series are compared by their hashes, numbers by what they are.
        same = here[i] == there[j]
        i, j = i[same], j[same]
    if not (np.diff(j) > 0).all():
        rising = _rising(j.tolist())
        i, j = i[rising], j[rising]
    return i, j


def _series(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a hash of each number with the numbers after it. Overflow is intended."""
    hashes = np.zeros(len(numbers) - _SERIES + 1, np.uint64)
    for place in range(_SERIES):
        hashes = hashes * _MULTIPLIER + numbers[place : place + len(hashes)]
    return hashes


def _once_in_both(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the places of what occurs once in each list, in the order of the first."""
    (here, i), (there, j) = _once(left), _once(right)
    _, at, where = np.intersect1d(here, there, assume_unique=True, return_indices=True)
    order = np.argsort(i[at], kind="stable")
    return i[at][order], j[where][order]


def _once(numbers: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[Any]]:
    found, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    return found[counts == 1], first[counts == 1]


def _rising(places: list[int]) -> list[int]:
    """Return which of some places make the longest rising series."""
    # The least end of a series of each length, its place, and what is before each.
    ends: list[int] = []
    ending: list[int] = []
    before: list[int] = []
    for number, place in enumerate(places):
        length = bisect_left(ends, place)
        if length == len(ends):
            ends.append(place)
            ending.append(number)
        else:
            ends[length], ending[length] = place, number
        before.append(ending[length - 1] if length else -1)
    series = []
    number = ending[-1] if ending else -1
    while number >= 0:
        series.append(number)
        number = before[number]
    return series[::-1]
