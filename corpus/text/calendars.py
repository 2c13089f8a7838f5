"""Read dates of other calendars, known by script or language: Japanese eras, Minguo, Thai and Persian years."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final
from unicodedata import decimal

_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
_EAST: Final = re.compile(
    rf"(?:中[華华])?({'|'.join(_ERAS)})\s*(元|\d{{1,3}})\s*[年./-]\s*(\d{{1,2}})\s*[月./-]\s*(\d{{1,2}})(?!\d)\s*日?"
)
# Eras by a letter, and years of the Republic of China without its name: read where their language is declared.
_LETTER: Final = re.compile(r"(?<![a-z\d])([rhs])\s?(\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)\s*日?")
_LETTERS: Final = {"r": "令和", "h": "平成", "s": "昭和"}
_MINGUO: Final = re.compile(r"(?<!\d)(1\d\d)\s*([年./-])\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?!\d)\s*日?")
_TAIWAN: Final = ("zh-tw", "zh-hant")
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
    """Return the day of another calendar in a text, and where it begins and ends there.

    Args:
        text: a text with digits of ASCII.
        language: the language of the article. Numbers alone are read by it.
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
    tongue = (language or "").lower()
    if tongue.startswith("ja") and (found := _LETTER.search(text)):
        return _at(found, _gregorian(_ERAS[_LETTERS[found[1]]] + int(found[2]), int(found[3]), int(found[4])))
    if tongue.startswith(_TAIWAN) and (found := _MINGUO.search(text)):
        return _at(found, _gregorian(_ERAS["民國"] + int(found[1]), int(found[3]), int(found[4])))
    return _of_numbers(text, tongue.partition("-")[0])


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
    """Convert a day of the Solar Hijri calendar; None if the calendar has no such day.

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


# Of the Islamic calendar, whose days begin by sight of the moon and differ from country to country: none is converted.
_HIJRI_MONTHS: Final = (
    "محرم|صفر|ربيع (?:ال)?[أا]ول|ربيع (?:ال)?(?:ثاني|[آا]خر)|جماد[ىي] (?:ال)?(?:[أا]ول[ىي]?)|جماد[ىي] (?:ال)?(?:ثاني[ةه]?|[آا]خر[ةه]?)|رجب|شعبان|رمضان|شوال|"
    "ذ[ويى] ?(?:ال)?قعد[ةه]|ذ[ويى] ?(?:ال)?حج[ةه]|muharram|safar|rab[iī][ʿ'’]? ?(?:al-|ul-)?(?:awwal|thani|akhir|i{1,2})|jumad[aā] ?(?:al-|ul-)?"
    "(?:awwal|ula|thani|akhir|akhira|i{1,2})|rajab|sha[ʿ'’]?ban|ramad[ah]?an|ramazan|shawwal|dh?u[ -]?(?:al-|l-)?[ -]?(?:qi?[ʿ'’]?dah?|hijjah?)|zilhicce|zilkade|şevval|recep|şaban|muharrem"
)
_HIJRI: Final = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}\s+(?:من\s+)?(?:{_HIJRI_MONTHS})،?,?\s+(?:سنة\s+)?1[34]\d\d|(?:{_HIJRI_MONTHS})\s+\d{{1,2}},?\s+1[34]\d\d"
    r"|1[34]\d\d\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{1,2}(?=\s*(?:هـ|ه\b|ah\b|h\b))|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*1[34]\d\d(?=\s*(?:هـ|ه\b|ah\b|h\b)))"
    r"(?:\s*(?:هـ|ه|a\.?h\.?|h\.?)(?!\w))?",
    re.IGNORECASE,
)
# Years that are another calendar's where these languages are written, and that nothing converts: Hijri, Vikram Samvat, Hebrew.
_OTHERS: Final = {
    **dict.fromkeys(("ar", "ur", "ps", "ug", "sd", "ks", "dv"), range(1_300, 1_500)), "ne": range(2_045, 2_130), "he": range(5_600, 5_900), "yi": range(5_600, 5_900),
}  # fmt: skip
_NUMBERED_YEAR: Final = re.compile(
    r"(?<!\d)(?:(\d{4})[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d\d))(?!\d)"
)


def without_hijri(text: str) -> str:
    """Return a text without dates of the Islamic calendar, which papers print beside the usual one."""
    return _HIJRI.sub(" ", text) if "1" in text else text


def is_of_another(text: str, language: str | None) -> bool:
    """Return whether a text has a date of a calendar that is not converted, or a year that may be of two.

    Args:
        text: the text.
        language: the language of the article.
    """
    if not text.isascii():
        text = "".join(str(decimal(one, one)) for one in text)
    base = (language or "").partition("-")[0]
    found = _NUMBERED_YEAR.search(text) if base in _OTHERS or base in {"th", "fa", "prs"} else None
    if found is not None:
        year = int(found[1] or found[2])
        # Of two digits: 66 is 2566 there, or 1966.
        return (base not in _OTHERS and year < 100) or year in _OTHERS.get(base, ())
    return _HIJRI.search(text) is not None


# Months of two words, as one that `months` knows: those of the Levant.
_TWO_WORDS: Final = {
    "كانون الثاني": "يناير", "كانون ثاني": "يناير", "تشرين الأول": "أكتوبر", "تشرين الاول": "أكتوبر", "تشرين أول": "أكتوبر",
    "تشرين الثاني": "نوفمبر", "تشرين ثاني": "نوفمبر", "كانون الأول": "ديسمبر", "كانون الاول": "ديسمبر", "كانون أول": "ديسمبر",
}  # fmt: skip
_TWICE: Final = re.compile("|".join(map(re.escape, _TWO_WORDS)))


def with_words(text: str) -> str:
    """Return a text in which months of two words are one word."""
    return _TWICE.sub(lambda found: _TWO_WORDS[found[0]], text)
