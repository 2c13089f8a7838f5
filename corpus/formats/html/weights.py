"""Measures the amount of prose in each element of a page, near it and before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.formats.html.blocks import Piece
    from corpus.formats.html.layout import Layout

# What a block counts for the elements around it, from the inmost on.
_DECAY: Final = (1.0, 0.6, 0.35, 0.2)


@dataclass(frozen=True, slots=True)
class Weights:
    """The amounts of prose by the numbers of elements, in characters of alphabetic writing.

    Attributes:
        masses: the prose in the element.
        scores: the prose directly in the element; prose further inside counts less.
        before: the prose before the element in the page.
        first: the order of the first block of prose in the element.
    """

    masses: dict[int, float] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)


def weigh(pieces: Iterable[Piece], layout: Layout) -> Weights:
    """Weigh the elements around the blocks of a page, which are given in its order."""
    weights = Weights()
    masses, scores, parents, tags = weights.masses, weights.scores, layout.parents, layout.tags
    total = 0.0
    for piece in pieces:
        weight = piece.weight
        if not weight:
            continue
        at = parents[piece.number]
        level = 0
        while at >= 0 and tags[at] != "html":
            if at not in masses:
                weights.before[at] = total
                weights.first[at] = piece.order
                masses[at] = 0.0
            masses[at] += weight
            if level < len(_DECAY):
                scores[at] = scores.get(at, 0.0) + weight * _DECAY[level]
                level += 1
            at = parents[at]
        total += weight
    return weights
