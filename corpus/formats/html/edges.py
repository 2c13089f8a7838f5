"""Finds tables of data before the first and after the last paragraph of an article that belong to its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.formats.html import boxes, labels
from corpus.formats.html.blocks import HEADINGS, MOST_LINKED, PROSE, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.html.layout import Layout

# Blocks that are looked at on either side of the text.
_FARTHEST: Final = 12
_MOST_LEVELS: Final = 30
# What others than the page's author put between: the headline of another article, at least.
_HEADLINE: Final = 25
_ENDS: Final = frozenset({"body", "html"})


def before(
    pieces: Sequence[Piece], first: int, container: int, headlines: frozenset[int], layout: Layout
) -> list[Piece]:
    """Return the tables between the headline and the text, each with the heading or label over it.

    Args:
        pieces: the blocks of the page, in order.
        first: the order of the block that begins the text.
        container: the number of the element that has the text.
        headlines: the orders of the blocks that show the article's title.
        layout: the elements of the page.
    """
    area = _area(container, layout)
    is_below = any(order < first for order in headlines)
    found: list[Piece] = []
    # The label of a table may be one block above it.
    is_open = False
    for piece in pieces[max(0, first - _FARTHEST) : first][::-1]:
        if piece.order in headlines:
            break
        if piece.tag == "table":
            # Above a headline, or without any, tables lay out the page.
            is_open = not piece.junk and layout.is_within(piece.number, area if is_below else container)
            if is_open and (is_below or layout.tags[container] not in _ENDS):
                found.append(piece)
        else:
            if is_open and _is_label(piece):
                found.append(piece)
            is_open = False
    return found[::-1]


def behind(pieces: Sequence[Piece], last: int, container: int, inside: frozenset[int], layout: Layout) -> list[Piece]:
    """Return the tables right after the text, each with the blocks between it and the text.

    Args:
        pieces: the blocks of the page, in order.
        last: the order of the block that ends the text.
        container: the number of the element that has the text.
        inside: the orders of the blocks in this element that are neither boxes nor links.
        layout: the elements of the page.
    """
    area = _area(container, layout)
    found: list[Piece] = []
    waiting: list[Piece] = []
    outside = 0
    is_of_others = False
    for piece in pieces[last + 1 :]:
        outside += piece.order not in inside
        if outside > _FARTHEST:
            break
        if piece.junk or piece.linked > MOST_LINKED:
            # Headlines of other articles; a heading may lead back to this one.
            is_of_others = is_of_others or (piece.size >= _HEADLINE and piece.linked > MOST_LINKED)
        elif piece.tag == "table":
            if is_of_others or not layout.is_within(piece.number, area):
                break
            found += [*waiting, piece]
            waiting = []
        elif _is_over_others(piece) or (piece.order not in inside and not _is_label(piece)):
            break
        else:
            is_of_others = is_of_others and piece.tag not in HEADINGS
            waiting.append(piece)
    return found


def _is_over_others(piece: Piece) -> bool:
    return boxes.invites(piece.text) or labels.is_over_others(piece.text)


def _is_label(piece: Piece) -> bool:
    """Return whether a block may be the heading of a table: a subheading, or a short line that ends with a colon."""
    if piece.junk or piece.linked > MOST_LINKED or _is_over_others(piece) or boxes.is_furniture(piece.text):
        return False
    return piece.tag in HEADINGS or (piece.tag == "p" and piece.text.endswith((":", "：")) and piece.size <= 2 * PROSE)


def _area(container: int, layout: Layout) -> int:
    """Return the element that holds all of an article: one that the page marks as such, or one around its text."""
    at = container
    for _ in range(_MOST_LEVELS):
        if at < 0 or layout.tags[at] in _ENDS:
            break
        if layout.tags[at] == "article" or layout.nodes[at].attributes.get("role") == "article":
            return at
        at = layout.parents[at]
    above = layout.parents[container]
    if layout.tags[container] in _ENDS or above < 0 or layout.tags[above] == "html":
        return container
    return container if layout.nodes[container].css_first("h1") is not None else above
