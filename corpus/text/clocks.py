"""Read times of day and offsets within written dates, and combine them with a day to an instant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from corpus.text.months import AMERICAN_ZONES, ZONES

Clock = tuple[int, int, int]

_TIME: Final = re.compile(
    r"(?<![\d:])(\d\d?)(?:\s?[:.h]\s?([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?)?\s*(?:(a\.?m\.?|p\.?m\.?)|(?<=\d)(?:hs?|hrs|uhr)\.?)?(?![\w:])"
)
_CLOCK: Final = re.compile(r"(\d\d?)[時시点时](?:\s?(\d\d?)[分분])?")
_OFFSET: Final = re.compile(r"(?:\b(?:utc|gmt))?\s?([+\-−])(\d\d?):?(\d\d)?(?!\d)")
_NONE: Final = timedelta(0)


def find_time(text: str) -> tuple[Clock | None, str]:
    """Return the hour, minute and second in a text of small letters, and the text without them; None if it has no time."""
    for form in (_CLOCK, _TIME):
        for found in form.finditer(text):
            hour, minute, *more = found.groups()
            second, half = more or (None, None)
            # A bare number is a time only with am or pm, or before `h` or `Uhr`.
            if (
                minute is None
                and half is None
                and form is _TIME
                and not re.match(r"\s*(h|hs|uhr|hrs)\b", text[found.end() :])
                and not re.search(r"\d(h|hs|uhr|hrs)$", found[0])
            ):
                continue
            number = int(hour)
            if half:
                if not 1 <= number <= 12:
                    continue
                number = number % 12 + (12 if half.startswith("p") else 0)
            clock = (number, int(minute or 0), int(second or 0))
            if is_clock(*clock):
                return clock, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def find_offset(text: str) -> tuple[timedelta | None, str]:
    """Return the offset from UTC in a text, as `+02:00` or `gmt+2`, and the text without it; None if it has no offset."""
    found = _OFFSET.search(text)
    if found is None:
        return None, text
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return (offset if found[1] == "+" else -offset), f"{text[: found.start()]} {text[found.end() :]}"


def named_offset(zone: str, day: date) -> timedelta | None:
    """Return the offset that letters mean on a day; None if they mean several.

    `ET` and similar letters are standard or summer time, as the law of the United States has it (15 U.S.C. 260a).
    """
    if zone in ZONES:
        return timedelta(hours=ZONES[zone])
    standard = AMERICAN_ZONES.get(zone)
    if standard is None or day.year < _UNIFORM_SINCE:
        return None
    if day.year >= _LONGER_SINCE:
        begins, ends = _sunday(day.year, 3, 8), _sunday(day.year, 11, 1)
    else:
        begins, ends = _sunday(day.year, 4, 1), _sunday(day.year, 10, 25)
    # At two in the night; what is dated to those days is written later.
    return timedelta(hours=standard + (1 if begins <= day < ends else 0))


def _sunday(year: int, month: int, first: int) -> date:
    """Return the first Sunday from a day on."""
    day = date(year, month, first)
    return day + timedelta(days=6 - day.weekday())


# Since when summer time is from April to October, and from March to November.
_UNIFORM_SINCE: Final = 1987
_LONGER_SINCE: Final = 2007


def instant_of(day: date, clock: Clock, offset: timedelta) -> datetime | None:
    """Return the instant of a day, a time and an offset, in UTC; None if Python has no such time."""
    try:
        if not offset:
            return datetime(day.year, day.month, day.day, *clock, tzinfo=UTC)
        return datetime(day.year, day.month, day.day, *clock, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_clock(hour: int, minute: int, second: int) -> bool:
    """Return whether there is such a time of day."""
    return hour < 24 and minute < 60 and second < 60


def iso_offset(zone: str) -> timedelta:
    """Return the offset that an ISO 8601 zone means, or UTC or GMT."""
    if zone[0] not in "+-":
        return _NONE
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -offset if zone[0] == "-" else offset
