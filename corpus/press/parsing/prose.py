"""Clean the paragraphs of a draft: take out what is not text, and join lines that were broken for width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.article import Heading
from corpus.text.normalise import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.press.parsing.draft import Draft

_CAPTION: Final = re.compile(
    r"^(?:photos?|photographs?|pictures?|drawings?|maps?|charts?|graphs?|graphics?|illustrations?|diagrams?|images?|fotos?|"
    r"bild(?:er)?|grafik|grafiken|illustrazione|gráfico)(?:\s*/[^:]{0,20})?\s*[:(]\s?",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]{4,1000}")
# A paper's site alone is no article's address.
_LEAST_PATH: Final = 6
_WRAPPED_LINES: Final = 8
_WRAPPED_WIDTH: Final = 100
_WRAPPED_SHARE: Final = 0.2
_ENDS: Final = frozenset(".!?:\"”’'…)»")


def sort_out(draft: Draft) -> None:
    """Take out what is at the end of the paragraphs and is not text: captions, and the article's address."""
    paragraphs = draft.paragraphs
    while paragraphs and len(paragraphs) > 1:
        last = paragraphs[-1].strip()
        found = _ADDRESS.fullmatch(last)
        if found:
            path = last.partition("://")[2].partition("/")[2]
            if len(path) >= _LEAST_PATH:
                draft.add("url", last)
        elif _CAPTION.match(last):
            draft.captions.insert(0, last)
        else:
            break
        paragraphs.pop()
        draft.headings.discard(len(paragraphs))
    if not draft.headings:
        draft.paragraphs = _rewrapped(paragraphs)


def _rewrapped(paragraphs: list[str]) -> list[str]:
    """Return the paragraphs, joined if each line of the page had become a paragraph."""
    if len(paragraphs) < _WRAPPED_LINES:
        return paragraphs
    if len([1 for one in paragraphs if len(one) <= _WRAPPED_WIDTH]) <= len(paragraphs) * 9 // 10:
        return paragraphs
    if len([1 for one in paragraphs if one[:1].islower()]) < len(paragraphs) * _WRAPPED_SHARE:
        return paragraphs
    joined: list[str] = []
    for one in paragraphs:
        if joined and (one[:1].islower() or joined[-1][-1:] not in _ENDS):
            joined[-1] += f" {one}"
        else:
            joined.append(one)
    return joined


def text_of(draft: Draft) -> tuple[str, tuple[Heading, ...]]:
    """Return the text: paragraphs, then corrections, separated by blank lines; and its subheadings."""
    kept: list[str] = []
    headings: list[Heading] = []
    at = 0
    corrections = dict.fromkeys(draft.corrections)
    for number, paragraph in enumerate([*draft.paragraphs, *corrections]):
        text = normalise(paragraph)
        for part in (text,) if _is_line(text) else _parts(text):
            if number in draft.headings:
                headings.append(Heading(at, part))
            kept.append(part)
            at += len(part) + 2
    return "\n\n".join(kept), tuple(headings)


def _is_line(text: str) -> bool:
    """Whether a normalised text is one line in order already, as most are."""
    return text != "" and "  " not in text and text.isprintable() and text[0] != " " and text[-1] != " "


def _parts(text: str) -> Iterator[str]:
    """Return the paragraphs of a text, each on one line."""
    for part in text.split("\n"):
        if line := " ".join(part.split()):
            yield line
