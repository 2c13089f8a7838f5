"""The tokeniser that every search uses: the index, highlighting, words in context, and the plain scan that tests them.

A text is folded: compatibility forms (NFKC), case and accents are removed, and invisible characters too. Its words are
runs of letters, digits and marks. Scripts without spaces between words (Han, kana, Thai, Lao, Khmer, Myanmar) give one
token a character, so that a word of theirs is found as a phrase. There is no stemming, and there are no stop words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# An index is made anew when one of these changes.
VERSION: Final = f"1-{unicodedata.unidata_version}"
# A longer run of letters becomes several tokens. In code points; an index takes no term over 65,530 bytes.
LONGEST: Final = 100

_ASCII: Final = re.compile(rf"[a-z0-9]{{1,{LONGEST}}}")


class Token(NamedTuple):
    """A token of a text: its folded form, and the place in the text, in characters; `end` is exclusive."""

    term: str
    start: int
    end: int


def _ranges(points: Iterable[int]) -> str:
    """Return code points as the inside of a character class."""
    found: list[list[int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in found)


_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_COMBINING: Final = [
    point for point in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)) if unicodedata.category(chr(point))[0] == "M"
]
# Classes of combining marks that are accents, or vowel points that Hebrew and Arabic are mostly written without.
# Vowel signs, viramas and voicing marks have other classes: words differ by them.
_ACCENTS: Final = [
    point
    for point in _COMBINING
    if (10 <= unicodedata.combining(chr(point)) <= 36 or unicodedata.combining(chr(point)) >= 200)
    or unicodedata.category(chr(point)) == "Me"
]
# Letters of their own, not accented ones.
_KEPT: Final = (("и\u0306", "й"), ("у\u0306", "ў"), ("і\u0308", "ї"))
_LETTERS: Final = {
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ȷ": "j",
}  # fmt: skip
_LETTER: Final = re.compile(f"[{''.join(_LETTERS)}]")
# Soft hyphens, joiners, marks of direction, the Arabic elongation, variation selectors.
_INVISIBLE: Final = "\u00ad\u034f\u061c\u0640\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_ALONE: Final = [
    point
    for point in chain(
        range(0xE00, 0xF00),
        range(0x1000, 0x10A0),
        range(0x1780, 0x1800),
        range(0x3005, 0x3008),
        range(0x3041, 0x3100),
        range(0x31F0, 0x3200),
        range(0x3400, 0x4DC0),
        range(0x4E00, 0xA000),
        range(0xA9E0, 0xAA00),
        range(0xAA60, 0xAA80),
        range(0xF900, 0xFB00),
    )
    if unicodedata.category(chr(point))[0] in "LMN"
]
_ALONE_ASTRAL: Final = "\U0001b000-\U0001b16f\U00020000-\U0003fffd"
_SINGLE: Final = re.compile(f"[{_ranges(_ALONE)}{_ALONE_ASTRAL}]")
# Runs of these fold to as many characters; only the last may combine with what follows.
_PLAIN: Final = (
    "\x00-\x7f\u0410-\u0418\u041a-\u0438\u043a-\u044f\u0627-\u063a\u0641-\u064a\u0e01-\u0e30\u0e40-\u0e46"
    "\u2013-\u2016\u2018-\u201f\u4e00-\u9fff\uac00-\ud7a3"
)


class _Patterns:
    """The patterns for texts of the Basic Multilingual Plane, or of all planes: those are several times slower."""

    def __init__(self, end: int) -> None:
        marks = _ranges(point for point in _COMBINING if point < end)
        single = set(_ALONE) | set(range(0x1B000, 0x1B170))
        alone, selectors = _ranges(_ALONE), ""
        if end > 0x10000:
            alone, selectors = alone + _ALONE_ASTRAL, "\U000e0100-\U000e01ef"
        letters = _ranges(point for point in range(min(end, 0x20000)) if chr(point).isalnum() and point not in single)
        # Explicit ranges become a bitmap, which is faster than \\w.
        self.word = re.compile(f"[{alone}]|[{letters}][{letters}{marks}]{{0,{LONGEST - 1}}}")
        self.accents = re.compile(f"[{_ranges(point for point in _ACCENTS if point < end)}]")
        self.invisible = re.compile(f"[{_INVISIBLE}{selectors}]")
        # A character with all that may combine with it: normalised alone it gives what it gives in its text.
        joining = f"[{marks}{_INVISIBLE}{selectors}\u1160-\u11ff\u3131-\u318e\ua960-\ua97c\ud7b0-\ud7fb\uff9e-\uffdc]"
        self.cluster = re.compile(f"[{_PLAIN}]+(?=[{_PLAIN}])|(?s:.){joining}*")
        # What may combine with the character before it; the first of Hangul's parts may with what follows.
        self.joining = re.compile(f"{joining}|[\u1100-\u115f]")


@cache
def _patterns(end: int) -> _Patterns:
    return _Patterns(end)


def _for(text: str) -> _Patterns:
    return _patterns(0x110000 if _ASTRAL.search(text) else 0x10000)


def fold(text: str) -> str:
    """Return a text without case, accents, compatibility forms and invisible characters."""
    if text.isascii():
        return text.lower()
    patterns = _for(text)
    text = unicodedata.normalize("NFKD", patterns.invisible.sub("", text)).casefold()
    text = unicodedata.normalize("NFKD", text)
    for apart, letter in _KEPT:
        text = text.replace(apart, letter)
    text = patterns.accents.sub("", text)
    if _LETTER.search(text):
        text = _LETTER.sub(lambda found: _LETTERS[found[0]], text)
    return unicodedata.normalize("NFC", text)


def terms(text: str) -> list[str]:
    """Return the folded tokens of a text, in order. Fast: without their places."""
    return Tokenised(text).terms


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text with their places; their terms are those of `terms`."""
    found = Tokenised(text)
    return [Token(term, start, end) for term, (start, end) in zip(found.terms, found.spans(), strict=True)]


class Folded:
    """A text in its folded form, and the tokens in it.

    Attributes:
        text: the folded text.
    """

    __slots__ = ("_original", "_pattern", "text")

    def __init__(self, text: str) -> None:
        self._original = text
        self.text = fold(text)
        self._pattern = _ASCII if self.text.isascii() else _for(self.text).word

    @property
    def is_even(self) -> bool:
        """Whether each character became one character, so that places are the same in both texts."""
        return self._original.isascii() or not _uneven().search(self._original)

    def terms(self) -> list[str]:
        """Return the folded tokens, in order."""
        return self._pattern.findall(self.text)

    def tokens(self, since: int = 0) -> Iterator[re.Match[str]]:
        """Yield the tokens from a place on; one that no token contains."""
        return self._pattern.finditer(self.text, since)


class Tokenised:
    """A text with its tokens. Their places, which take longer to find, are looked for when they are asked for.

    Attributes:
        terms: the folded tokens, in order.
    """

    __slots__ = ("_folded", "_text", "terms")

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = Folded(text)
        self.terms = self._folded.terms()

    def spans(self) -> list[tuple[int, int]]:
        """Return where the tokens are in the text: in characters, the end exclusive."""
        places = [found.span() for found in self._folded.tokens()]
        if self._folded.is_even:
            return places
        starts, ends = origins(self._text)
        return [(starts[start], ends[end - 1]) for start, end in places]


@cache
def _uneven() -> re.Pattern[str]:
    """Return what finds a character that does not become one character by itself: then places have to be followed."""
    joining = _patterns(0x10000).joining
    even = (
        point
        for point in range(0x10000)
        if not 0xD800 <= point < 0xE000 and not joining.match(chr(point)) and len(fold(chr(point))) == 1
    )
    return re.compile(f"[^{_ranges(even)}]")


def is_unspaced(term: str) -> bool:
    """Return whether a term is a character of a script without spaces."""
    return _SINGLE.match(term) is not None


def origins(text: str) -> tuple[list[int], list[int]]:
    """Return for each character of a folded text where those that gave it are in the text: starts, and ends."""
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _for(text).cluster.finditer(text):
        start, end = cluster.span()
        size = len(_folded(cluster[0]))
        if end - start == size:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * size)
            ends.extend([end] * size)
    return starts, ends


@lru_cache(maxsize=20_000)
def _folded(cluster: str) -> str:
    return fold(cluster)
