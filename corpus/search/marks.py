"""Where a query matches in a text, for highlighting and words in context: a phrase is marked as a phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.search import plain, tokens
from corpus.search.spotting import Spotted
from corpus.search.tree import leaves

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from corpus.search.tree import Leaf, Query


def marks(query: Query, text: str, field: str | None = None) -> list[tuple[int, int]]:
    """Return what to mark in a text: places in characters, the end exclusive, in order, none overlapping.

    What a query leaves out is not marked.

    Args:
        query: the query.
        text: of an article: its title, description, text, or one author.
        field: `title` or `author`, where the text is one; what the query looks for in that field is marked too.
    """
    wanted = {leaf for name, leaf in leaves(query.node) if name == field or (name is None and field != "author")}
    if not wanted:
        return []
    places = sorted(_places(wanted, text))
    merged: list[tuple[int, int]] = []
    for start, end in places:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _places(wanted: Collection[Leaf], text: str) -> set[tuple[int, int]]:
    spotted = Spotted(text)
    found: set[tuple[int, int]] = set()
    others = []
    for leaf in wanted:
        if (places := spotted.places(leaf)) is None:
            others.append(leaf)
        else:
            found.update(places)
    if others:
        tokenised = tokens.Tokenised(text)
        if ranges := {one for leaf in others for one in plain.occurrences(leaf, tokenised.terms)}:
            spans = tokenised.spans()
            found.update((spans[start][0], spans[end - 1][1]) for start, end in ranges)
    return found


def excerpt(text: str, places: Sequence[tuple[int, int]], width: int = 240) -> tuple[int, int]:
    """Return the part of a text, about `width` characters long, that has most marks; the first one of several.

    It begins and ends between words where there are spaces; without marks it is the beginning.
    """
    if len(text) <= width:
        return 0, len(text)
    best, most, last = 0, 0, 0
    for first, (start, _) in enumerate(places):
        last = max(last, first)
        while last < len(places) and places[last][1] <= start + width:
            last += 1
        if last - first > most:
            best, most = first, last - first
    if not most:
        # Nothing, or one mark that is longer than the excerpt.
        start = places[0][0] if places else 0
        return start, _until(text, min(len(text), start + width), start + 1)
    left, right = places[best][0], places[best + most - 1][1]
    start = max(0, min(left - (width - (right - left)) // 2, len(text) - width))
    if start and (space := text.find(" ", start, left)) >= 0:
        start = space + 1
    return start, _until(text, min(len(text), start + width), right)


def _until(text: str, end: int, least: int) -> int:
    """Return the last space from a place on and before an end that lies in a word; else the end itself."""
    if end < len(text) and (space := text.rfind(" ", least, end + 1)) >= 0:
        return space
    return end
