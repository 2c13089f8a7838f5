"""A query, as the index runs it. It finds exactly what `corpus.search.plain` finds."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Final, assert_never

from tantivy import Occur
from tantivy import Query as Compiled

from corpus.search import documents, plain
from corpus.search.tree import And, Field, Near, Not, Or, Phrase, Prefix, Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.search.tree import Leaf, Node

# An index has a field `author`, and one field each for the texts.
_EVERY: Final = plain.TEXTS


def compiled(node: Node) -> Compiled:
    """Return what the index runs for a query, given its tree."""
    return _node(node, _EVERY)


def every() -> Compiled:
    """Return what finds every article, with the same score."""
    return Compiled.const_score_query(Compiled.all_query(), 0.0)


def any_of(parts: Sequence[Compiled]) -> Compiled:
    """Return what finds the articles that one part or more finds."""
    if not parts:
        return Compiled.empty_query()
    return parts[0] if len(parts) == 1 else Compiled.boolean_query([(Occur.Should, part) for part in parts])


def in_shards(query: Compiled, numbers: Sequence[int]) -> Compiled:
    """Return what finds the articles of some shards alone."""
    some = Compiled.const_score_query(Compiled.term_set_query(documents.schema(), "shard", list(numbers)), 0.0)
    return Compiled.boolean_query([(Occur.Must, query), (Occur.Must, some)])


def all_but(within: Sequence[tuple[Occur, Compiled]], clauses: Sequence[tuple[Occur, Compiled]]) -> Compiled:
    """Return what finds the articles within some clauses that do not meet all of the others."""
    return Compiled.boolean_query(
        [*within, (Occur.Must, every()), (Occur.MustNot, Compiled.boolean_query(list(clauses)))]
    )


def _node(node: Node, fields: Sequence[str]) -> Compiled:
    match node:
        case And(parts):
            return _all([(isinstance(part, Not), part) for part in parts], fields)
        case Or(parts):
            return any_of([_node(part, fields) for part in parts])
        case Not():
            return _all([(True, node)], fields)
        case Field(name, part):
            return _node(part, (name,))
        case Word() | Phrase() | Prefix() | Near():
            return any_of([one for field in fields for one in _leaf(node, field)])
        case _ as never:
            assert_never(never)


def _all(parts: Sequence[tuple[bool, Node]], fields: Sequence[str]) -> Compiled:
    clauses = [
        (Occur.MustNot, _node(node.part, fields)) if isinstance(node, Not) else (Occur.Must, _node(node, fields))
        for _, node in parts
    ]
    if all(occur == Occur.MustNot for occur, _ in clauses):
        # Without anything to leave out of, nothing would be found.
        clauses.append((Occur.Must, every()))
    return Compiled.boolean_query(clauses)


def _leaf(leaf: Leaf, field: str) -> Iterator[Compiled]:
    schema = documents.schema()
    match leaf:
        case Word(term):
            yield Compiled.term_query(schema, field, term)
        case Prefix(stem):
            # Letters, digits and marks alone, as tokens are: nothing to escape.
            yield Compiled.regex_query(schema, field, f"{stem}.*")
        case Phrase(terms, prefixes) if prefixes:
            patterns = [f"{term}.*" if number in prefixes else term for number, term in enumerate(terms)]
            yield Compiled.regex_phrase_query(schema, field, [*patterns])
        case Phrase(terms):
            yield Compiled.phrase_query(schema, field, list(terms))
        case Near() if leaf.is_pair:
            # For two different words, one order and then the other, the slop is the number of words between.
            pair = [word for (word,) in leaf.words]
            for ordered in (pair, pair[::-1]):
                yield Compiled.phrase_query(schema, field, [*ordered], leaf.distance)
        case Near():
            for words in arrangements(leaf):
                yield Compiled.phrase_query(schema, field, [*words])
        case _ as never:
            assert_never(never)


def arrangements(near: Near) -> Iterator[list[tuple[int, str]]]:
    """Yield every way to place the words near each other: tokens with their offsets.

    For more than two words, or equal ones, the slop of tantivy differs: it lets one token be two words, and counts an
    exchange as two.
    """
    for words in dict.fromkeys(permutations(near.words)):
        for gaps in _gaps(len(words) - 1, near.distance):
            placed: list[tuple[int, str]] = []
            at = 0
            for word, gap in zip(words, (*gaps, 0), strict=True):
                placed.extend(enumerate(word, at))
                at += len(word) + gap
            yield placed


def _gaps(count: int, total: int) -> Iterator[tuple[int, ...]]:
    """Yield the tuples of so many numbers whose sum is at most a total."""
    if count == 0:
        yield ()
        return
    for first in range(total + 1):
        for rest in _gaps(count - 1, total - first):
            yield (first, *rest)
