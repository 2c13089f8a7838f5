"""Bring parts of written dates into one form: halves of the day, two-digit years, names of zones after an offset."""

from __future__ import annotations

import re
from typing import Final

from corpus.text.calendars import with_words
from corpus.text.zones import named_in_brackets

# Of years of two digits, as POSIX has it.
PIVOT: Final = 69
# 2023-06-05T10:30:00+02:00[Europe/Berlin], GMT+0200 (Central European Summer Time)
_ZONE_NAME: Final = re.compile(r"((?:[+-]\d\d:?\d\d|[Zz]|\d\d:\d\d(?::\d\d)?))\s*[\[(][A-Za-zÀ-ÿ_/ .+-]{2,50}[\])]\s*$")
# 5-Jun-23
_SHORT_YEAR: Final = re.compile(
    r"(?<![\w-])(\d\d?)(?:-([^\W\d_]{3,9})\.?-|\.\s?([^\W\d_]{3,9})\.\s?|\s([^\W\d_]{3,9})\.?\s')(\d\d)(?![\d-])"
)
# Jun 5, '23
_SHORT_YEAR_BEHIND: Final = re.compile(r"(?<!\w)([^\W\d_]{3,9})\.? (\d\d?),? '(\d\d)(?!\d)")
# As Oracle prints a time: 10.05.00.000000 AM
_ORACLE: Final = re.compile(r"(?<=\s)(\d\d)\.(\d\d)\.(\d\d)(?:\.\d{1,9})?(?=\s*(?:[ap]m\b|$))")
# Gregorian, behind a year in Arabic; and two names of a month.
_GREGORIAN: Final = re.compile(r"(?<=\d{4})\s*(?:م|ميلادي(?:ة)?)(?!\w)\.?")
_TWO_NAMES: Final = re.compile(
    r"([\u0621-\u064a]{2,8}(?: [\u0621-\u064a]{3,7})?)\s?[/(]\s?[\u0621-\u064a ]{3,16}\)?(?=\s*\d{4})"
)
# Halves of the day, before or behind the time, as CLDR has them.
_HALVES: Final = (
    (re.compile(r"(?<=\d)\s*(?:π\.?\s?μ\.?|de(?:\.|$)|dop\.|fm\.?|ص|صباحا|صباحًا|ق\.\s?ظ\.?|πμ|vorm\.|pd\.|sa\b|öö)(?!\w)"), " am "),
    (re.compile(r"(?<=\d)\s*(?:μ\.?\s?μ\.?|du(?:\.|$)|odp\.|em\.?|م|مساء|مساءً|ب\.\s?ظ\.?|μμ|nachm\.|md\.|ös\b|ch\b)(?!\w)"), " pm "),
    (re.compile(r"(?<!\w)(?:öö|πμ)\s*(\d\d?[:.]\d\d)"), r"\1 am "),
    (re.compile(r"(?<!\w)(?:ös|μμ)\s*(\d\d?[:.]\d\d)"), r"\1 pm "),
    (re.compile(r"(?<=\d)\s*([ap])\.\s?m(?![\w])\.?"), r" \1m"),
)  # fmt: skip
# Halves of the day before the time in Chinese, Japanese and Korean, and the hours that each can be.
_EASTERN: Final = (
    dict.fromkeys(("午前", "上午", "早上", "早晨", "清晨", "凌晨", "朝", "오전", "새벽", "아침"), range(13))
    | dict.fromkeys(("午後", "下午", "오후", "낮"), range(12, 24))
    | dict.fromkeys(("中午",), range(11, 15))
    | dict.fromkeys(("傍晚", "夕方", "저녁"), range(15, 22))
    | dict.fromkeys(("晚上", "晚间", "晚間", "夜間", "夜", "晩", "밤"), range(17, 24))
)
EASTERN: Final = "|".join(sorted(_EASTERN, key=len, reverse=True))
_EASTERN_TIME: Final = re.compile(
    rf"({EASTERN})\s*(\d\d?)(?!\d)(?:\s?:\s?(\d\d)(?::\d\d)?|\s?[時时시点點](?:\s?(\d\d?)\s?[分분])?(?:\s?\d\d?\s?[秒초])?|(?=\s*$))"
)
_NOON: Final = re.compile("正午|정오")


def without_zone_name(text: str) -> str:
    """Return a text without the name of the zone after its offset; letters of a zone after a time are kept."""
    found = _ZONE_NAME.search(text)
    if found is None:
        return text
    letters = named_in_brackets(text) if found[1][0].isdigit() else None
    return f"{text[: found.end(1)]} {letters or ''}"


def in_one_form(folded: str) -> str:
    """Return a text in small letters with `am` and `pm` behind the time, and a year of four digits behind a month."""
    folded = _SHORT_YEAR.sub(_with_century, with_words(folded))
    if "'" in folded:
        folded = _SHORT_YEAR_BEHIND.sub(_with_century_behind, folded)
    folded = _ORACLE.sub(r"\1:\2:\3", folded)
    if not folded.isascii():
        folded = _TWO_NAMES.sub(r"\1", _GREGORIAN.sub("", folded))
        folded = _NOON.sub(" 12:00 ", _EASTERN_TIME.sub(_eastern, folded))
    for pattern, half in _HALVES:
        folded = pattern.sub(half, folded)
    return folded


def _with_century(found: re.Match[str]) -> str:
    return f"{found[1]} {found[2] or found[3] or found[4]} {_year(found[5])}"


def _with_century_behind(found: re.Match[str]) -> str:
    return f"{found[1]} {found[2]}, {_year(found[3])}"


def _year(digits: str) -> int:
    return int(digits) + (2000 if int(digits) < PIVOT else 1900)


def _eastern(found: re.Match[str]) -> str:
    """Return the time with hours from 0 to 23; "" if the half of the day has no such hour."""
    half, hour, minute = _EASTERN[found[1]], int(found[2]), int(found[3] or found[4] or 0)
    if 12 in half and half.start == 0:
        # 午前12時 is midnight.
        hour %= 12 if hour == 12 else 24
    elif hour < 12:
        hour += 12 if hour + 12 in half else 0
    return f" {hour:02}:{minute:02} " if hour in half and minute < 60 else " "
