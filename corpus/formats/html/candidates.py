"""Finds dates on a page, each with its element and the words around it, for `printed` to weigh."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from corpus.formats.html import spans
from corpus.formats.html.datewords import Sense, is_label, label_behind, sense_of_label, senses_of_line
from corpus.formats.html.outline import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from selectolax.lexbor import LexborNode

    # The language of the page, and the day in its address.
    Reading = tuple[str | None, date | None]

SILENT: Final = frozenset({"script", "style", "noscript", "template", "select", "option", "textarea", "title", "svg"})
_LONGEST_TEXT: Final = 20_000
# Attributes with a date in a machine's form beside the one that is shown.
_ATTRIBUTES: Final = re.compile(
    r"^(?:datetime|content|data-(?!.*(?:end|expir|until|valid|event|start|update|modif)).*(?:date|time|publish|stamp|created).*)$"
)
# Elements that bear no date in their attributes.
BARE: Final = frozenset([
    "a", "img", "path", "use", "input", "button", "source", "picture", "i", "b", "strong", "em", "br", "ul", "ol", "h5",
    "h6", "iframe",
])  # fmt: skip
_TITLED: Final = frozenset({"abbr", "time", "span"})
_SCATTERED: Final = 60
_CLOCK: Final = re.compile(r"\d\s?[:h]\s?\d\d|\d\s?[ap]\.?m\b", re.IGNORECASE)
_CLOCK_LEVELS: Final = 3
_LONGEST_STAMP: Final = 90
_PIECE: Final = re.compile(r"^\W*(?:\d{1,2}\W*|(?:19|20)\d\d\W*|\d{1,2}[\s.]+\w{3,12}\W*|\w{3,12}\W*\d{1,2}\W*)$")
_UNIX: Final = re.compile(r"^1[0-7]\d{8}(?:\d{3})?$")
# A line with two dates and their labels, each perhaps in an element of its own.
_LONGEST_LINE: Final = 200
_MOST_WORDS: Final = 4
_OF_THE_ARTICLE: Final = frozenset({Sense.PUBLISHED, Sense.MODIFIED})


@dataclass(slots=True)
class Candidate:
    """A date on a page.

    Attributes:
        node: the element of the date.
        span: the date as it is written, and its meaning.
        position: its place, in characters of text.
        before: the text before it.
        after: the text behind it.
        length: the length of its line, in characters.
        is_machine: whether the date is in an attribute.
        offset: the place in its line, in characters.
        sense: the meaning of its label, if the place of the label is known.
    """

    node: LexborNode
    span: spans.Span
    position: int
    before: str
    after: str
    length: int
    is_machine: bool
    offset: int
    sense: Sense | None = None


def in_text(node: LexborNode, text: str, previous: str, tried: set[int], reading: Reading) -> Iterator[Candidate]:
    """Find the dates in a text of a page, and those whose parts are in elements of their own.

    Args:
        node: the text.
        text: its text as a string.
        previous: the text before it, if that is short; it may be a label.
        tried: the elements that have been searched for scattered parts; those searched now are added.
        reading: the language of the page, and the day in its address.
    """
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT]
    if not spans.has_date(text):
        if len(text) <= _SCATTERED // 2 and _PIECE.match(text):
            yield from _scattered(node, previous, tried, reading)
        return
    parent = node.parent
    if parent is None or parent.tag in SILENT:
        return
    line = " ".join(text.split()) if len(text) < 2_000 else text
    if spans.has_date(previous):
        # Its label is of its own date.
        previous = ""
    found = [_with_clock(parent, one, reading) for one in spans.find(line, *reading)]
    senses = _senses(line, found) if len(found) > 1 else [_sense_behind(parent, line, one, reading) for one in found]
    for span, sense in zip(found, senses, strict=True):
        before = line[: span.start].strip()
        yield Candidate(
            parent, span, span.start, before if len(before) > 2 else f"{previous.strip()} {before}",
            line[span.end :], len(line), False, len(before), sense,
        )  # fmt: skip
    if not found and len(text) <= _SCATTERED and _PIECE.match(text):
        yield from _scattered(node, previous, tried, reading)


def _with_clock(parent: LexborNode, span: spans.Span, reading: Reading) -> spans.Span:
    """Return a day with the instant that the elements around complete it to: `<b>3 May 2016</b> <i>2:24 pm EST</i>`."""
    if span.moment.instant is not None or _CLOCK.search(span.written) is not None:
        return span
    at: LexborNode | None = parent
    for _ in range(_CLOCK_LEVELS):
        text = line_of(at, _LONGEST_STAMP) if at is not None else None
        if at is None or text is None:
            break
        timed = [one for one in spans.find(text, *reading) if one.moment.day == span.moment.day]
        if len(timed) == 1 and timed[0].moment.instant is not None:
            return span._replace(moment=timed[0].moment, written=timed[0].written)
        at = at.parent
    return span


def _scattered(node: LexborNode, previous: str, tried: set[int], reading: Reading) -> Iterator[Candidate]:
    """Find a date whose parts are in elements of their own: `<span>12</span> <span>May</span> <span>2016</span>`."""
    at = node.parent
    for _ in range(2):
        at = at.parent if at is not None else None
        if at is None or at.mem_id in tried:
            return
        tried.add(at.mem_id)
        text = line_of(at, _SCATTERED)
        if text is None:
            return
        for span in spans.find(text, *reading):
            yield Candidate(at, span, 0, f"{previous.strip()} {text[: span.start]}", "", len(text), False, span.start)
            return


def in_attributes(node: LexborNode, reading: Reading) -> list[Candidate]:
    """Return the dates in the attributes of an element, as machines or people write them."""
    found = []
    for key, value in node.attributes.items():
        if not value or not 6 <= len(value) <= 60 or not _may_date(key) or not value[-3:].strip():
            continue
        if key == "title" and node.tag not in _TITLED:
            continue
        if _UNIX.match(value):
            continue
        span = next(spans.find(value.strip(), *reading), None)
        if span is not None and span.start <= 12:
            shown = (node.text(deep=True) or "").strip()
            found.append(Candidate(node, span, 0, f"{key.removeprefix('data-')} ", "", len(shown), True, 0))
    return found


@lru_cache(maxsize=8_192)
def _may_date(key: str) -> bool:
    """Return whether an attribute may have a date, by its name."""
    return key == "title" or _ATTRIBUTES.match(key) is not None


def _senses(line: str, found: list[spans.Span]) -> list[Sense | None]:
    """Return the meanings of the labels of a line with several dates; None if other words may say more."""
    begins = [0, *(span.end for span in found)]
    between = [line[at : span.start] for at, span in zip(begins, found, strict=False)] + [line[begins[-1] :]]
    _, senses = senses_of_line(between)
    return [None if sense is Sense.NOTHING and number == 0 else sense for number, sense in enumerate(senses)]


def _sense_behind(parent: LexborNode, line: str, span: spans.Span, reading: Reading) -> Sense | None:
    """Return the meaning of a label behind a date, on its line or in the next elements; None if it has no label."""
    if is_label(line[: span.start]):
        return None
    if (sense := label_behind(line[span.end :])) is not None:
        return sense
    if len(line) > _SCATTERED or is_label(line[span.end :]):
        return None
    at: LexborNode | None = parent
    for _ in range(2):
        at = at.parent if at is not None else None
        text = line_of(at, _LONGEST_LINE) if at is not None else None
        if not text:
            return None
        found = list(spans.find(text, *reading))
        if len(found) > 1:
            begins = [0, *(one.end for one in found)]
            between = [text[begin : one.start] for begin, one in zip(begins, found, strict=False)] + [
                text[begins[-1] :]
            ]
            behind, senses = senses_of_line(between)
            same = (sense for one, sense in zip(found, senses, strict=True) if one.written == span.written)
            return next(same, None) if behind else None
    return None


def is_line_of_dates(text: str) -> bool:
    """Return whether a line has only dates with their labels, such as `5 May 2023 (updated), 3 May 2023`."""
    if len(text) > _LONGEST_LINE or not spans.has_date(text):
        return False
    found = list(spans.find(text))
    begins = [0, *(span.end for span in found)]
    between = [text[at : span.start] for at, span in zip(begins, found, strict=False)] + [text[begins[-1] :]]
    return bool(found) and all(
        not is_label(piece)
        or (len(piece.split()) <= _MOST_WORDS and sense_of_label(piece.strip(" ,;:|()[]-")) in _OF_THE_ARTICLE)
        for piece in between
    )
