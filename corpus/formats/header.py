"""The top of an exported article: title, standfirst, byline, dates and credits, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.formats import bylines, lines
from corpus.formats.blocks import heading, is_rule, is_underline
from corpus.text import dates
from corpus.text.foreign import parse_foreign

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.formats.blocks import Line

# Beyond so many lines nothing is the top any more.
_DEEPEST: Final = 14
_LONGEST_TITLE: Final = 250
_PARTS: Final = re.compile(r"\s+[|•·]\s+|\s+[–—]\s+|\s+-\s+|\s*[|•]\s*")
# Without one of these there is nothing to part.
_PARTING: Final = re.compile("[|•·–—]|\\s-\\s")
_CLOCK: Final = re.compile(r"\d\d?[:.h]\d\d\b")
_SENTENCE_END: Final = (".", "…", "。", ";", ",")
_ITALIC: Final = re.compile(r"^(\*|_)(?!\1)([^*_].{10,600}[^*_])\1$")


@dataclass(slots=True)
class Header:
    """The fields of the top, filled in line by line."""

    title: str | None = None
    description: str | None = None
    authors: list[str] = field(default_factory=list)
    agency: str | None = None
    published: dates.Moment | None = None
    modified: dates.Moment | None = None
    unread_dates: list[str] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)


class Reader:
    """Reads the top of one article. The facts about the article decide how numeric dates are read."""

    def __init__(self, *, numeric: dates.NumericDates, language: str | None, hint: date | None, markdown: bool) -> None:
        self._numeric = numeric
        self._language = language
        self._hint = hint
        self._markdown = markdown
        self.header = Header()

    def read(self, top: Sequence[Line], *, titled: str | None) -> int:
        """Read the top.

        Args:
            top: the lines of the article, from the first.
            titled: the title, if the front matter has it; the body may repeat it.

        Returns:
            How many lines belong to the top; the body begins with the next line.
        """
        self.header.title = titled
        number = 0
        while number < min(len(top), _DEEPEST):
            taken = self._take(top, number, titled)
            if not taken:
                break
            number += taken
        return number

    def _take(self, top: Sequence[Line], number: int, titled: str | None) -> int:
        """Return how many lines from here on belong to the top."""
        line = top[number]
        after = top[number + 1] if number + 1 < len(top) else None
        marked = heading(line.text)
        underlined = after is not None and is_underline(after)
        if is_rule(line.text):
            return 1
        if marked is not None or underlined:
            words = lines.plain(marked or line.text, markdown=self._markdown).strip()
            if self.header.title is None or _same(words, titled):
                self.header.title = self.header.title or words
                return 2 if underlined else 1
            return 0
        if len(line.text) > lines.LONGEST:
            return 0
        text = lines.plain(line.text, markdown=True).strip()
        if titled is not None and _same(text, titled):
            return 1
        if self.metadata(text):
            return 1
        if self.header.title is None:
            if not _is_headline(text, after):
                return 0
            self.header.title = text
            return 1
        return self._standfirst(top, number, line.text, text)

    def _standfirst(self, top: Sequence[Line], number: int, raw: str, text: str) -> int:
        """Take one paragraph between title and byline, or in italics, as standfirst."""
        if self.header.description is not None:
            return 0
        after = top[number + 1] if number + 1 < len(top) else None
        if after is not None and not after.apart:
            return 0
        unsigned = not self.header.authors and self.header.agency is None and self.header.published is None
        if (_ITALIC.match(raw) and after is not None) or (unsigned and after is not None and self._is_signature(after)):
            self.header.description = text
            return 1
        return 0

    def _is_signature(self, line: Line) -> bool:
        text = lines.plain(line.text, markdown=True).strip()
        byline = bylines.read_line(text)
        return (byline is not None and bool(byline.authors)) or self._date(text) is not None

    def metadata(self, text: str) -> bool:
        """Take a line that is a byline, a date or a credit, or several of them separated by bars."""
        if self._one(text):
            return True
        if _PARTING.search(text) is None:
            return False
        parts = [part for part in _PARTS.split(text) if part]
        joined = False
        for number in range(len(parts) - 1, 0, -1):
            # `11 September 2020 | 14:05 GMT` is one date.
            if _CLOCK.match(parts[number]) and self._date(f"{parts[number - 1]} {parts[number]}"):
                parts[number - 1 : number + 1] = [f"{parts[number - 1]} {parts[number]}"]
                joined = True
        if joined or 2 <= len(parts) <= 5:
            return self._all_of(parts)
        return False

    def _all_of(self, parts: list[str]) -> bool:
        trial = Reader(numeric=self._numeric, language=self._language, hint=self._hint, markdown=self._markdown)
        trial.header = Header(published=self.header.published, modified=self.header.modified)
        # A name is a byline without `By` if a date is beside it.
        kept: list[str] = []
        for part in parts:
            if not trial._one(part):
                byline = bylines.read_names(part)
                if byline is None or not byline.authors or any(" " not in name for name in byline.authors):
                    return False
                kept += byline.authors
        if trial.header.published == self.header.published and trial.header.modified == self.header.modified:
            return False
        trial.header.authors[:0] = kept
        self._adopt(trial.header)
        return True

    def _adopt(self, found: Header) -> None:
        self.header.authors += found.authors
        self.header.agency = self.header.agency or found.agency
        self.header.published = self.header.published or found.published
        self.header.modified = self.header.modified or found.modified
        self.header.credits += found.credits
        self.header.unread_dates += found.unread_dates

    def _one(self, text: str) -> bool:
        return self.date_line(text) or self._byline(text) or self._credit(text)

    def date_line(self, text: str) -> bool:
        """Take a line that is a date, with or without a label."""
        label = lines.dated(text)
        moment = self._date(label.rest if label else text)
        if moment is None and label is not None:
            moment = parse_foreign(label.rest, self._language)
        if moment is None:
            if label is not None and re.search(r"\b\d{4}\b", label.rest) and len(text) <= dates.LONGEST and ":" in text:
                self.header.unread_dates.append(text)
            return False
        if label is not None and label.is_modified:
            self.header.modified = self.header.modified or moment
        elif self.header.published is None or (
            self.header.published.instant is None and moment.day == self.header.published.day
        ):
            self.header.published = moment
        return True

    def _date(self, text: str) -> dates.Moment | None:
        return dates.parse(text, self._numeric, self._language, self._hint)

    def _byline(self, text: str) -> bool:
        byline = bylines.read_line(text)
        if byline is None or (self.header.title is None and not byline.authors and byline.agency is None):
            return False
        self.header.authors += [name for name in byline.authors if name not in self.header.authors]
        self.header.agency = self.header.agency or byline.agency
        return True

    def _credit(self, text: str) -> bool:
        found = lines.credit(text)
        if found is None or self.header.title is None:
            return False
        self.header.credits.append(found)
        return True


def _same(words: str, title: str | None) -> bool:
    return title is not None and words.casefold().strip() == title.casefold().strip()


def _is_headline(text: str, after: Line | None) -> bool:
    """Return whether the first line is a headline and not the beginning of the text."""
    words = len(text.split())
    if len(text) > _LONGEST_TITLE or (words > 14 and text.endswith(_SENTENCE_END)) or words > 40:
        return False
    if re.search(r"[.!?]\s+\S.*[.!?]$", text) and words > 12:
        return False
    # Wrapped prose: the next line goes on where this one had no more room.
    wrapped = after is not None and not after.apart and len(text) >= 55 and abs(len(after.text) - len(text)) < 20
    return not (wrapped and after is not None and (after.text[:1].islower() or text[-1:] not in ".!?"))
