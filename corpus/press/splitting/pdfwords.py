"""Lines of print joined: with a space, without one in scripts that have none, and where words are broken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.press.splitting.pdfprocess import Line, Run

BROKEN: Final = re.compile(r"([^\W\d_]+)[-‐\u00ad]$")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_FIRST_WORD: Final = re.compile(r"^\W*([^\W\d_]+)")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
# Letters as wide as they are high, those of Korean among them.
_WIDE: Final = re.compile(
    r"[\u1100-\u11ff\u3000-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]"
)
_HYPHENED: Final = re.compile(r"[^\W_][-‐–]$")
# `Haupt- und Nebenstraße`: a part of the word is left out, and no word is broken.
_LEFT_OUT: Final = frozenset(
    ["und", "oder", "bzw", "sowie", "bis", "and", "or", "to", "et", "ou", "y", "o", "e", "en", "of", "og", "och", "i",
     "и"]
)  # fmt: skip


def breadth(text: str) -> int:
    """Return how wide a text is in print, in letters of an alphabet; letters of East Asia are twice as wide."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def first_word(text: str) -> str:
    """Return the first word of a line: what must go to the next line together. In scripts without spaces, a letter."""
    return text[:1] if _UNSPACED.match(text) else text.split(" ", 1)[0]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a document, which tell how a broken word is put together.

    Attributes:
        known: those within lines, in small letters.
        are_broken: whether its lines break words; if not, a line ends in a hyphen only where a word has one.
    """

    known: frozenset[str]
    are_broken: bool

    @classmethod
    def of(cls, bodies: Sequence[Sequence[Line]]) -> Words:
        """Return the words of some lines."""
        known = frozenset(
            word.casefold() for lines in bodies for line in lines for word in _WORD.findall(line.text)[:-1]
        )
        ends = (
            (broken[1].casefold(), rest[1].casefold())
            for lines in bodies
            for one, two in pairwise(lines)
            if (broken := BROKEN.search(one.text)) and (rest := _FIRST_WORD.match(two.text)) and rest[1][0].islower()
        )
        return cls(known, any(f"{one}-{two}" not in known and not {one, two} <= known for one, two in ends))

    def are_one(self, first: str, rest: str) -> bool:
        """Return whether what is before and behind a hyphen at the end of a line is one word without it."""
        first, rest = first.casefold(), rest.casefold()
        if f"{first}-{rest}" in self.known:
            return False
        return first + rest in self.known or self.are_broken or not {first, rest} <= self.known


def join(runs: list[Run], more: Sequence[Run], words: Words) -> None:
    """Add a line to a paragraph: with a space, or without one in scripts that have none, or where a word is broken."""
    last, first = runs[-1].text.rstrip(), more[0].text.lstrip()
    broken, goes_on = BROKEN.search(last), _FIRST_WORD.match(first)
    space = " "
    if last.endswith("\u00ad"):
        last, space = last[:-1], ""
    elif broken and goes_on and goes_on[1].casefold() in _LEFT_OUT:
        pass
    elif broken and goes_on:
        space = ""
        if goes_on[1][0].islower() and words.are_one(broken[1], goes_on[1]):
            last = last[:-1]
    elif _HYPHENED.search(last) and first[:1].isdecimal():
        # COVID-19, 2019-2020
        space = ""
    elif last and first and _UNSPACED.match(last[-1]) and _UNSPACED.match(first[0]):
        space = ""
    runs[-1] = runs[-1]._replace(text=last + space)
    runs.append(more[0]._replace(text=first))
    runs.extend(more[1:])
