"""Sketches of texts, with which similar texts are found: a sample of the n-grams of a text, chosen by their hashes.

A gram is in the sample if its hash is below a limit that depends on the number of grams of the text. So two samples
can be compared below the lower of their limits; the share of grams that they have in common there estimates the share
that the texts have in common (Broder 1997; sampling by a limit as in FracMinHash, Irber et al. 2022). All grams of a
short text are in its sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from corpus.columnar import ragged
from corpus.resolve import shingles

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from corpus.resolve.shingles import Grams, Hashes, Places, Words

Sampled: TypeAlias = "NDArray[np.uint32]"

ALL: Final = np.uint32(0xFFFFFFFF)
_32: Final = np.uint64(32)
# A paragraph that begins with one of the phrases that do not count is one line of a link or two, no more.
_LINE: Final = 40


@dataclass(frozen=True, slots=True)
class Sketches:
    """The sketches of some texts, in order.

    Attributes:
        words: a hash of the words in order, 64 bits; texts with equal words differ only in layout, punctuation, case.
        grams: the number of n-grams of the text, repetitions included.
        limit: a gram is sampled if the upper 32 bits of its hash are no more than this.
        sample: the upper 32 bits of the distinct sampled grams, ascending, of all texts.
        first: the place at which the sample of each text begins, and the end as one more.
        lowest: the lowest distinct hashes of sampled grams, 64 bits, ascending, of all texts.
        low: the place at which the lowest hashes of each text begin, and the end as one more.
    """

    words: Hashes
    grams: NDArray[np.int32]
    limit: Sampled
    sample: Sampled
    first: Places
    lowest: Hashes
    low: Places


def sketches(texts: pa.Array, n: int, size: int, ignored: Sequence[str] = (), lowest: int = 0) -> Sketches:
    """Sketch the texts of a string column.

    Args:
        texts: normalised, without nulls.
        n: the number of words of a gram.
        size: the approximate number of grams that are sampled of a text.
        ignored: paragraphs that begin with these phrases do not count in `words`.
        lowest: how many of the lowest hashes of each text to return in 64 bits.
    """
    phrases = [_phrase(phrase) for phrase in ignored]
    parts = [_of_chunk(data, offsets, n, size, phrases, lowest) for data, offsets in shingles.chunks(texts)]
    if not parts:
        none, empty, begin = np.zeros(0, np.uint64), np.zeros(0, np.uint32), np.zeros(1, np.int64)
        return Sketches(none, np.zeros(0, np.int32), empty, empty, begin, none, begin)
    return Sketches(
        np.concatenate([part.words for part in parts]),
        np.concatenate([part.grams for part in parts]),
        np.concatenate([part.limit for part in parts]),
        np.concatenate([part.sample for part in parts]),
        ragged.offsets(np.concatenate([np.diff(part.first) for part in parts])),
        np.concatenate([part.lowest for part in parts]),
        ragged.offsets(np.concatenate([np.diff(part.low) for part in parts])),
    )


def _phrase(phrase: str) -> Hashes:
    data = np.frombuffer(phrase.encode(), np.uint8)
    return shingles.words(data, np.array([0, len(data)], np.int64)).hashes


def _of_chunk(
    data: NDArray[np.uint8], offsets: Places, n: int, size: int, phrases: Sequence[Hashes], lowest: int
) -> Sketches:
    words = shingles.words(data, offsets)
    grams = shingles.grams(words, n)
    limit = _limits(grams.count, size)
    sample, first = _sampled(grams, limit)
    # A text that repeats itself has fewer distinct grams than it seemed: it is sampled again by those.
    for text in np.flatnonzero((np.diff(first) < size // 2) & (limit < ALL)).tolist():
        begin = grams.first[text]
        distinct = ragged.distinct(grams.hashes[begin : begin + grams.count[text]])
        again = _limits(np.array([len(distinct)]), size)
        if again[0] == limit[text]:
            continue
        upper = (distinct >> _32).astype(np.uint32)
        chosen = ragged.distinct(upper[upper <= again[0]])
        limit[text] = again[0]
        sample = np.concatenate([sample[: first[text]], chosen, sample[first[text + 1] :]])
        first[text + 1 :] += len(chosen) - (first[text + 1] - first[text])
    low = _lowest(grams, sample, first, lowest)
    return Sketches(_in_order(words, phrases), grams.count.astype(np.int32), limit, sample, first, *low)


def _limits(count: Places, size: int) -> Sampled:
    """Return the limit of the upper half of a hash: about `size` grams are sampled, and all of up to twice as many."""
    share = size / np.maximum(count, 1)
    return np.where(count <= 2 * size, ALL, (share * 2.0**32).astype(np.int64).clip(0, ALL)).astype(np.uint32)


def _sampled(grams: Grams, limit: Sampled) -> tuple[Sampled, Places]:
    taken, text = _below(grams, limit.astype(np.uint64) + np.uint64(1))
    keys = ragged.distinct((text.astype(np.uint64) << _32) | (grams.hashes[taken] >> _32))
    return keys.astype(np.uint32), np.searchsorted(keys >> _32, np.arange(len(limit) + 1, dtype=np.uint64))


def _below(grams: Grams, bounds: Hashes) -> tuple[Places, Places]:
    """Return where the upper half of a hash is below the bound of its text, and the number of that text."""
    # At places where no gram begins, nothing is below.
    both = np.zeros((len(bounds), 2), np.uint64)
    both[:, 0] = bounds
    spans = np.empty((len(bounds), 2), np.int64)
    spans[:, 0] = grams.count
    spans[:, 1] = np.diff(grams.first) - grams.count
    taken = np.flatnonzero(grams.hashes >> _32 < np.repeat(both.ravel(), spans.ravel()))
    return taken, np.searchsorted(grams.first, taken, side="right") - 1


def _lowest(grams: Grams, sample: Sampled, first: Places, number: int) -> tuple[Hashes, Places]:
    """Return the lowest distinct hashes of each text, at most `number`, among those whose upper half is sampled."""
    texts = len(first) - 1
    bounds = np.zeros(texts, np.uint64)
    some = np.flatnonzero(np.diff(first)) if number else np.zeros(0, np.int64)
    if not len(some):
        return np.zeros(0, np.uint64), np.zeros(texts + 1, np.int64)
    last = np.minimum(first[some] + number, first[some + 1]) - 1
    bounds[some] = sample[last].astype(np.uint64) + np.uint64(1)
    taken, text = _below(grams, bounds)
    hashes = grams.hashes[taken]
    order = np.lexsort((hashes, text))
    hashes, text = hashes[order], text[order]
    new = np.ones(len(hashes), np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
    hashes, text = hashes[new], text[new]
    begins = np.searchsorted(text, np.arange(texts + 1))
    kept = np.arange(len(text)) - begins[text] < number
    return hashes[kept], np.searchsorted(text[kept], np.arange(texts + 1))


def _in_order(words: Words, phrases: Sequence[Hashes]) -> Hashes:
    """Return a hash of the words of each text, without paragraphs that do not count."""
    hashes, first = words.hashes, words.first
    dropped = _dropped(words, phrases)
    if dropped is not None:
        before = ragged.offsets((~dropped).astype(np.int64))
        hashes, first = hashes[~dropped], before[first]
    count = np.diff(first)
    if not len(hashes):
        return np.zeros(len(count), np.uint64)
    powers = _powers(int(count.max()))
    place = np.arange(len(hashes)) - np.repeat(first[:-1], count)
    summed = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes * powers[place])])
    found: Hashes = summed[first[1:]] - summed[first[:-1]] + count.astype(np.uint64)
    return found


def _powers(count: int) -> Hashes:
    powers = np.full(count, shingles.STEP, np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


def _dropped(words: Words, phrases: Sequence[Hashes]) -> NDArray[np.bool_] | None:
    """Return which words are in paragraphs that begin with one of the phrases; None if no paragraph does."""
    total = len(words.hashes)
    if not total or not phrases:
        return None
    begins = ragged.distinct(np.concatenate([words.first[:-1], np.searchsorted(words.begins, words.breaks)]))
    begins = begins[begins < total]
    ends = np.append(begins[1:], total)
    # A paragraph ends with its text at the latest, for texts begin paragraphs.
    matches = np.zeros(len(begins), np.bool_)
    for phrase in phrases:
        if not len(phrase):
            continue
        same = ends - begins >= len(phrase)
        for place, hashed in enumerate(phrase):
            same[same] = words.hashes[begins[same] + place] == hashed
        matches |= same
    matches &= ends - begins <= _LINE
    if not matches.any():
        return None
    dropped = np.zeros(total + 1, np.int8)
    np.add.at(dropped, begins[matches], 1)
    np.add.at(dropped, ends[matches], -1)
    return np.cumsum(dropped[:-1]) > 0
