"""Read PressReader: title, paper, day, section and author on separate lines or separated by dots, text, an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats import bylines
from corpus.formats.fieldlines import lines_of, paragraphs
from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

_PRINTED: Final = re.compile(
    r"^\s*(?P<label>Article Name|Publication|Author|Start Page|End Page|Date|Section)\s?:\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_FIELDS: Final = {
    "article name": "title", "publication": "publication", "author": "byline", "start page": "page", "date": "date",
    "section": "section",
}  # fmt: skip
_APART: Final = re.compile(r"\s+[·•|–—-]\s+")
_ADDRESS: Final = re.compile(r"https?://(?:[\w-]{1,40}\.){0,3}pressreader\.com/[^\s<>\"]{5,400}", re.IGNORECASE)
_DAY_IN_ADDRESS: Final = re.compile(r"/(\d{4})(\d\d)(\d\d)(?:/|$)")
_BY: Final = re.compile(r"^(?:by|von|par|por|di|door)\s+(?=\S)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"^(?:page\s*|p\.?\s*|seite\s*)?([A-Z]{0,3}\d{1,4})$", re.IGNORECASE)
_LONGEST: Final = 120
_MOST_LINES: Final = 8
_MOST_BELOW: Final = 3
_SHORT: Final = 60


class Header(NamedTuple):
    """Where title, paper and day are among the first lines, and what else is in them."""

    title: tuple[str, ...]
    paper: str
    day: str
    more: tuple[str, ...]
    end: int


def header(lines: Sequence[str]) -> Header | None:
    """Return the header in the first filled lines of an article; None without a line with its day.

    Args:
        lines: the first filled lines.
    """
    for number, line in enumerate(lines[:_MOST_LINES]):
        if number == 0 or len(line) > _LONGEST * 2:
            continue
        parts = [part.strip() for part in _APART.split(line)]
        day = next((n for n, part in enumerate(parts) if _is_day(part)), None)
        if day is None:
            continue
        rest = [*parts[:day], *parts[day + 1 :]]
        if day > 0:
            return Header(tuple(lines[:number]), parts[0], parts[day], tuple(rest[1:]), number + 1)
        if number >= 2 and len(lines[number - 1]) <= _LONGEST:
            return Header(tuple(lines[: number - 1]), lines[number - 1], parts[day], tuple(rest), number + 1)
    return None


def _is_day(part: str) -> bool:
    found = dates.search(part) if len(part) <= 40 else None
    return found is not None and not re.search(r"[^\W\d_]{2}", found[1])


def read_text(text: str) -> Draft:
    """Return the fields of one article.

    Args:
        text: the piece.
    """
    draft = Draft()
    lines: list[str] = []
    is_printed = re.search(r"^\s*(?:Start Page|Article Name)\s?:", text, re.IGNORECASE | re.MULTILINE) is not None
    for line in lines_of(text):
        printed = _PRINTED.match(line) if is_printed else None
        if address := _ADDRESS.search(line):
            draft.add("url", address[0])
        elif printed is not None:
            draft.add(_FIELDS.get(printed["label"].lower(), ""), printed["value"])
        else:
            lines.append(line)
    filled = [number for number, line in enumerate(lines) if line.strip()]
    found = header([lines[number].strip() for number in filled[:_MOST_LINES]])
    start = 0
    if found is not None and not is_printed:
        draft.add("title", found.title[0])
        for one in found.title[1:]:
            draft.add("description", one)
        draft.add("publication", found.paper)
        draft.date = found.day
        start = filled[found.end - 1] + 1
        for part in found.more:
            _more(part, draft)
        start = _byline(lines, start, draft)
    elif draft.title:
        first = lines[filled[0]].strip() if filled else ""
        start = filled[0] + 1 if filled and first == draft.title else 0
    elif filled:
        draft.title = lines[filled[0]].strip()
        start = filled[0] + 1
    if not draft.date and (day := _DAY_IN_ADDRESS.search(draft.url)):
        draft.date = "-".join(day.groups())
    draft.paragraphs = paragraphs(lines[start:])
    return draft


def _more(part: str, draft: Draft) -> None:
    """Read what is beside paper and day: a page, an author, or a section."""
    if page := _NUMBER.match(part):
        draft.add("page", page[1])
    elif _BY.match(part):
        draft.add("byline", part)
    else:
        draft.add("section", part)


def _byline(lines: Sequence[str], start: int, draft: Draft) -> int:
    """Read section and author on lines of their own before the text. Returns where the text begins."""
    end = next((n for n in range(start, len(lines)) if not lines[n].strip()), len(lines))
    below = [line.strip() for line in lines[start:end]]
    if 1 <= len(below) <= _MOST_BELOW and all(len(one) <= _SHORT and one[-1] not in ".!?:" for one in below):
        # They are set right below the day, with a blank line before the text.
        for one in below:
            named = bylines.read_names(one) if not one.isupper() else None
            draft.add("byline" if _BY.match(one) or (named and " " in one) else "section", one)
        start = end
    at = start
    while at < len(lines) and not lines[at].strip():
        at += 1
    if (
        at < len(lines)
        and not draft.byline
        and len(lines[at]) <= _LONGEST
        and _BY.match(lines[at].strip())
        and lines[at].strip()[-1:] not in ".!?"
    ):
        draft.byline = lines[at].strip()
        return at + 1
    return start
