"""Dates in forms and languages that `dates` does not know, by dateparser."""

from __future__ import annotations

import importlib
import re
from datetime import datetime
from functools import cache, lru_cache
from typing import Final

from corpus.text.dates import LONGEST, Moment

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_YEAR: Final = re.compile(r"\d{4}")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# A month's name is seldom one in more; dateparser takes half a millisecond for each, and there are two hundred.
_MOST: Final = 12
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
    return None if found is None else Moment(found.date())


def languages_of(text: str) -> list[str]:
    """The languages in which a month has a name that stands in the text, those of most readers first."""
    folded = text.casefold()
    words = set(_LETTERS.findall(folded))
    # Short names of few letters stand in many a word; beyond ASCII, scripts write words without spaces.
    named = {
        language
        for name, languages in _names().items()
        if (name in words if name.isascii() and name.isalpha() else name in folded)
        for language in languages
    }
    return [language for language in _order() if language in named][:_MOST] or list(_NO_NAME)


@cache
def _order() -> tuple[str, ...]:
    from dateparser.data.languages_info import language_order

    return tuple(language_order)


@cache
def _names() -> dict[str, frozenset[str]]:
    """The languages of every name of a month that dateparser knows, in lower case."""
    found: dict[str, set[str]] = {}
    for language in _order():
        known = importlib.import_module(f"dateparser.data.date_translation_data.{language}").info
        for month in _MONTHS:
            for name in known.get(month, ()):
                found.setdefault(name.casefold(), set()).add(language)
    return {name: frozenset(languages) for name, languages in found.items()}
