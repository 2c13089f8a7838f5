"""Read dates as people write them: always the day, and the instant only if a time and an offset are given.

A strict grammar reads the usual forms in many languages. The rest of the text must be a weekday or a small word, or the
text is not a date. `foreign` reads other forms. The current time plays no part in it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from corpus.text import numerals
from corpus.text.addressed import in_url
from corpus.text.calendars import is_of_another, of_era, without_hijri
from corpus.text.clocks import find_offset, find_time, instant_of, is_clock, iso_offset, named_offset
from corpus.text.halves import PIVOT, in_one_form, without_zone_name
from corpus.text.moment import Moment, is_nobodys
from corpus.text.months import FILLERS, VAGUE_ZONES, ZONES, number_of
from corpus.text.zones import in_letters

__all__ = ["LONGEST", "Moment", "NumericDates", "in_url", "parse", "stamp"]

LONGEST: Final = 80
_LONGEST_LINE: Final = 300
# Archives of newspapers print 31.12.45 and mean 1945: what would lie beyond this year is of the century before.
_LATEST_SHORT: Final = 2030


class NumericDates(StrEnum):
    """Which number comes first in 03/04/2020."""

    BY_LANGUAGE = "by-language"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_YEAR: Final = r"(?P<y>1[6-9]\d\d|20\d\d)"
_ISO: Final = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
# ISO 8601 without separators, with or without its T.
_BASIC: Final = re.compile(
    r"((?:1[6-9]|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
# As C and Unix write them, the year last: Fri Sep 11 04:05:06 +0000 2020.
_UNIX: Final = re.compile(r"(.*[^\W\d_]{3} +\d\d?) (\d\d:\d\d(?::\d\d)?)( +[^ ]{1,6})? ((?:1[6-9]|20)\d\d)")
# As web servers log them: 11/Sep/2020:04:05:06 +0000.
_LOGGED: Final = re.compile(r"(\d\d?)/([^\W\d_]{3})/(\d{4}):(?=\d\d:)")
# Of the usual calendar; a year beyond these may be of another.
FIRST_YEAR: Final = 1_600
LAST_YEAR: Final = 2_200
_WORD: Final = r"(?P<m>[^\W\d_]{3,14})"
_FORMS: Final = (
    re.compile(rf"\b(?P<d>\d\d?)(?:st|nd|rd|th|er|re|º|ª|°|\.|-)?[\s.]*(?:of |de |d'|d’|-)?\s*{_WORD}\.?,?-?\s*(?:of |de |del )?\s*{_YEAR}\b"),
    re.compile(rf"\b{_WORD}\.?\s+(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}\b"),
    re.compile(rf"\b{_YEAR}\.?\s+{_WORD}\s+(?P<d>\d\d?)\b"),
    re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d\d?)\s*[月월]\s*(?P<d>\d\d?)\s*[日일号]?"),
    re.compile(rf"\b{_YEAR}[./]\s?(?P<m>\d\d?)[./]\s?(?P<d>\d\d?)\b"),
)  # fmt: skip
_NUMERIC: Final = re.compile(r"\b(\d\d?)([./-])\s?(\d\d?)\2\s?(1[6-9]\d\d|20\d\d|\d\d)\b(?!:)")
_TOKEN: Final = re.compile(r"[^\s,;|()\[\]/–—·•:-]+")
_TOKEN_OR_MARK: Final = re.compile(r"[^\s,;:]+|[,;:]")
_MARKS: Final = frozenset(",;:-–—")
_SHORT_YEAR: Final = re.compile(r"\b\d\d?[./-]\s?\d\d?[./-]\s?\d\d\b(?!\d)")
_DIGIT: Final = re.compile(r"\d")
_MONTH_FIRST_LANGUAGES: Final = frozenset({"en", "fil", "tl"})


@lru_cache(maxsize=8_192)
def parse(
    written: str,
    numeric: NumericDates = NumericDates.BY_LANGUAGE,
    language: str | None = None,
    hint: date | None = None,
) -> Moment | None:
    """Read a text that is only a date, with or without a time; None if it is not.

    Args:
        written: at most 80 characters; without any label such as `Published:`.
        numeric: how to read 03/04/2020 if nothing else decides.
        language: the language of the article, for `by-language`.
        hint: the day in the article's URL, which decides before `numeric`.
    """
    found = _parse(written, numeric, language, hint)
    return None if found is None or is_nobodys(found) else found


def _parse(written: str, numeric: NumericDates, language: str | None, hint: date | None) -> Moment | None:
    text = written.strip()
    if not 6 <= len(text) <= LONGEST or (_DIGIT.search(text) is None and "月" not in text):
        return None
    if not text.isascii():
        text = numerals.plain(text)
    # What an offset is called, behind it.
    text = without_zone_name(text).strip(".,;|()[]").strip()
    text = without_hijri(text).strip(" .,;|()[]/-–—")
    if _DIGIT.search(text) is None or is_of_another(text, language):
        return None
    iso = _ISO.fullmatch(text) or _BASIC.fullmatch(text)
    if iso:
        declared = _from_iso(iso)
        if declared is None or FIRST_YEAR <= declared.day.year <= LAST_YEAR:
            return declared
        era = of_era(iso[0], language)
        return Moment(era[0]) if era else declared
    folded = in_letters(text.casefold().replace("a.m", "am").replace("p.m", "pm").replace("\u2019", "'"))
    folded = in_one_form(_LOGGED.sub(r"\1 \2 \3 ", _UNIX.sub(r"\1 \4 \2\3", folded)))
    found = _find_day(folded, numeric, language, hint)
    if found is None:
        return None
    day, ambiguous, rest = found
    clock, rest = find_time(rest)
    offset, rest = find_offset(rest) if clock else (None, rest)
    left = [word.strip(".'") for word in _TOKEN.findall(rest)]
    zone = [word for word in left if word in ZONES or word in VAGUE_ZONES]
    if any(word and word not in FILLERS and word not in zone for word in left):
        return None
    if offset is None and clock and len(zone) == 1:
        offset = named_offset(zone[0], day)
    instant = None
    if clock and offset is not None:
        instant = instant_of(day, clock, offset)
    return Moment(day, instant, ambiguous)


def search(written: str, language: str | None = None, years: tuple[int, ...] = ()) -> tuple[Moment, str] | None:
    """Find a date in a line that may hold more, as the edition of a newspaper.

    Args:
        written: at most 300 characters of it are read.
        language: the language of the article, for 03/04/2020.
        years: years near it, as in a copyright line; they give the century of a year of two digits.

    Returns:
        The moment, and the rest of the line without weekday and time; None if there is no date.
    """
    text = written[:_LONGEST_LINE].strip()
    return None if _DIGIT.search(text) is None else _find(text, language, years)


@lru_cache(maxsize=4_096)
def _find(text: str, language: str | None, years: tuple[int, ...]) -> tuple[Moment, str] | None:
    """Return the same for a line with a digit. Results are cached, because exports repeat days."""
    iso = _ISO.fullmatch(text) or _BASIC.fullmatch(text)
    if iso:
        moment = _from_iso(iso)
        return None if moment is None else (moment, "")
    folded = text.casefold().replace("a.m", "am").replace("p.m", "pm").replace("\u2019", "'")
    found = _find_day(folded, NumericDates.BY_LANGUAGE, language, None)
    if found is None:
        return None
    day, ambiguous, rest = found
    if _SHORT_YEAR.search(folded):
        day = _in_century(day, years)
    clock, rest = find_time(rest)
    offset, rest = find_offset(rest) if clock else (None, rest)
    words = [word.strip(".,'") for word in rest.split()]
    zone = [word for word in words if word in ZONES]
    if clock and offset is None and len(zone) == 1:
        offset = timedelta(hours=ZONES[zone[0]])
    instant = instant_of(day, clock, offset) if clock and offset is not None else None
    # What is left is given as it is written, so that it can be shown.
    kept = {word for word in words if word and word not in FILLERS and word not in ZONES and word not in VAGUE_ZONES}
    left = [word for word in _TOKEN_OR_MARK.findall(text) if word.casefold().strip(".,'") in kept or word in _MARKS]
    return Moment(day, instant, ambiguous), _trimmed(" ".join(left))


def _trimmed(text: str) -> str:
    return re.sub(r"\s+(?=[,;:.])|^[\s,;:.–—-]+|[\s,;:–—-]+$", "", re.sub(r"(?:[,;:]\s*){2,}", ", ", text)).strip()


def _in_century(day: date, years: tuple[int, ...]) -> date:
    """Return a day of a two-digit year in the century of the other years; without these, before the limit."""
    near = [year for year in years if year % 100 == day.year % 100 or abs(year - day.year) <= 1]
    year = near[0] if near and near[0] % 100 == day.year % 100 else day.year
    if not near and year > _LATEST_SHORT:
        year -= 100
    return day.replace(year=year) if year != day.year and not (day.month == 2 and day.day == 29) else day


def stamp(day: str, time: str | None = None, zone: str | None = None) -> Moment | None:
    """Read a date as machines write it; None if there is no such day or time.

    Args:
        day: a day such as 2020-09-11.
        time: a time such as 04:05 or 04:05:06.
        zone: a zone such as Z, +0200 or +02:00. Without time and zone there is no instant.
    """
    on = _iso_day(day)
    if on is None or time is None or zone is None:
        return None if on is None else Moment(on)
    try:
        # The library's reader is three times as fast, and takes what `instant_of` takes.
        instant = datetime.fromisoformat(f"{day}T{time}+00:00") if zone == "Z" else None
    except ValueError:
        instant = None
    instant = instant or instant_of(on, (int(time[:2]), int(time[3:5]), int(time[6:] or 0)), iso_offset(zone))
    return Moment(on, instant) if instant else None


@lru_cache(maxsize=8_192)
def _iso_day(written: str) -> date | None:
    year, month, day = written.split("-")
    return _day(int(year), int(month), int(day))


def _from_iso(found: re.Match[str]) -> Moment | None:
    year, month, day, hour, minute, second, zone = found.groups()
    on = _day(int(year), int(month), int(day))
    if on is None:
        return None
    if hour is None or zone is None:
        return Moment(on) if hour is None or is_clock(int(hour), int(minute), int(second or 0)) else None
    instant = instant_of(on, (int(hour), int(minute), int(second or 0)), iso_offset(zone))
    return Moment(on, instant) if instant else None


def _find_day(
    text: str, numeric: NumericDates, language: str | None, hint: date | None
) -> tuple[date, bool, str] | None:
    """Return the day in a text, whether it is ambiguous, and the text without it."""
    for form in _FORMS:
        for found in form.finditer(text):
            written = found["m"]
            month = int(written) if written.isdigit() else number_of(written, language)
            day = _day(int(found["y"]), month, int(found["d"])) if month else None
            if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR:
                return day, False, f"{text[: found.start()]} {text[found.end() :]}"
    iso = re.search(rf"\b{_YEAR}-(?P<m>\d\d?)-(?P<d>\d\d?)(?!\d)t?", text)
    if iso and (day := _day(int(iso["y"]), int(iso["m"]), int(iso["d"]))):
        return day, False, f"{text[: iso.start()]} {text[iso.end() :]}"
    if era := of_era(text, language):
        return era[0], False, f"{text[: era[1]]} {text[era[2] :]}"
    digits = _NUMERIC.search(text)
    if digits is None:
        return None
    read = _numeric(digits, numeric, language, hint)
    return None if read is None else (*read, f"{text[: digits.start()]} {text[digits.end() :]}")


def _numeric(
    found: re.Match[str], numeric: NumericDates, language: str | None, hint: date | None
) -> tuple[date, bool] | None:
    first, separator, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    short = year < 100
    if short:
        year += 2000 if year < PIVOT else 1900
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if hint is not None and hint in {day_first, month_first}:
        return hint, False
    if day_first is None or month_first is None or day_first == month_first:
        only = day_first or month_first
        return None if only is None else (only, short)
    # Nobody writes the month first with points.
    if separator == ".":
        return day_first, short
    if numeric is not NumericDates.BY_LANGUAGE:
        return (month_first if numeric is NumericDates.MONTH_FIRST else day_first), short
    # English is written both ways; elsewhere the day comes first.
    unsure = language is None or language.partition("-")[0] in _MONTH_FIRST_LANGUAGES
    return (month_first if unsure else day_first), unsure or short


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
