"""Find in columns which of many texts need no normalising: most texts of a dataset already have the right form."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from corpus.columnar.points import following, points
from corpus.text import words
from corpus.text.normalise import is_odd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# The lower bits say what a code point is in a word.
_SPACE, _END, _DOUBTFUL = 4, 8, 16
# Higher planes are left to `normalise`: asking for each of a million characters takes longer than it saves.
_PLANE: Final = 0x10000
# Hangul's vowels and finals join the syllable before them.
_JOINING_JAMO: Final = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))


class Form(NamedTuple):
    """What is known of each of some texts without normalising it.

    `by_blank` says that a text is normalised and has its paragraphs apart by one blank line; `by_line`, that it is
    normalised and has no blank line, so that each line may be a paragraph. Both are false where that is doubtful.
    """

    by_blank: NDArray[np.bool_]
    by_line: NDArray[np.bool_]
    words: NDArray[np.int64]


def forms(texts: Sequence[str]) -> Form:
    """The forms of some texts without spaces and line ends around them, and how many words each has unchanged."""
    count = len(texts)
    form = Form(np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count, np.int64))
    for some in points(texts, _kinds):
        form.words[some.numbers] = words.count(some)
        space, end = some.having(_SPACE), some.having(_END) & ~some.ends()
        gap = space | end
        twice = end & following(end)
        doubtful = some.having(_DOUBTFUL) | (gap & following(gap) & ~twice) | (twice & following(twice))
        ends, blanks = some.count(end), some.count(twice)
        sound = some.count(doubtful) == 0
        form.by_blank[some.numbers] = sound & (ends == 2 * blanks)
        form.by_line[some.numbers] = sound & (blanks == 0)
    return form


@cache
def _kinds(size: int) -> NDArray[np.uint8]:
    """Return the class of each code point for the form of a text and for its words."""
    form = np.full(size, _DOUBTFUL, np.uint8)
    joining = {*_JOINING_JAMO, *_second_halves()}
    form[[point for point in range(min(size, _PLANE)) if _is_plain(point) and point not in joining]] = 0
    form[ord(" ")], form[ord("\n")] = _SPACE, _END
    return form | words.kinds(size)


def _is_plain(point: int) -> bool:
    character = chr(point)
    return (
        not is_odd(character)
        and not unicodedata.combining(character)
        and unicodedata.is_normalized("NFC", character)
        and not 0xD800 <= point < 0xE000
    )


def _second_halves() -> set[int]:
    """Return the characters of the first plane that compose with the character before them."""
    found: set[int] = set()
    for point in range(_PLANE):
        halves = unicodedata.decomposition(chr(point)).split()
        if len(halves) == 2 and not halves[0].startswith("<"):
            found.add(int(halves[1], 16))
    return found
