"""Where a word or phrase is in a text, found without all of its tokens: texts are long, and matches are few.

The folded text is searched for the first word. At each place that is found the tokeniser runs from the space before it,
which no token contains: so it gives what it gives in the complete text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from corpus.search import tokens
from corpus.search.tree import Phrase, Prefix, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.search.tree import Leaf

    # A token that is looked for, and whether it may go on.
    Part = tuple[str, bool]

_SPACE: Final = re.compile(" ")
# With no space for so many characters, all tokens are the faster way.
_REACH: Final = 200
_REMEMBERED: Final = 256


class Spotted:
    """A text in which words and phrases are looked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = tokens.Folded(text)
        self._spaces: tuple[list[int], list[int]] | None = None

    def places(self, leaf: Leaf) -> list[tuple[int, int]] | None:
        """Return where a leaf of a query is in the text: in characters, the end exclusive, in order.

        None where that has to be found with all tokens: words near each other, and texts without spaces.
        """
        parts = _parts(leaf)
        if parts is None:
            return None
        found = self._spans(parts)
        if found is None or self._folded.is_even:
            return found
        made = [self._original(start, end) for start, end in found]
        return None if None in made else [one for one in made if one is not None]

    def _spans(self, parts: Sequence[Part]) -> list[tuple[int, int]] | None:
        """Return the places in the folded text."""
        folded, (first, may_go_on) = self._folded.text, parts[0]
        pattern = _pattern(tuple(parts))
        found = []
        begun = pattern.search(folded)
        while begun is not None:
            at = begun.start()
            since = folded.rfind(" ", 0, at) + 1
            if at - since > _REACH:
                return None
            running = self._folded.tokens(since)
            for token in running:
                start, end = token.span()
                if start >= at:
                    is_first = start == at and (end - start == len(first) or may_go_on)
                    if is_first and (last := _follow(parts, running, end)) is not None:
                        found.append((at, last))
                    break
            # Not from the end on: of a very long run of letters, each part is a token.
            begun = pattern.search(folded, at + 1)
        return found

    def _original(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place in the text of one in the folded text."""
        first, last = self._character(start), self._character(end - 1)
        return None if first is None or last is None else (first[0], last[1])

    def _character(self, at: int) -> tuple[int, int] | None:
        """Return where in the text the character is that gave one of the folded text; None where that is unknown."""
        if self._spaces is None:
            self._spaces = _ends(self._text), _ends(self._folded.text)
        own, folded = self._spaces
        if len(own) != len(folded):
            # Some other character became a space.
            return None
        number = bisect_right(folded, at)
        # With the space before: marks at the beginning of a word belong to it.
        before, before_folded = (ends[number - 1] if number else 0 for ends in (own, folded))
        starts, ends = tokens.origins(self._text[before : own[number]] if number < len(own) else self._text[before:])
        return before + starts[at - before_folded], before + ends[at - before_folded]


def _parts(leaf: Leaf) -> list[Part] | None:
    match leaf:
        case Word(term):
            return [(term, False)]
        case Prefix(stem):
            return [(stem, True)]
        case Phrase(terms, prefixes):
            return [(term, number in prefixes) for number, term in enumerate(terms)]
        case _:
            return None


@lru_cache(_REMEMBERED)
def _pattern(parts: tuple[Part, ...]) -> re.Pattern[str]:
    """Return what finds each place where the first words may begin, and some where they do not."""
    (first, may_go_on), *rest = parts
    # Between two tokens there is no letter and no digit. Of a mark that follows a letter only the tokeniser knows.
    second = "" if may_go_on or not rest else rf"(?=[\W_]*{re.escape(rest[0][0])})"
    return re.compile(re.escape(first) + second)


def _follow(parts: Sequence[Part], running: Iterator[re.Match[str]], end: int) -> int | None:
    """Return the end of a phrase whose first word is there; None if the next words are others."""
    for wanted, may_go_on in parts[1:]:
        token = next(running, None)
        if token is None or not (token[0].startswith(wanted) if may_go_on else token[0] == wanted):
            return None
        end = token.end()
    return end


def _ends(text: str) -> list[int]:
    return [found.start() for found in _SPACE.finditer(text)]
