"""The query language: a text that people write becomes a tree of words, phrases, AND, OR and NOT, or one clear error.

All words are meant. `"two words"` is a phrase, `"two words"~3` finds them near each other in any order, `OR` gives a
choice, `-word` leaves out, `elect*` finds words that begin so, also in a phrase as `"climate chan*"`, `title:` and
`author:` look there alone, and brackets group. Words side by side bind closer than OR. The same tokeniser reads queries
and articles.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from corpus.errors import UsageError
from corpus.search import lexing, tokens
from corpus.search.tree import EVERYTHING, And, Field, Near, Node, Not, Or, Phrase, Prefix, Query, Word

if TYPE_CHECKING:
    from collections.abc import Collection

    from corpus.search.lexing import Lexeme

__all__ = ["FIELDS", "And", "Field", "Near", "Not", "Or", "Phrase", "Prefix", "Query", "QueryError", "Word", "parse"]

LONGEST: Final = 1000
MOST_TERMS: Final = 32
SHORTEST_PREFIX: Final = 2
WIDEST: Final = 100
# Each way to place the words of a `"a b c"~3` is one phrase that the index looks up; of two words there are two.
MOST_PLACEMENTS: Final = 128
_DEEPEST: Final = 20
FIELDS: Final = ("title", "author")


class QueryError(UsageError):
    """A query that cannot be read. The message is one sentence; `place` is the index of the character meant."""

    def __init__(self, message: str, place: int) -> None:
        self.place = place
        super().__init__(message)


def parse(text: str) -> Query:
    """Return the query that a text means. An empty text matches every article.

    Raises:
        QueryError: it cannot be read; names the mistake and its place.
    """
    if len(text) > LONGEST:
        raise QueryError(f"The query has {len(text):,} characters; it may have {LONGEST:,}.", LONGEST)
    try:
        lexemes = list(lexing.lexemes(text, FIELDS))
    except lexing.LexingError as error:
        raise QueryError(str(error), error.place) from None
    if not lexemes:
        if text.strip():
            place = len(text) - len(text.lstrip())
            raise QueryError(f"There is no letter or digit in {_shown(text.strip())}.", place)
        return Query(text, EVERYTHING)
    parser = _Parser(lexemes)
    node = parser.read()
    return Query(text, node)


def placements(words: int, distance: int) -> int:
    """Return in how many ways so many words can lie near each other."""
    return math.factorial(words) * math.comb(distance + words - 1, words - 1)


class _Parser:
    """Reads lexemes by recursive descent."""

    def __init__(self, found: list[Lexeme]) -> None:
        self._found = found
        self._at = 0
        self._words = 0
        self._placements = 0

    def read(self) -> Node:
        node = self._any(0, None)
        if self._at < len(self._found):
            raise QueryError(f"The bracket at {_at(self._next())} closes nothing.", self._next().place)
        return node

    def _next(self) -> Lexeme:
        return self._found[self._at]

    def _is(self, *kinds: lexing.Kind) -> bool:
        return self._at < len(self._found) and self._next().kind in kinds

    def _take(self) -> Lexeme:
        self._at += 1
        return self._found[self._at - 1]

    def _any(self, depth: int, field: str | None) -> Node:
        parts = [self._all(depth, field)]
        while self._is(lexing.Kind.OR):
            self._take()
            parts.append(self._all(depth, field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self, depth: int, field: str | None) -> Node:
        parts: list[Node] = []
        while True:
            if self._is(lexing.Kind.AND):
                self._operand(self._take(), before=bool(parts))
            if self._at == len(self._found) or self._is(lexing.Kind.OR, lexing.Kind.CLOSE):
                break
            parts.append(self._one(depth, field))
        if not parts:
            self._nothing()
        if len(parts) == 1:
            return parts[0]
        return And(tuple(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))))

    def _operand(self, lexeme: Lexeme, *, before: bool) -> None:
        """Refuse an AND without something on both sides."""
        if not before:
            raise QueryError(f"There is nothing before {lexeme.text} at {_at(lexeme)}.", lexeme.place)
        if self._at == len(self._found) or self._is(lexing.Kind.OR, lexing.Kind.AND, lexing.Kind.CLOSE):
            raise QueryError(f"There is nothing after {lexeme.text} at {_at(lexeme)}.", lexeme.place)

    def _nothing(self) -> None:
        before = self._found[self._at - 1] if self._at else None
        if before is not None and before.kind is lexing.Kind.OR:
            raise QueryError(f"There is nothing after {before.text} at {_at(before)}.", before.place)
        if self._is(lexing.Kind.OR):
            raise QueryError(f"There is nothing before {self._next().text} at {_at(self._next())}.", self._next().place)
        if before is not None and before.kind is lexing.Kind.OPEN:
            raise QueryError(f"There is nothing in the brackets at {_at(before)}.", before.place)
        raise QueryError(f"The bracket at {_at(self._next())} closes nothing.", self._next().place)

    def _one(self, depth: int, field: str | None) -> Node:
        lexeme = self._take()
        match lexeme.kind:
            case lexing.Kind.NOT:
                negations = 1
                while self._is(lexing.Kind.NOT):
                    self._take()
                    negations += 1
                self._follows(lexeme)
                part = self._one(depth, field)
                return Not(part) if negations % 2 else part
            case lexing.Kind.FIELD:
                if field is not None:
                    message = f"{lexeme.text}: at {_at(lexeme)} is inside {field}:, and fields cannot be nested."
                    raise QueryError(message, lexeme.place)
                self._follows(lexeme)
                return Field(lexeme.text, self._one(depth, lexeme.text))
            case lexing.Kind.OPEN:
                return self._bracket(lexeme, depth, field)
            case lexing.Kind.QUOTED:
                return self._quoted(lexeme)
            case _:
                return self._word(lexeme)

    def _follows(self, lexeme: Lexeme) -> None:
        """Refuse a minus or a field that nothing follows."""
        if self._at == len(self._found) or self._is(lexing.Kind.OR, lexing.Kind.AND, lexing.Kind.CLOSE):
            shown = f"{lexeme.text}:" if lexeme.kind is lexing.Kind.FIELD else lexeme.text
            raise QueryError(f"There is nothing after {shown} at {_at(lexeme)}.", lexeme.place)

    def _bracket(self, opened: Lexeme, depth: int, field: str | None) -> Node:
        if depth == _DEEPEST:
            raise QueryError(
                f"The bracket at {_at(opened)} is {_DEEPEST + 1} deep; {_DEEPEST} is the most.", opened.place
            )
        if self._at == len(self._found):
            raise QueryError(f"The bracket at {_at(opened)} is not closed.", opened.place)
        node = self._any(depth + 1, field)
        if not self._is(lexing.Kind.CLOSE):
            raise QueryError(f"The bracket at {_at(opened)} is not closed.", opened.place)
        self._take()
        return node

    def _count(self, lexeme: Lexeme, words: int = 1) -> None:
        self._words += words
        if self._words > MOST_TERMS:
            message = f"The query has more than {MOST_TERMS} words; the first one too many is at {_at(lexeme)}."
            raise QueryError(message, lexeme.place)

    def _word(self, lexeme: Lexeme) -> Node:
        self._count(lexeme)
        found = tuple(tokens.terms(lexeme.text))
        if lexeme.kind is lexing.Kind.PREFIX:
            self._check_prefix(lexeme.text, lexeme.place, found[-1])
            return _run(found, {len(found) - 1})
        return _run(found, ())

    @staticmethod
    def _check_prefix(word: str, place: int, stem: str) -> None:
        """Refuse a prefix that is too short, or of a script without spaces; `stem` is its last token."""
        shown = f"{_shown(f'{word}*')} at character {place + 1}"
        if tokens.is_unspaced(stem):
            raise QueryError(
                f"{shown} is no prefix: words of this script are found inside longer ones without *.", place
            )
        if len(stem) < SHORTEST_PREFIX:
            raise QueryError(f"{shown} is too short: a prefix has at least {SHORTEST_PREFIX} letters.", place)

    def _phrase(self, lexeme: Lexeme) -> Node:
        """Return the phrase of a quoted text; words with a * at their end are prefixes."""
        terms: list[str] = []
        prefixes: set[int] = set()
        for word in re.finditer(r"\S+", lexeme.text):
            stem = word[0].rstrip("*")
            terms += tokens.terms(stem)
            if stem != word[0]:
                self._check_prefix(stem, lexeme.place + 1 + word.start(), terms[-1])
                prefixes.add(len(terms) - 1)
        return _run(tuple(terms), prefixes)

    def _quoted(self, lexeme: Lexeme) -> Node:
        words = tuple(found for word in lexeme.text.split() if (found := tuple(tokens.terms(word))))
        self._count(lexeme, len(words))
        if lexeme.distance is None:
            return self._phrase(lexeme)
        if len(words) == 1:
            message = f"~{lexeme.distance} after {_at(lexeme)} needs two words or more between the quotation marks."
            raise QueryError(message, lexeme.place)
        near = Near(words, lexeme.distance)
        if lexeme.distance > WIDEST:
            self._refuse_width(lexeme, f"the most is ~{WIDEST}")
        self._placements += 2 if near.is_pair else placements(len(words), lexeme.distance)
        if self._placements > MOST_PLACEMENTS:
            fitting = [wide for wide in range(lexeme.distance) if placements(len(words), wide) <= MOST_PLACEMENTS]
            advice = f"with these {len(words)} words the most is ~{max(fitting)}" if fitting else "use fewer words"
            self._refuse_width(lexeme, advice)
        return near

    @staticmethod
    def _refuse_width(lexeme: Lexeme, advice: str) -> None:
        message = f"~{lexeme.distance} after the phrase at {_at(lexeme)} is too wide: {advice}."
        raise QueryError(message, lexeme.place)


def _run(terms: tuple[str, ...], prefixes: Collection[int]) -> Node:
    """Return what finds tokens that follow each other, or the only one."""
    if len(terms) > 1:
        return Phrase(terms, frozenset(prefixes))
    return Prefix(terms[0]) if prefixes else Word(terms[0])


def _at(lexeme: Lexeme) -> str:
    return f"character {lexeme.place + 1}"


def _shown(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:40]}…”"
