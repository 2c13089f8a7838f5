"""What a query means: a tree of words, phrases, prefixes and words near each other, under AND, OR, NOT and fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Word:
    """A token."""

    term: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or more tokens, one directly after the other.

    Attributes:
        terms: the tokens.
        prefixes: the indexes of those that are prefixes: every token that begins so is meant.
    """

    terms: tuple[str, ...]
    prefixes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every token that begins so."""

    stem: str


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order, none overlapping, with at most `distance` other tokens between them in all.

    A word is a tuple of tokens that follow each other, mostly one token.
    """

    words: tuple[tuple[str, ...], ...]
    distance: int

    @property
    def is_pair(self) -> bool:
        """Return whether these are two different words of one token each, which the index finds directly."""
        return len(self.words) == 2 and len({*self.words}) == 2 and all(len(word) == 1 for word in self.words)


@dataclass(frozen=True, slots=True)
class And:
    """All parts are meant; without parts, every article."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more is meant."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match the part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Field:
    """The part, looked for in one field alone: `title` or `author`."""

    name: str
    part: Node


Leaf: TypeAlias = "Word | Phrase | Prefix | Near"
Node: TypeAlias = "Word | Phrase | Prefix | Near | And | Or | Not | Field"
EVERYTHING: Final = And(())


@dataclass(frozen=True, slots=True)
class Query:
    """A query: the text as it was written, and its tree."""

    text: str
    node: Node

    @property
    def is_empty(self) -> bool:
        """Return whether it asks for nothing, so that every article matches."""
        return self.node == EVERYTHING


def leaves(node: Node, field: str | None = None) -> Iterator[tuple[str | None, Leaf]]:
    """Yield what is looked for, with the field that it is looked for in; what is left out is not yielded."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part, field)
        case Field(name, part):
            yield from leaves(part, name)
        case Not():
            return
        case _:
            yield field, node
