"""Dates of other calendars, where script or language says which: Japanese eras, Minguo, Thai and Persian years."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
_EAST: Final = re.compile(rf"(?:中華)?({'|'.join(_ERAS)})\s*(元|\d{{1,3}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*日")
_THAI_MONTHS: Final = (
    "มกราคม/ม.ค", "กุมภาพันธ์/ก.พ", "มีนาคม/มี.ค", "เมษายน/เม.ย", "พฤษภาคม/พ.ค", "มิถุนายน/มิ.ย", "กรกฎาคม/ก.ค", "สิงหาคม/ส.ค",
    "กันยายน/ก.ย", "ตุลาคม/ต.ค", "พฤศจิกายน/พ.ย", "ธันวาคม/ธ.ค",
)  # fmt: skip
_PERSIAN_MONTHS: Final = (
    "فروردین/فروردين/حمل", "اردیبهشت/ارديبهشت/ثور", "خرداد/جوزا", "تیر/تير/سرطان", "مرداد/امرداد/اسد", "شهریور/شهريور/سنبله",
    "مهر/میزان", "آبان/عقرب", "آذر/قوس", "دی/دي/جدی", "بهمن/دلو", "اسفند/حوت",
)  # fmt: skip


def _numbered(months: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, names in enumerate(months, 1) for name in names.split("/")}


_THAI: Final = _numbered(_THAI_MONTHS)
_PERSIAN: Final = _numbered(_PERSIAN_MONTHS)


def _any(names: dict[str, int]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_THAI_DATE: Final = re.compile(
    rf"(\d{{1,2}})\s*({_any(_THAI)})\.?\s*((?:พ\.?ศ\.?|ค\.?ศ\.?)?)\s*(\d{{4}}|\d{{2}})(?!\d)"
)
_PERSIAN_DATE: Final = re.compile(rf"(\d{{1,2}})\s*(?:ام\s+)?({_any(_PERSIAN)})(?:\s+ماه)?[،,]?\s*(1[34]\d\d)(?!\d)")
_NUMERIC: Final = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?!\d)")
# What lies beyond these is no day that news are dated to.
_FIRST_YEAR: Final = 1_600
_LAST_YEAR: Final = 2_200
_BUDDHIST_YEARS: Final = 543
_BUDDHIST: Final = range(2_300, 2_700)
_JALALI: Final = range(1_280, 1_500)
# The years at which the pattern of leap years breaks.
_JALALI_BREAKS: Final = (
    -61,
    9,
    38,
    199,
    426,
    686,
    756,
    818,
    1111,
    1181,
    1210,
    1635,
    2060,
    2097,
    2192,
    2262,
    2324,
    2394,
    2456,
    3178,
)


def of_era(text: str, language: str | None) -> tuple[date, int, int] | None:
    """Return the day that a text has by another calendar, and where it begins and ends there.

    Args:
        text: with digits of ASCII.
        language: what the article is in; numbers alone are read by it.
    """
    if found := _EAST.search(text):
        year = 1 if found[2] == "元" else int(found[2])
        return _at(found, _gregorian(_ERAS[found[1]] + year, int(found[3]), int(found[4])))
    if found := _THAI_DATE.search(text):
        year = int(found[4])
        if year < 100:
            # Two digits are of the Buddhist year.
            year += 2_500
        if year in _BUDDHIST and not found[3].startswith("ค"):
            year -= _BUDDHIST_YEARS
        return _at(found, _gregorian(year, _THAI[found[2]], int(found[1])))
    if found := _PERSIAN_DATE.search(text):
        return _at(found, jalali(int(found[3]), _PERSIAN[found[2]], int(found[1])))
    return _of_numbers(text, (language or "").partition("-")[0])


def _of_numbers(text: str, language: str) -> tuple[date, int, int] | None:
    if language not in {"th", "fa", "prs"} or not (found := _NUMERIC.search(text)):
        return None
    first, month, last = int(found[1]), int(found[3]), int(found[4])
    year, day = (first, last) if first > 31 else (last, first)
    if language == "th" and year in _BUDDHIST:
        return _at(found, _gregorian(year - _BUDDHIST_YEARS, month, day))
    if language != "th" and year in _JALALI:
        return _at(found, jalali(year, month, day))
    return None


def _at(found: re.Match[str], day: date | None) -> tuple[date, int, int] | None:
    return (day, *found.span()) if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _gregorian(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def jalali(year: int, month: int, day: int) -> date | None:
    """Return a day of the Solar Hijri calendar as ours; None if there is none.

    By the breaks in the 33-year cycle that K. M. Borkowski gives (Earth, Moon, and Planets 74, 1996).
    """
    if not (
        _JALALI_BREAKS[0] < year < _JALALI_BREAKS[-1] and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)
    ):
        return None
    gregorian = year + 621
    leaps, before, jump = -14, _JALALI_BREAKS[0], 0
    for limit in _JALALI_BREAKS[1:]:
        jump = limit - before
        if year < limit:
            break
        leaps += jump // 33 * 8 + jump % 33 // 4
        before = limit
    passed = year - before
    leaps += passed // 33 * 8 + (passed % 33 + 3) // 4
    if jump % 33 == 4 and jump - passed == 4:
        leaps += 1
    march = 20 + leaps - (gregorian // 4 - (gregorian // 100 + 1) * 3 // 4 - 150)
    first = date(gregorian, 3, 1) + timedelta(days=march - 1)
    if month == 12 and day == 30 and not _is_leap(jump, passed):
        return None
    return first + timedelta(days=(month - 1) * 31 - (month // 7) * (month - 7) + day - 1)


def _is_leap(jump: int, passed: int) -> bool:
    if jump - passed < 6:
        passed = passed - jump + (jump + 4) // 33 * 33
    leap = ((passed + 1) % 33 - 1) % 4
    return leap in {0, -1} if leap != -1 else False


# Months of two words, as one that `months` knows: those of the Levant.
_TWO_WORDS: Final = {
    "كانون الثاني": "يناير", "كانون ثاني": "يناير", "تشرين الأول": "أكتوبر", "تشرين الاول": "أكتوبر", "تشرين أول": "أكتوبر",
    "تشرين الثاني": "نوفمبر", "تشرين ثاني": "نوفمبر", "كانون الأول": "ديسمبر", "كانون الاول": "ديسمبر", "كانون أول": "ديسمبر",
}  # fmt: skip
_TWICE: Final = re.compile("|".join(map(re.escape, _TWO_WORDS)))


def with_words(text: str) -> str:
    """Return a text whose months of two words are of one."""
    return _TWICE.sub(lambda found: _TWO_WORDS[found[0]], text)
