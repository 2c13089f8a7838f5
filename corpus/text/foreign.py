"""Dates in forms and languages that `dates` does not know, by dateparser."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from datetime import datetime
from functools import cache, lru_cache
from typing import Final
from unicodedata import combining, normalize

from corpus.text.dates import LONGEST, Moment

_NAMED: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_YEAR: Final = re.compile(r"\d{4}")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# dateparser takes a quarter of a millisecond for each language, and knows two hundred.
_MOST: Final = 12
_FIRST_YEAR: Final = 1_600
_LAST_YEAR: Final = 2_100
_NO_NAME: Final = ("en",)


@lru_cache(maxsize=1_024)
def parse_foreign(written: str) -> Moment | None:
    """Read a date in a form or language that `dates.parse` does not know; the day only.

    For texts that stand where a date should: a field of the front matter, or after a label.
    """
    text = written.strip()
    if not 6 <= len(text) <= LONGEST or not _YEAR.search(text):
        return None
    import dateparser  # a tenth of a second, and seldom needed

    found = dateparser.parse(
        text,
        languages=languages_of(text),
        settings={
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
            "RELATIVE_BASE": datetime(2000, 1, 1),  # noqa: DTZ001 - so that today has no say
            "TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    # A year beyond these is another calendar's.
    return Moment(found.date()) if found is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def languages_of(text: str) -> list[str]:
    """The languages in which months and weekdays have names that stand in the text, those with the longest first."""
    folded = _folded(text)
    words = set(_LETTERS.findall(folded))
    named: Counter[str] = Counter()
    for name, languages in _names().items():
        # Short names stand in many a word; but some scripts write words without spaces.
        if name in words if name.isascii() and name.isalpha() else name in folded:
            named.update(dict.fromkeys(languages, len(name)))
    known = sorted((language for language in _order() if language in named), key=lambda one: -named[one])
    return known[:_MOST] or list(_NO_NAME)


def _folded(text: str) -> str:
    """Text as dateparser compares it: without case, accents and points."""
    plain = normalize("NFKD", text.casefold()).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join(one for one in plain if one != "." and not combining(one))


@cache
def _order() -> tuple[str, ...]:
    """The languages that dateparser knows, those of most readers first."""
    from dateparser.data.languages_info import language_order

    return tuple(language_order)


@cache
def _names() -> dict[str, frozenset[str]]:
    """The languages of every name of a month or weekday that dateparser knows."""
    found: dict[str, set[str]] = {}
    for language in _order():
        known = importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
        for one in _NAMED:
            for name in known.get(one, ()):
                found.setdefault(_folded(name), set()).add(language)
    # A letter of the Latin script says nothing, as the T of an ISO date.
    return {name: frozenset(languages) for name, languages in found.items() if len(name) > name.isascii()}
