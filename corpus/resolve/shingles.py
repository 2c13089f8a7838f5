"""Texts as sets of word n-grams, hashed in columns: over the bytes of many texts at once, never text by text.

A word is a maximal run of letters, marks and digits, in lower case; each character of a script written without
spaces (Han, Kana, Thai, Lao, Khmer, Burmese, …) is a word of its own, so that such texts have character n-grams. A
text of fewer than n words has one gram, of all its words; a text without words has none.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from corpus.columnar import ragged

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

Hashes: TypeAlias = "NDArray[np.uint64]"
Places: TypeAlias = "NDArray[np.int64]"
Bytes: TypeAlias = "NDArray[np.uint8]"

# What is hashed together stays in the processor's cache: 0.5 MB is 1.4 times as fast as 8 MB.
_TOGETHER: Final = 1 << 19
# Longer words are hashed one by one: each is worth it.
_LONG: Final = 64
_OTHER, _LETTER, _SINGLE = range(3)
# Code points are looked up so many at a time, as powers of two.
_PAGE: Final = 8
# Beyond these code points are tags and private use; nobody writes words with them.
_POINTS: Final = 0x32400
_UNSPACED: Final = (
    (0x0E01, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),
    (0x1AFF0, 0x1B16F),
    (0x20000, _POINTS - 1),
)
# Odd and without pattern; the first are the golden ratio's and those of SplitMix64 (Steele, Lea, Flood 2014).
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
STEP: Final = np.uint64(0xD6E8FEB86659FD93)
_32, _29, _3, _7 = (np.uint64(bits) for bits in (32, 29, 3, 7))
_1, _63 = np.uint64(1), np.uint64(63)
_MASKS: Final = np.array([(1 << 8 * length) - 1 for length in range(9)], np.uint64)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of several texts, text after text, with where each text begins.

    Attributes:
        hashes: the hash of each word, 64 bits.
        first: the place at which the words of each text begin, and the end as one more.
        begins: the place of the first byte of each word, counted from the first byte of the first text.
        breaks: the places of the ends of lines, counted likewise.
    """

    hashes: Hashes
    first: Places
    begins: Places
    breaks: Places


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of some texts, with repetitions, in order.

    Attributes:
        hashes: the hash of the gram that begins at each word, 64 bits; undefined where no gram begins.
        first: the place at which the grams of each text begin, and the end of all words as one more.
        count: the number of grams of each text from there on.
    """

    hashes: Hashes
    first: Places
    count: Places


def chunks(texts: pa.Array, most: int = _TOGETHER, number: int = 1 << 31) -> Iterator[tuple[Bytes, Places]]:
    """Yield the bytes of a string column with the offsets of its texts, at most `number` texts at a time."""
    offsets, data = _buffers(texts)
    begin = 0
    while begin < len(texts):
        end = int(np.searchsorted(offsets, offsets[begin] + most, side="right")) - 1
        end = min(max(end, begin + 1), begin + number, len(texts))
        yield data[offsets[begin] : offsets[end]], offsets[begin : end + 1] - offsets[begin]
        begin = end


def _buffers(texts: pa.Array) -> tuple[Places, Bytes]:
    import pyarrow as pa

    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, offsets, data = texts.buffers()
    if not len(texts):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    found = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    return found, np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)


def words(data: Bytes, offsets: Places) -> Words:
    """Hash the words of texts that are one after the other in UTF-8 bytes."""
    size = len(data)
    # Bytes that are of no word are zero; and a word of eight bytes can be read over the end.
    low = np.zeros((size >> 3) * 8 + 32, np.uint8)
    np.take(_ascii(), data, out=low[1 : size + 1])
    cuts = [offsets[1:-1] + 1]
    if size and data.max() >= 0x80:
        cuts += _wide(data, low)
    inside = low != 0
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    cut = np.concatenate(cuts) if len(cuts) > 1 else cuts[0]
    cut = cut[inside[cut] & inside[cut - 1]]
    if len(cut):
        cut = ragged.distinct(cut)
        edges = np.sort(np.concatenate([edges, cut, cut]), kind="stable")
    begins, lengths = edges[::2], edges[1::2] - edges[::2]
    hashes = _word_hashes(low, begins, lengths)
    begins = begins - 1
    return Words(hashes, np.searchsorted(begins, offsets), begins, np.flatnonzero(data == 0x0A))


def _word_hashes(low: Bytes, begins: Places, lengths: Places) -> Hashes:
    eights = low.view("<u8").astype(np.uint64, copy=False)
    hashes = _eight(eights, begins, lengths)
    hashes *= _GOLDEN
    longer = np.flatnonzero(lengths > 8)
    done = 8
    while len(longer) and done < _LONG:
        more = _eight(eights, begins[longer] + done, lengths[longer] - done)
        before = hashes[longer]
        before ^= before >> _32
        hashes[longer] = (before + more) * STEP
        done += 8
        longer = longer[lengths[longer] > done]
    for number in longer.tolist():
        word = low[begins[number] : begins[number] + lengths[number]]
        hashes[number] = int.from_bytes(hashlib.blake2b(word.tobytes(), digest_size=8).digest(), "little")
    hashes ^= hashes >> _32
    return hashes


def _eight(eights: Hashes, begins: Places, lengths: Places) -> Hashes:
    """Return the eight bytes from each place on; bytes after a length are zero."""
    at = begins >> 3
    shift = (begins & 7).astype(np.uint64) << _3
    found: Hashes = eights[at]
    found >>= shift
    after = eights[at + 1]
    after <<= _1
    after <<= _63 - shift
    found |= after
    found &= _MASKS[np.minimum(lengths, 8)]
    return found


def _wide(data: Bytes, low: Bytes) -> list[Places]:
    """Put the bytes of words that are not ASCII into `low`, which is shifted by one; return where to cut words."""
    leads = np.flatnonzero(data >= 0xC0)
    heads = data[leads].astype(np.int32)
    longest = 4 if heads.max(initial=0) >= 0xF0 else 3
    cuts: list[Places] = []
    for length in range(2, longest + 1):
        below, above, bits = _LEADS[length]
        chosen = (heads >= below) & (heads < above)
        at, points = leads[chosen], heads[chosen] & bits
        if not len(at):
            continue
        if at[-1] + length > len(data):  # invalid UTF-8: it is never read beyond its end
            at, points = at[:-1], points[:-1]
        for place in range(1, length):
            points = (points << 6) | (data[at + place] & 0x3F)
        np.minimum(points, _POINTS - 1, out=points)
        kinds, lower = _tables(points)
        kind = kinds[points]
        word = kind != _OTHER
        at, points, single = at[word] + 1, lower[points[word]], kind[word] == _SINGLE
        low[at] = (points >> 6 * (length - 1)) | _HEADS[length]
        for place in range(1, length):
            low[at + place] = ((points >> 6 * (length - 1 - place)) & 0x3F) | 0x80
        if single.any():
            cuts += [at[single], at[single] + length]
    return cuts


_LEADS: Final = {2: (0xC0, 0xE0, 0x1F), 3: (0xE0, 0xF0, 0x0F), 4: (0xF0, 0x100, 0x07)}
_HEADS: Final = {2: 0xC0, 3: 0xE0, 4: 0xF0}


def grams(found: Words, n: int) -> Grams:
    """Hash the n-grams of the words of each text. The first n-gram of a text begins at its first word."""
    count = np.diff(found.first)
    mixed = found.hashes.copy()
    last = len(mixed) - n + 1
    if last > 0:
        complete = mixed[:last]
        for place in range(1, n):
            complete *= STEP
            complete += found.hashes[place : place + last]
    short = np.flatnonzero((count < n) & (count > 0))
    if len(short):
        # All the words that there are. Their number distinguishes them from a complete gram.
        at, of = found.first[short], count[short]
        value = of.astype(np.uint64)
        for place in range(n - 1):
            value = np.where(of > place, value * STEP + found.hashes[np.minimum(at + place, len(mixed) - 1)], value)
        mixed[at] = value
    for shift, factor in ((_32, _MIX_1), (_29, _MIX_2)):
        mixed ^= mixed >> shift
        mixed *= factor
    mixed ^= mixed >> _32
    return Grams(mixed, found.first, np.where(count < n, np.minimum(count, 1), count - n + 1))


@cache
def _ascii() -> Bytes:
    """Return a table that maps letters and digits to lower case and all other bytes to nothing."""
    return np.array(
        [ord(chr(code).lower()) if code < 0x80 and chr(code).isalnum() else 0 for code in range(256)], np.uint8
    )


def _tables(points: NDArray[np.int32]) -> tuple[Bytes, NDArray[np.int32]]:
    """What code points are to a word, and their lower case where that takes as many bytes; true for those given."""
    kinds, lower, known = _unicode()
    pages = np.bincount(points >> _PAGE, minlength=len(known)) > 0
    # All of Unicode takes a quarter of a second, and hardly any text needs it.
    for page in np.flatnonzero(pages & ~known).tolist():
        for point in range(page << _PAGE, (page + 1) << _PAGE):
            letter = chr(point)
            if unicodedata.category(letter)[0] in "LMN":
                kinds[point] = _LETTER
                small = letter.lower()
                if small != letter and len(small) == 1 and len(small.encode()) == len(letter.encode()):
                    lower[point] = ord(small)
        span = slice(page << _PAGE, (page + 1) << _PAGE)
        kinds[span][_unspaced()[span] & (kinds[span] == _LETTER)] = _SINGLE
        known[page] = True
    return kinds, lower


@cache
def _unicode() -> tuple[Bytes, NDArray[np.int32], NDArray[np.bool_]]:
    kinds = np.full(_POINTS, _OTHER, np.uint8)
    return kinds, np.arange(_POINTS, dtype=np.int32), np.zeros(_POINTS >> _PAGE, np.bool_)


@cache
def _unspaced() -> NDArray[np.bool_]:
    found = np.zeros(_POINTS, np.bool_)
    for first, last in _UNSPACED:
        found[first : last + 1] = True
    return found
