"""The text of a page, by cheap finders that must agree.

The finder of `body` speaks first. Where it found little, JSON-LD's articleBody, the state that scripts draw the page
from, resiliparse's main content and, last and slowest, trafilatura are asked.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from corpus.formats.article import Heading
from corpus.formats.html import blocks, body, boxes, jsonld, page, rowsets, state
from corpus.text.normalise import normalise, one_line

if TYPE_CHECKING:
    from corpus.formats.html.outline import Outline

# Below this the finder is doubted; real articles are longer, and notices are not worth more time.
_DOUBTED: Final = 600
_MUCH_MORE: Final = 1.5
_LEAST: Final = 200
_AGREES: Final = 0.6
_BEGINNING: Final = 0.8
_END: Final = 120


def find(
    read: page.Page,
    outline: Outline,
    title: str | None,
    description: str | None,
    authors: tuple[str, ...],
    node: jsonld.Node,
) -> tuple[str, list[Heading], str]:
    """The text, its subheadings, and who found it."""
    found = body.Finder(read.root, outline, title, description, authors).find()
    own = normalise(found.text)
    told = _paragraphs(jsonld.text(node.get("articleBody")) or "")
    if blocks.length(own) >= _DOUBTED:
        # Behind a wall the page shows how its text begins, and declares the rest.
        if len(told) > len(own) * _MUCH_MORE and _share(told, own) >= _BEGINNING and not _ends_alike(own, told):
            return told, [], "jsonld"
        return own, _headings(found), "paragraphs"
    if len(told) > max(len(own) * _MUCH_MORE, _LEAST):
        return told, [], "jsonld"
    held = state.text(LexborHTMLParser(read.text), title)
    if len(held) > max(len(own) * _MUCH_MORE, _LEAST):
        return held, [], "state"
    if found.is_own and len(found.blocks) > 1:
        # It is short, and longer boxes beside it are none of it.
        return own, _headings(found), "paragraphs"
    other = _paragraphs(_resiliparse(read.text))
    if len(other) <= max(len(own) * _MUCH_MORE, _LEAST) or _share(own, other) >= _AGREES:
        return own, _headings(found), "paragraphs"
    careful = _without_head(_paragraphs(_trafilatura(rowsets.mark_tables(read.text))), title, authors)
    if len(careful) > len(own):
        return careful, [], "trafilatura"
    return own, _headings(found), "paragraphs"


def _headings(found: body.Body) -> list[Heading]:
    chosen = set(found.headings)
    headings: list[Heading] = []
    offset = 0
    for number, block in enumerate(found.blocks):
        if number in chosen:
            headings.append(Heading(offset, block))
        offset += len(normalise(block)) + 2
    return headings


def _paragraphs(text: str) -> str:
    if "<p" in text or "<br" in text or "<table" in text:
        text = re.sub(r"<(?:/p|br)[^<>]{0,200}>", "\n", rowsets.mark_markup(text))
        text = re.sub(r"<[^<>]{0,2000}>", "", text)
    return rowsets.unmark("\n\n".join(line for raw in normalise(text).split("\n") if (line := one_line(raw))))


def _without_head(text: str, title: str | None, authors: tuple[str, ...]) -> str:
    """Return a text without the lines that repeat the title, the byline, dates and what a page says of itself."""
    known = {blocks.folded(one) for one in (title or "", *authors, " ".join(authors))}
    return "\n\n".join(
        paragraph
        for paragraph in text.split("\n\n")
        if blocks.folded(paragraph) not in known and not boxes.is_furniture(paragraph)
    )


def _resiliparse(text: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text  # seldom needed

    said: str = extract_plain_text(text, main_content=True, alt_texts=False, links=False, list_bullets=False)
    return said


def _trafilatura(text: str) -> str:
    import trafilatura  # a second to import, and seldom needed

    return trafilatura.extract(text[:_CAREFUL_LIMIT], fast=True, include_comments=False) or ""


# Its time grows faster than the page.
_CAREFUL_LIMIT: Final = 1_000_000


def _ends_alike(own: str, other: str) -> bool:
    """Whether the end of the first text is near that of the other: then nothing is cut."""
    end = blocks.folded(own[-_END:])[-_END // 2 :]
    at = blocks.folded(other).rfind(end)
    return at < 0 or at > len(other) * _BEGINNING - _END


def _share(own: str, other: str) -> float:
    """How much of the other text is in the first, by words."""
    ours, theirs = Counter(own.split()), Counter(other.split())
    return (ours & theirs).total() / max(theirs.total(), 1)
