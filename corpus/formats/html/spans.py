"""Finds dates within a text: their begin, end and meaning.

The grammar of a single date is that of `corpus.text.dates`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.text import dates, foreign
from corpus.text.halves import EASTERN
from corpus.text.zones import IN_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

_YEAR: Final = r"(?:19|20)\d\d"
# A second word of a name that has two, in other scripts, as in Arabic: كانون الثاني.
_MORE: Final = r"(?: [^\x00-\x7f]{2,12})?"
_WORD: Final = r"[^\s\d.,;:|/()<>\"'\[\]=_+-]{3,16}"
# What follows is no part of a word, so a shorter one cannot match where the longest does not.
_LONGEST_WORD: Final = f"{_WORD}+"
_DAY: Final = "|".join(
    (
        rf"{_YEAR}\s?[-/.年년]\s?\d{{1,2}}\s?[-/.月월]\s?\d{{1,2}}(?!\d)(?:\s?[日일])?",
        rf"(?<![\d.,-])\d{{1,2}}\s?([./-])\s?\d{{1,2}}\s?\1\s?(?:{_YEAR}|25[3-9]\d|\d\d)(?!\d|[.,:-]\d)",
        (rf"\d{{1,2}}(?:st|nd|rd|th|er|re|[.ºª°])?[\s,]*(?:of |de |d['’]|[-/])?\s*{_WORD}{_MORE}[.,]{{0,2}}[\s,]*"
        rf"(?:of |de |del |[-/])?\s*{_YEAR}(?!\d)"),
        rf"{_LONGEST_WORD}\.?[\s-]+\d{{1,2}}(?:st|nd|rd|th)?[,.]?[\s-]+{_YEAR}(?!\d)",
        # Latvian and Lithuanian have a word behind the year.
        rf"{_YEAR}\.?\s(?:gada\s\d{{1,2}}\.\s?{_WORD}|m\.\s{_WORD}\s\d{{1,2}}(?!\d)(?:\sd\b)?)",
        rf"{_YEAR}\.?,?\s+{_LONGEST_WORD}\s+\d{{1,2}}(?!\d)",
        rf"{_LONGEST_WORD}\s+\d\d?\s+\d\d:\d\d:\d\d\s+\S{{1,6}}\s+{_YEAR}(?!\d)",
    )
)  # fmt: skip
# Sought only in text that is not all ASCII: years of other calendars, where script, era or language says which.
_ELSEWHERE: Final = "|".join(
    (
        r"\d{1,2}\s?[\u0e00-\u0e7f.]{2,14}\s?(?:พ\.?ศ\.?\s?)?(?:25[3-9]\d|[4-7]\d)(?!\d)",
        r"\d{1,2}\s[\u0621-\u06cc]{2,9}(?:\sماه)?[،,]?\s1[34]\d\d(?!\d)",
        r"(?:(?:中[華华])?民[國国]|令和|平成|昭和)\s?(?:元|\d{1,3})\s?[年./-]\s?\d{1,2}\s?[月./-]\s?\d{1,2}(?!\d)(?:\s?日)?",
        r"(?<!\d)1\d\d年\s?\d{1,2}月\s?\d{1,2}日",
        (r"(?:(?:中[華华])?民[國国]|令和|平成|昭和)?[〇零○元一二三四五六七八九十百]{1,6}年"
        r"[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}日"),
        r"\d{1,2}\s(?:tháng|thg)\s\d{1,2}(?:,|\snăm)?\s(?:19|20)\d\d(?!\d)",
        rf"{_YEAR}\s(?:оны|ж\.|жылғы)\s\d{{1,2}}(?:-р\sсарын\s\d{{1,2}}(?!\d)|\s{_WORD})",
    )
)  # fmt: skip
_HALF: Final = r"(?:\s?[ap]\.?\s?m\b\.?|\s?[AP]M)"
_ZONE: Final = (
    rf"(?:\s*\(?(?:{IN_WORDS}|(?:UTC|GMT)?\s?[+-]\d\d?(?::?\d\d)?\b|Z\b|UTC\b|GMT\b|[A-Z]{{2,5}}\b|МСК\b)\)?)"
)
_CLOCK: Final = (
    rf"(?:(?:[01]?\d|2[0-4])\s?[:.h]\s?[0-5]\d(?::[0-5]\d)?(?:[.,]\d{{1,6}})?{_HALF}?|\d{{1,2}}{_HALF}"
    r"|\d{1,2}\s?[時时시点](?:\s?\d{1,2}\s?[分분])?)"
)
_AT: Final = r"(?:at|um|à|a las|às|alle(?: ore)?|ore|kl\.?|klo|om|o|в|saat|as|@)"
# Chinese, Japanese and Korean have the half of the day before the time, and need no blank before it.
_EASTERN: Final = (
    rf"(?:[\s(（]{{0,2}}(?:[月火水木金土日월화수목금토일][)）]\s?)?(?:{EASTERN})\s?"
    r"(?:\d\d?\s?[:時时시点點](?:\s?\d\d?)?(?:\s?[分분])?))"
)
_BEHIND: Final = re.compile(
    rf"(?:(?:T|[\s,|·•–—(:;/-]{{1,5}}(?:{_AT}\s+)?){_CLOCK}|{_EASTERN})(?:\s?(?:uhr|hrs?|h)\b)?{_ZONE}?", re.IGNORECASE
)
_BEFORE: Final = re.compile(
    rf"(?<![\d:.]){_CLOCK}(?:\s?(?:uhr|hrs?|h)\b)?{_ZONE}?[\s,|·•–—-]{{1,4}}(?:on\s+)?(?:[^\W\d_]{{2,12}}[.,]?\s+)?$",
    re.IGNORECASE,
)
_FOUND: Final = re.compile(_DAY, re.IGNORECASE)
_FOUND_ELSEWHERE: Final = re.compile(f"{_DAY}|{_ELSEWHERE}", re.IGNORECASE)
# Something like a date has one of these in it; most texts have none.
# Both patterns begin with one class of characters, which is found much faster than a choice of several beginnings.
_HINT: Final = re.compile(
    r"[\d.年ก-๙آ-ی،民](?:(?<=1)9\d\d|(?<=2)0\d\d|(?<=\d)[./-]\s?\d{1,2}[./-]\s?\d\d|(?<=年)"
    r"|(?<=[ก-๙.])\s?(?:25[3-9]\d|[4-7]\d)(?!\d)|(?<=[آ-ی،])\s1[34]\d\d|(?<=民)[國国])"
)
# What a date has at least, and how long it may be before and behind that.
_CORE: Final = re.compile(
    r"[\d.,年ก-๙\u0621-\u06cc،民令平昭](?:(?<=1)9\d\d|(?<=2)0\d\d|(?<=\d)\s?[./-]\s?\d{1,2}\s?[./-]\s?\d\d|(?<=年)"
    r"|(?<=[ก-๙.])\s?(?:25[3-9]\d|[4-7]\d)(?!\d)|(?<=[\u0621-\u06cc،,])\s1[34]\d\d|(?<=民)[國国]|(?<=令)和|(?<=平)成|(?<=昭)和)"
)
_LONGEST_AROUND: Final = 60
_YEAR_ALONE: Final = len("2016")
_DIGIT: Final = re.compile(r"\d")
# Only dates with this character may have no digit beside the year.
_YEAR_MARK: Final = "年"
_MOST_CORES: Final = 1_000
_LOOK_BACK: Final = 40
_MOST: Final = 12
_SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")
_FOREIGN: Final = re.compile(r"[^\W\d_a-zA-Z]")
_LATEST_SHORT: Final = 40
# Digits of other scripts to those of ASCII, one for one.
_DIGITS: Final = {
    point: str(unicodedata.digit(chr(point)))
    for point in range(0x660, 0xFF1A)
    if unicodedata.category(chr(point)) == "Nd"
}
_OTHER_DIGITS: Final = re.compile("[" + "".join(map(chr, _DIGITS)) + "]")


class Span(NamedTuple):
    """A date in a text: its place, its written form, its meaning, and whether its year has two digits."""

    start: int
    end: int
    written: str
    moment: dates.Moment
    short: bool = False


def has_date(text: str) -> bool:
    """Return whether a text may have a date in it. This check is fast."""
    return _HINT.search(_in_ascii(text)) is not None


def _in_ascii(text: str) -> str:
    """Return a text with the digits of other scripts replaced by ASCII digits."""
    return text if text.isascii() or _OTHER_DIGITS.search(text) is None else text.translate(_DIGITS)


def find(text: str, language: str | None = None, hint: date | None = None) -> Iterator[Span]:
    """Find the dates in a text, in order.

    Args:
        text: one line.
        language: the language of the page, which decides how 03/04/2020 is read.
        hint: the day in the page's address, which decides before the language does.
    """
    form = _FOUND if text.isascii() else _FOUND_ELSEWHERE
    text = _in_ascii(text)
    position = 0
    for _ in range(_MOST):
        found = _next(form, text, position)
        if found is None:
            return
        position = found.end()
        span = _read(text, found.start(), found.end(), language, hint)
        if span is None:
            # `Mai 3 May 2020`: a word before the day was no month.
            position = found.start() + max(1, _first_word(found[0]))
            continue
        position = span.end
        yield span


def _next(form: re.Pattern[str], text: str, position: int) -> re.Match[str] | None:
    """Return the next date. Only text around years and similar numbers is searched, because the search is slow."""
    begin = position
    may_lack_digits = _YEAR_MARK in text
    for _ in range(_MOST_CORES):
        core = _CORE.search(text, position)
        if core is None:
            return None
        position = core.end()
        first, last = max(begin, core.start() - _LONGEST_AROUND), position + _LONGEST_AROUND
        # A year without another number near it is the most frequent core, and no date.
        is_year = position - core.start() == _YEAR_ALONE and not may_lack_digits
        if is_year and not (_DIGIT.search(text, first, core.start()) or _DIGIT.search(text, position, last)):
            continue
        found = form.search(text, first, last)
        if found is not None:
            return found
    return None


def _first_word(written: str) -> int:
    found = re.match(r"[^\s\d]+\s*|\d+", written)
    return found.end() if found else 1


def _read(text: str, start: int, end: int, language: str | None, hint: date | None) -> Span | None:
    written = text[start:end]
    day = parse(written, language, hint)
    if day is None:
        return None
    short = bool(re.search(r"[./-]\s?\d\d$", written)) and not re.match(r"\d{4}", written)
    if short and day.day.year % 100 > _LATEST_SHORT:
        return None
    begins, ends = start, end
    if behind := _BEHIND.match(text, end):
        ends = behind.end()
    elif before := _BEFORE.search(text[max(0, start - _LOOK_BACK) : start]):
        begins = max(0, start - _LOOK_BACK) + before.start()
    if (begins, ends) != (start, end):
        # What was taken for a zone may be another word.
        for stop in dict.fromkeys((ends, _without_zone(text, end, ends))):
            timed = parse(text[begins:stop], language, hint)
            if timed is not None and timed.day == day.day:
                return Span(begins, stop, text[begins:stop], timed, short)
    return Span(start, end, written, day, short)


def _without_zone(text: str, start: int, end: int) -> int:
    found = re.search(r"\s*\(?[A-Z]{2,5}\)?$", text[start:end])
    return start + found.start() if found else end


def parse(written: str, language: str | None = None, hint: date | None = None) -> dates.Moment | None:
    """Read a text that is a date in any language; return None for other texts and unknown names of months."""
    return _parse(_SPACES.sub(" ", written).strip(), language, hint)


@lru_cache(maxsize=4_096)
def _parse(written: str, language: str | None, hint: date | None) -> dates.Moment | None:
    moment = dates.parse(written, dates.NumericDates.BY_LANGUAGE, language, hint)
    if moment is not None:
        return moment
    if not _FOREIGN.search(written) and (language or "en").partition("-")[0] == "en":
        return None
    return foreign.parse_foreign(written, language)
