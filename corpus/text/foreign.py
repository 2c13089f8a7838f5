"""Read dates in forms and languages that `dates` does not know, by the names in CLDR."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from corpus.text import named
from corpus.text.calendars import is_of_another
from corpus.text.dates import LONGEST, Moment

_SHORTEST: Final = 6


@lru_cache(maxsize=1_024)
def parse_foreign(written: str, language: str | None = None) -> Moment | None:
    """Read a date in a form or language that `dates.parse` does not know; the day only.

    For texts that are where a date should be: a field of the front matter, or after a label.

    Args:
        written: at most 80 characters, without any label such as `Published:`.
        language: the language of the article. It decides what a name of several languages means.

    Returns:
        The day; None if the text is not a date, or may be two dates.
    """
    text = written.strip()
    if not _SHORTEST <= len(text) <= LONGEST or is_of_another(text, language):
        return None
    day = named.read(text, language)
    return None if day is None else Moment(day)
