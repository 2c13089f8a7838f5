"""The pieces that a query is written in: words, prefixes, quoted phrases, brackets, operators and fields."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from corpus.search import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_QUOTES: Final = '"“”„‟«»＂'
_OPEN: Final = "(（"
_CLOSE: Final = ")）"
_PIECE: Final = re.compile(rf"[^\s{_QUOTES}{_OPEN}{_CLOSE}]+")
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z_]*):")
_DISTANCE: Final = re.compile(r"~([^\s()\"]*)")
_INNER: Final = re.compile(r"\w[*?]+\w")


class LexingError(Exception):
    """A text that is no query. The message is one sentence; `place` is the index of the character meant."""

    def __init__(self, message: str, place: int) -> None:
        self.place = place
        super().__init__(message)


class Kind(StrEnum):
    """What a piece of a query is."""

    WORD = "word"
    PREFIX = "prefix"
    QUOTED = "quoted"
    OPEN = "open"
    CLOSE = "close"
    AND = "and"
    OR = "or"
    NOT = "not"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query: its kind, its text without marks, and its place, an index into the query."""

    kind: Kind
    text: str
    place: int
    distance: int | None = None


_OPERATORS: Final = {"OR": Kind.OR, "AND": Kind.AND, "NOT": Kind.NOT}


def lexemes(text: str, fields: Sequence[str]) -> Iterator[Lexeme]:
    """Yield the pieces of a query. Words without a letter or digit mean nothing and are left out.

    Raises:
        LexingError: a quotation mark is not closed, a field is not one of `fields`, or a * is at a wrong place.
    """
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character in _OPEN:
            yield Lexeme(Kind.OPEN, "(", at)
            at += 1
        elif character in _CLOSE:
            yield Lexeme(Kind.CLOSE, ")", at)
            at += 1
        elif character in _QUOTES:
            lexeme, at = _quoted(text, at)
            yield lexeme
        elif character == "-":
            at, negated = _minus(text, at)
            if negated:
                yield Lexeme(Kind.NOT, "-", at - 1)
        elif found := _FIELD.match(text, at):
            yield _field(found, text, fields)
            at = found.end()
        else:
            piece = _PIECE.match(text, at)
            word = piece[0] if piece else character
            if word in _OPERATORS:
                yield Lexeme(_OPERATORS[word], word, at)
            elif lexeme_ := _word(word, at):
                yield lexeme_
            at += len(word)


def _minus(text: str, at: int) -> tuple[int, bool]:
    """Return where hyphens end, and whether they leave out what follows: one hyphen before something does."""
    end = at
    while end < len(text) and text[end] == "-":
        end += 1
    follows = end < len(text) and not text[end].isspace() and text[end] not in _CLOSE
    if not follows or end - at > 1:
        return end, False
    if piece := _PIECE.match(text, end):
        return end, bool(tokens.terms(piece[0])) or "*" in piece[0]
    return end, True


def _field(found: re.Match[str], text: str, fields: Sequence[str]) -> Lexeme:
    name, place = found[1].lower(), found.start()
    if name not in fields:
        message = f"There is no field {found[1]}: at character {place + 1}; there are {' and '.join(fields)}."
        if len(text) > found.end() and not text[found.end()].isspace():
            message = f"{message[:-1]}, and text with a colon goes in quotation marks."
        raise LexingError(message, place)
    rest = _PIECE.match(text, found.end())
    if rest and not tokens.terms(rest[0]) and "*" not in rest[0]:
        raise LexingError(f"There is no letter or digit after {name}: at character {place + 1}.", place)
    return Lexeme(Kind.FIELD, name, place)


def _word(word: str, place: int) -> Lexeme | None:
    if inner := _INNER.search(word):
        at = place + inner.start() + 2
        raise LexingError(
            f"The {word[inner.start() + 1]} at character {at} is inside a word; only * at its end works.", at - 1
        )
    stem = word.rstrip("*")
    if "*" in stem:
        at = place + word.index("*") + 1
        raise LexingError(f"The * at character {at} comes before letters; it can only follow them.", at - 1)
    if not tokens.terms(stem):
        if stem != word:
            raise LexingError(
                f"The * at character {place + len(stem) + 1} follows no letter or digit.", place + len(stem)
            )
        return None
    return Lexeme(Kind.WORD if stem == word else Kind.PREFIX, stem, place)


def _check_stars(inside: str, first: int, *, is_near: bool) -> None:
    """Refuse a * between quotation marks that does not follow a word, or that is among words near each other."""
    for found in re.finditer(r"\S*\*\S*", inside):
        place = first + found.start()
        _word(found[0], place)
        if is_near:
            at = first + inside.index("*")
            raise LexingError(
                f"The * at character {at + 1} is among words near each other; a phrase without ~ can have one.", at
            )


def _quoted(text: str, at: int) -> tuple[Lexeme, int]:
    end = next((index for index in range(at + 1, len(text)) if text[index] in _QUOTES), None)
    if end is None:
        raise LexingError(f"The quotation mark at character {at + 1} is not closed.", at)
    inside = text[at + 1 : end]
    if not tokens.terms(inside):
        raise LexingError(f"There is no letter or digit between the quotation marks at character {at + 1}.", at)
    found = _DISTANCE.match(text, end + 1)
    if "*" in inside:
        _check_stars(inside, at + 1, is_near=found is not None)
    if found is None:
        return Lexeme(Kind.QUOTED, inside, at), end + 1
    if not found[1].isascii() or not found[1].isdigit() or len(found[1]) > 4:
        message = f"~ at character {end + 2} needs a number, as ~3: how many other words may be between."
        raise LexingError(message, end + 1)
    return Lexeme(Kind.QUOTED, inside, at, int(found[1])), found.end()
