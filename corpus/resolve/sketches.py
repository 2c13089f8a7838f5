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
    """

    words: Hashes
    grams: NDArray[np.int32]
    limit: Sampled
    sample: Sampled
    first: Places


def sketches(texts: pa.Array, n: int, size: int, ignored: Sequence[str] = ()) -> Sketches:
    """Sketch the texts of a string column.

    Args:
        texts: normalised, without nulls.
        n: the number of words of a gram.
        size: the approximate number of grams that are sampled of a text.
        ignored: paragraphs that begin with these phrases do not count in `words`.
    """
    phrases = [_phrase(phrase) for phrase in ignored]
    parts = [_of_chunk(data, offsets, n, size, phrases) for data, offsets in shingles.chunks(texts)]
    if not parts:
        empty = np.zeros(0, np.uint32)
        return Sketches(np.zeros(0, np.uint64), np.zeros(0, np.int32), empty, empty, np.zeros(1, np.int64))
    begins = np.cumsum([0, *(len(part.sample) for part in parts)])
    return Sketches(
        np.concatenate([part.words for part in parts]),
        np.concatenate([part.grams for part in parts]),
        np.concatenate([part.limit for part in parts]),
        np.concatenate([part.sample for part in parts]),
        np.concatenate([begins[:1], *(part.first[1:] + begin for part, begin in zip(parts, begins[:-1], strict=True))]),
    )


def _phrase(phrase: str) -> Hashes:
    data = np.frombuffer(phrase.encode(), np.uint8)
    return shingles.words(data, np.array([0, len(data)], np.int64)).hashes


def _of_chunk(data: NDArray[np.uint8], offsets: Places, n: int, size: int, phrases: Sequence[Hashes]) -> Sketches:
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
    return Sketches(_in_order(words, phrases), grams.count.astype(np.int32), limit, sample, first)


def _limits(count: Places, size: int) -> Sampled:
    """Return the limit of the upper half of a hash: about `size` grams are sampled, and all of up to twice as many."""
    share = size / np.maximum(count, 1)
    return np.where(count <= 2 * size, ALL, (share * 2.0**32).astype(np.int64).clip(0, ALL)).astype(np.uint32)


def _sampled(grams: Grams, limit: Sampled) -> tuple[Sampled, Places]:
    texts = len(limit)
    # A gram is taken below its text's limit; at places where none begins, below nothing.
    bounds = np.zeros((texts, 2), np.uint64)
    bounds[:, 0] = limit.astype(np.uint64) + np.uint64(1)
    spans = np.empty((texts, 2), np.int64)
    spans[:, 0] = grams.count
    spans[:, 1] = np.diff(grams.first) - grams.count
    upper = grams.hashes >> _32
    taken = np.flatnonzero(upper < np.repeat(bounds.ravel(), spans.ravel()))
    text = np.searchsorted(grams.first, taken, side="right") - 1
    keys = ragged.distinct((text.astype(np.uint64) << _32) | upper[taken])
    return keys.astype(np.uint32), np.searchsorted(keys >> _32, np.arange(texts + 1, dtype=np.uint64))


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
