"""Read numbers as dates: days and times without separators, and times counted since 1970, known by their size."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from corpus.text.moment import Moment

_NUMBER: Final = re.compile(r"[0-9]{1,25}(?:\.[0-9]{1,12})?(?:[eE][+]?[0-9]{1,2})?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# From 1973 on; what is smaller is no count of seconds, but a year, a day of a spreadsheet, an id.
_FIRST_SECOND: Final = 100_000_000
# The last second that programs know, as seconds and as milliseconds: what they write where they know none.
_NOBODYS: Final = frozenset([253_402_300_799, 253_402_300_799_000, 253_402_300_799_999])
# How many in a second, by the least that each can be: nanoseconds, microseconds, milliseconds, seconds.
_SCALES: Final = tuple(
    (_FIRST_SECOND * scale, 100 * _FIRST_SECOND * scale, scale) for scale in (10**9, 10**6, 10**3, 1)
)
# A day, and one with minutes, and with seconds.
_WRITTEN: Final = {8, 12, 14}
_WITH_HOUR: Final = 10
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2099
# As spreadsheets print what they had no room for: digits are lost, unless as many are there as the exponent asks for.
_ROUNDED: Final = re.compile(r"([0-9])(?:\.([0-9]{1,8}))?[eE][+]?([0-9]{1,2})|[0-9]{1,8}[eE].*")


def of_number(value: float | Decimal) -> Moment | None:
    """Return the day, and the instant if the number counts one; None if it is neither.

    20230605 and 20230605103000 are written dates, without an offset; seconds, milliseconds, microseconds and
    nanoseconds since 1970 are known by their size. 2023 is a year and 45082 a spreadsheet's day: neither is read.
    """
    if not 0 < value < 100 * _FIRST_SECOND * 10**9:
        return None
    integer = int(value)
    if integer in _NOBODYS:
        return None
    if integer == value and (written := _written(str(integer))) is not None:
        return written or None
    for least, most, scale in _SCALES:
        if least <= value < most:
            instant = _EPOCH + timedelta(microseconds=int(Decimal(value) * 1_000_000 / scale))
            return Moment(instant.date(), instant)
    return None


def of_text(written: str) -> Moment | None:
    """Return what `of_number` returns for the number that a text holds, as CSV has it; None for any other text."""
    if not _NUMBER.fullmatch(written):
        return None
    rounded = _ROUNDED.fullmatch(written)
    if rounded and not (rounded[2] and len(rounded[2]) == int(rounded[3])):
        return None
    try:
        return of_number(Decimal(written))
    except (InvalidOperation, OverflowError):
        return None


def is_number(written: str) -> bool:
    """Return whether a text is a number and nothing else."""
    return _NUMBER.fullmatch(written) is not None


def _written(digits: str) -> Moment | tuple[()] | None:
    """Return the day that digits write; an empty tuple if they may write several days; None if they write no day."""
    if len(digits) not in {*_WRITTEN, _WITH_HOUR}:
        return None
    parts = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    if not _FIRST_YEAR <= parts[0] <= _LAST_YEAR:
        return None
    try:
        day = date(*parts[:3])
        datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # three to six parts
    except (ValueError, TypeError):
        return None
    # Seconds since 1970 have ten digits too, those of 2034 and later.
    return () if len(digits) == _WITH_HOUR else Moment(day)
