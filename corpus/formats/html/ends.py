"""Find the blocks of an article that repeat its text, or only follow it."""

from __future__ import annotations

from collections import Counter
from typing import Final

from corpus.formats.html.blocks import HEADINGS, PROSE, SENTENCE_END, Piece, folded

_LINKED: Final = 0.3
_LONGEST_QUOTE: Final = 400
_LONGEST_READ_TWICE: Final = 200_000


def pulled(pieces: list[Piece]) -> set[int]:
    """Return the numbers of the pull quotes: quotes that are also in a paragraph of the text."""
    folded_texts = {piece.order: f" {folded(piece.text)} " for piece in pieces if piece.tag in {"p", "blockquote"}}
    everything = "\n".join(folded_texts.values())
    if len(everything) > _LONGEST_READ_TWICE:
        return set()
    copies = Counter(folded_texts.values())
    return {
        order
        for order, text in folded_texts.items()
        if PROSE <= len(text) <= _LONGEST_QUOTE and everything.count(text) > copies[text]
    }


def without_tail(pieces: list[Piece]) -> list[Piece]:
    """Return the blocks without the labels, links and tables that follow the last paragraph."""
    end = len(pieces)
    while end > 1:
        last = pieces[end - 1]
        if (
            last.tag not in HEADINGS
            and last.tag != "table"
            and (last.size >= PROSE or last.text.endswith(SENTENCE_END))
            and (last.linked < _LINKED or last.is_sentence)
        ):
            break
        end -= 1
    return pieces[:end] if end > 1 else pieces
