"""Finds the text of a page with fast finders that must agree.

The finder of `body` comes first. If it found little, the next are JSON-LD's articleBody, the state from which scripts
draw the page, resiliparse's main content and, last and slowest, trafilatura.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from corpus.formats.article import Heading
from corpus.formats.html import blocks, body, boxes, jsonld, page, rowsets, state
from corpus.text.normalise import normalise, one_line
from corpus.text.words import word_counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.formats.evidence import Evidence
    from corpus.formats.html.outline import Outline

# Below this the finder is doubted; real articles are longer, and notices are not worth more time.
_DOUBTED: Final = 600
_MUCH_MORE: Final = 1.5
_LEAST: Final = 200
_AGREES: Final = 0.6
_BEGINNING: Final = 0.8
_END: Final = 120
# The finder of `body`.
_OWN: Final = "paragraphs"
# So much of a text is shown as evidence.
_SHOWN: Final = 80


class Finders:
    """The text of a page by each finder. A finder runs only when its result is needed."""

    def __init__(
        self,
        read: page.Page,
        outline: Outline,
        node: jsonld.Node,
        title: str | None,
        description: str | None,
        authors: tuple[str, ...],
    ) -> None:
        self._read = read
        self._outline = outline
        self._node = node
        self._title = title
        self._description = description
        self._authors = authors

    def find(self) -> tuple[str, list[Heading], str]:
        """Return the text, its subheadings, and the finder."""
        speaker = self._speaker()
        return self.texts[speaker](), _headings(self._body) if speaker == _OWN else [], speaker

    def record(self, speaker: str, evidence: Evidence) -> None:
        """Record the text of each finder and which of them is used; all finders run."""
        for name, text_of in self.texts.items():
            if text := text_of():
                beginning = one_line(text[:_SHOWN])
                evidence.add(
                    "text", name, f"{word_counts([text])[0]:,} words: {beginning}{'…' if len(text) > _SHOWN else ''}"
                )
        if self.texts[speaker]():
            evidence.believe("text", speaker)

    @property
    def texts(self) -> dict[str, Callable[[], str]]:
        """Return the finders by name, in their order."""
        return {
            _OWN: lambda: self._own,
            "jsonld": lambda: self._declared,
            "state": lambda: self._in_state,
            "resiliparse": lambda: self._other,
            "trafilatura": lambda: self._careful,
        }

    def _speaker(self) -> str:
        own, declared = self._own, self._declared
        much = max(len(own) * _MUCH_MORE, _LEAST)
        if blocks.length(own) >= _DOUBTED:
            # Behind a wall the page shows how its text begins, and declares the rest.
            is_cut = len(declared) > len(own) * _MUCH_MORE and _share(declared, own) >= _BEGINNING
            return "jsonld" if is_cut and not _ends_alike(own, declared) else _OWN
        if len(declared) > much:
            return "jsonld"
        if len(self._in_state) > much:
            return "state"
        if self._body.is_own and len(self._body.blocks) > 1:
            # It is short, and longer boxes beside it are not part of it.
            return _OWN
        if len(self._other) <= much or _share(own, self._other) >= _AGREES:
            return _OWN
        return "trafilatura" if len(self._careful) > len(own) else _OWN

    @cached_property
    def _body(self) -> body.Body:
        return body.Finder(self._read.root, self._outline, self._title, self._description, self._authors).find()

    @cached_property
    def _own(self) -> str:
        return normalise(self._body.text)

    @cached_property
    def _declared(self) -> str:
        return _paragraphs(jsonld.text(self._node.get("articleBody")) or "")

    @cached_property
    def _in_state(self) -> str:
        return state.text(LexborHTMLParser(self._read.text), self._title)

    @cached_property
    def _other(self) -> str:
        return _paragraphs(_resiliparse(self._read.text))

    @cached_property
    def _careful(self) -> str:
        found = _paragraphs(_trafilatura(rowsets.mark_tables(self._read.text)))
        return _without_head(found, self._title, self._authors)


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
    """Return a text without lines that repeat the title, the byline, dates and texts of the page about itself."""
    known = {blocks.folded(one) for one in (title or "", *authors, " ".join(authors))}
    return "\n\n".join(
        paragraph
        for paragraph in text.split("\n\n")
        if blocks.folded(paragraph) not in known and not boxes.is_furniture(paragraph)
    )


def _resiliparse(text: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text  # seldom needed

    found: str = extract_plain_text(text, main_content=True, alt_texts=False, links=False, list_bullets=False)
    return found


def _trafilatura(text: str) -> str:
    import trafilatura  # a second to import, and seldom needed

    return trafilatura.extract(text[:_CAREFUL_LIMIT], fast=True, include_comments=False) or ""


# Its time grows faster than the page.
_CAREFUL_LIMIT: Final = 1_000_000


def _ends_alike(own: str, other: str) -> bool:
    """Return whether the first text is not cut: its end is at the end of the other text, or not in that text."""
    end = blocks.folded(own[-_END:])[-_END // 2 :]
    at = blocks.folded(other).rfind(end)
    return at < 0 or at > len(other) * _BEGINNING - _END


def _share(own: str, other: str) -> float:
    """Return the share of the other text that the first has, in words."""
    ours, theirs = Counter(own.split()), Counter(other.split())
    return (ours & theirs).total() / max(theirs.total(), 1)
