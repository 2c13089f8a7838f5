"""Dates in spreadsheets: serial numbers of both calendars, and which formats of cells show a number as a date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_LITERAL: Final = re.compile(r"\"[^\"]*\"|\[[^\]]*\]|\\.|_.|\*.")
# Serial 60 is a day that never was: 29 February 1900. From 61 on days count from 30 December 1899.
_EPOCH, _EARLY_EPOCH = datetime(1899, 12, 30), datetime(1899, 12, 31)  # noqa: DTZ001 - a sheet has no time zone
_EPOCH_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_LEAP_BUG: Final = 60
_MOST_SERIAL: Final = 2_958_466
# Of the id of a number format.
_MOST_DIGITS: Final = 10


def is_date(number: str, code: str | None) -> bool:
    """Return whether a number format shows dates or times.

    Args:
        number: its id.
        code: the format, of one that the workbook defines itself.
    """
    if code is None:
        return number.isdecimal() and len(number) < _MOST_DIGITS and int(number) in _DATE_FORMATS
    return code.casefold() != "general" and re.search(r"[dmyhs]", _LITERAL.sub("", code), re.IGNORECASE) is not None


def date_of(serial: float, *, is_1904: bool) -> str | None:
    """Return a serial number as a date, with its time if it has one, or as a time alone; None if it is no date.

    >>> date_of(38411.0, is_1904=False), date_of(36949.25, is_1904=True), date_of(0.5, is_1904=False)
    ('2005-02-28', '2005-02-28 06:00', '12:00')
    """
    if not 0 <= serial < _MOST_SERIAL or (not is_1904 and int(serial) == _LEAP_BUG):
        return None
    epoch = _EPOCH_1904 if is_1904 else _EPOCH if serial > _LEAP_BUG else _EARLY_EPOCH
    moment = epoch + timedelta(days=int(serial), seconds=round((serial % 1) * 86_400))
    if serial < 1:
        return f"{moment:%H:%M}"
    return f"{moment:%Y-%m-%d}" if serial % 1 == 0 else f"{moment:%Y-%m-%d %H:%M}"
