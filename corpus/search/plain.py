"""Search without an index: what a query means for one article, by the tokeniser alone. Slow, and the reference.

The tests compare every answer of the index with this.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from corpus.search import tokens
from corpus.search.tree import And, Field, Near, Not, Or, Phrase, Prefix, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from corpus.search.tree import Leaf, Node, Query

# Where a word is looked for that names no field.
TEXTS: Final = ("title", "description", "text")
# Between two authors, so that no phrase goes from one to the next: no tokeniser gives it.
BORDER: Final = "\x1f"


class Searched(NamedTuple):
    """The tokens of an article that queries look at, by field; `author` has the authors with a border between."""

    title: Sequence[str]
    description: Sequence[str]
    text: Sequence[str]
    author: Sequence[str]


def searched(row: Mapping[str, object]) -> Searched:
    """Return the tokens of an article, a row with `title`, `description`, `text` and `authors`."""
    authors: list[str] = []
    for name in row["authors"] or ():  # type: ignore[attr-defined]
        if found := tokens.terms(name):
            authors.extend([BORDER, *found] if authors else found)
    title, description, text = (tokens.terms(str(row[name] or "")) for name in TEXTS)
    return Searched(title, description, text, authors)


def matches(query: Query, article: Searched) -> bool:
    """Return whether an article matches a query."""
    return _matches(query.node, article, TEXTS)


def _matches(node: Node, article: Searched, fields: Sequence[str]) -> bool:
    match node:
        case And(parts):
            return all(_matches(part, article, fields) for part in parts)
        case Or(parts):
            return any(_matches(part, article, fields) for part in parts)
        case Not(part):
            return not _matches(part, article, fields)
        case Field(name, part):
            return _matches(part, article, (name,))
        case Word() | Phrase() | Prefix() | Near():
            return any(next(occurrences(node, getattr(article, field)), None) is not None for field in fields)
        case _ as never:
            assert_never(never)


def occurrences(leaf: Leaf, terms: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where a leaf of a query is among the tokens of a field: indexes, the end exclusive, in order.

    Words near each other are yielded one by one, each that is part of an arrangement once.
    """
    match leaf:
        case Word(term):
            yield from ((at, at + 1) for at in _places(term, terms))
        case Prefix(stem):
            yield from ((at, at + 1) for at, found in enumerate(terms) if found.startswith(stem))
        case Phrase(phrase, prefixes) if prefixes:
            yield from _begun(phrase, prefixes, terms)
        case Phrase(phrase):
            yield from _runs(phrase, terms)
        case Near():
            yield from _near(leaf, terms)
        case _ as never:
            assert_never(never)


def _runs(phrase: Sequence[str], terms: Sequence[str]) -> Iterator[tuple[int, int]]:
    size, wanted = len(phrase), list(phrase)
    for at in _places(phrase[0], terms):
        if list(terms[at : at + size]) == wanted:
            yield at, at + size


def _places(term: str, terms: Sequence[str]) -> Iterator[int]:
    """Yield the indexes of a token. Several times as fast as to look at each token here."""
    at = -1
    with suppress(ValueError):
        while True:
            at = terms.index(term, at + 1)
            yield at


def _begun(phrase: Sequence[str], prefixes: Collection[int], terms: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the runs of tokens that are those of a phrase, or begin with them where they are prefixes."""
    for at in range(len(terms) - len(phrase) + 1):
        if all(
            terms[at + number].startswith(term) if number in prefixes else terms[at + number] == term
            for number, term in enumerate(phrase)
        ):
            yield at, at + len(phrase)


def _near(near: Near, terms: Sequence[str]) -> Iterator[tuple[int, int]]:
    places = [list(_runs(word, terms)) for word in near.words]
    if not all(places):
        return
    widest = near.distance + sum(map(len, near.words))
    found: set[tuple[int, int]] = set()
    # The first word of an arrangement starts somewhere; all others lie within its reach.
    for start in sorted({at for some in places for at, _ in some}):
        near_by = [[place for place in some if start <= place[0] and place[1] <= start + widest] for some in places]
        if not all(near_by) or not any(place[0] == start for some in near_by for place in some):
            continue
        for place in {place for some in near_by for place in some} - found:
            for number, some in enumerate(near_by):
                if place in some and _fits(near_by, [place], number):
                    found.add(place)
                    break
    yield from sorted(found)


def _fits(near_by: Sequence[Sequence[tuple[int, int]]], taken: list[tuple[int, int]], fixed: int) -> bool:
    """Return whether the other words can be placed without overlap, when word `fixed` has the first place taken."""

    def place(number: int) -> bool:
        if number == len(near_by):
            return True
        if number == fixed:
            return place(number + 1)
        for start, end in near_by[number]:
            if all(end <= other or start >= past for other, past in taken):
                taken.append((start, end))
                if place(number + 1):
                    return True
                taken.pop()
        return False

    return place(0)
