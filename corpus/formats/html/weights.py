"""How much prose stands where in a page: of each element with any, how much in it, near it and before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from selectolax.lexbor import LexborNode

    from corpus.formats.html.blocks import Piece

# What a block counts for the elements around it, from the inmost on.
_DECAY: Final = (1.0, 0.6, 0.35, 0.2)


@dataclass(frozen=True, slots=True)
class Weights:
    """Of each element by its place in memory, in characters of alphabetic writing.

    Attributes:
        masses: how much prose stands in it.
        scores: how much stands right in it; less for what is further within.
        before: how much stands before it in the page.
        first: the order of the first block of prose in it.
        found: the element.
    """

    masses: dict[int, float] = field(default_factory=dict)
    scores: dict[int, float] = field(default_factory=dict)
    before: dict[int, float] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)
    found: dict[int, LexborNode] = field(default_factory=dict)


def weigh(pieces: Iterable[Piece]) -> Weights:
    """Weigh the elements around the blocks of a page, which are given in its order."""
    weights = Weights()
    total = 0.0
    for piece in pieces:
        weight = piece.weight
        if not weight:
            continue
        at = piece.node.parent
        level = 0
        while at is not None and at.tag not in {"html", "-undef"}:
            mem_id = at.mem_id
            if mem_id not in weights.masses:
                weights.found[mem_id] = at
                weights.before[mem_id] = total
                weights.first[mem_id] = piece.order
            weights.masses[mem_id] = weights.masses.get(mem_id, 0.0) + weight
            if level < len(_DECAY):
                weights.scores[mem_id] = weights.scores.get(mem_id, 0.0) + weight * _DECAY[level]
            level += 1
            at = at.parent
        total += weight
    return weights
