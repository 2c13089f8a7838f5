"""Parts of written dates in one form: halves of the day, years of two digits, names of zones behind an offset."""

from __future__ import annotations

import re
from typing import Final

from corpus.text.calendars import with_words

# Of years of two digits, as POSIX has it.
PIVOT: Final = 69
# 2023-06-05T10:30:00+02:00[Europe/Berlin], GMT+0200 (Central European Summer Time)
_ZONE_NAME: Final = re.compile(r"((?:[+-]\d\d:?\d\d|[Zz]|\d\d:\d\d(?::\d\d)?))\s*[\[(][A-Za-zÀ-ÿ_/ .+-]{2,50}[\])]\s*$")
# 5-Jun-23
_SHORT_YEAR: Final = re.compile(r"(?<![\w-])(\d\d?)-([^\W\d_]{3,9})\.?-(\d\d)(?![\d-])")
# Halves of the day, before or behind the time, as CLDR has them.
_HALVES: Final = (
    (re.compile(r"(?:午前|上午|早上|오전|凌晨)\s*(\d\d?)(?:[:時时시点點]\s?(\d\d)?)?分?분?"), lambda found: f" {found[1]}:{found[2] or '00'} am "),
    (re.compile(r"(?:午後|下午|晚上|오후|中午)\s*(\d\d?)(?:[:時时시点點]\s?(\d\d)?)?分?분?"), lambda found: f" {found[1]}:{found[2] or '00'} pm "),
    (re.compile(r"(?<=\d)\s*(?:π\.?\s?μ\.?|de(?:\.|$)|dop\.|fm\.?|ص|صباحا|صباحًا|ق\.\s?ظ\.?|πμ|vorm\.|pd\.|sa\b|öö)(?!\w)"), " am "),
    (re.compile(r"(?<=\d)\s*(?:μ\.?\s?μ\.?|du(?:\.|$)|odp\.|em\.?|م|مساء|مساءً|ب\.\s?ظ\.?|μμ|nachm\.|md\.|ös\b|ch\b)(?!\w)"), " pm "),
    (re.compile(r"(?<!\w)(?:öö|πμ)\s*(\d\d?[:.]\d\d)"), r"\1 am "),
    (re.compile(r"(?<!\w)(?:ös|μμ)\s*(\d\d?[:.]\d\d)"), r"\1 pm "),
    (re.compile(r"(?<=\d)\s*([ap])\.\s?m(?![\w])\.?"), r" \1m"),
)  # fmt: skip


def without_zone_name(text: str) -> str:
    """Return a text without what its offset is called, behind it."""
    return _ZONE_NAME.sub(r"\1", text)


def in_one_form(folded: str) -> str:
    """Return a text in small letters with `am` and `pm` behind the time, and a year of four digits behind a month."""
    folded = _SHORT_YEAR.sub(_with_century, with_words(folded))
    for pattern, half in _HALVES:
        folded = pattern.sub(half, folded)
    return folded


def _with_century(found: re.Match[str]) -> str:
    year = int(found[3])
    return f"{found[1]} {found[2]} {year + (2000 if year < PIVOT else 1900)}"
