"""Reads a single date as pages write it: for machines, for people, or as htmldate guesses it."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from corpus.formats.html import spans
from corpus.text import dates, halves
from corpus.text.clocks import find_time

_ISO: Final = re.compile(
    r"^(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ]+(\d\d?):(\d\d)(?::(\d\d?)(?:[.,]\d+)?)?\s*(?:UTC|GMT)?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?\.?\d*$",
    re.IGNORECASE,
)
_UTC: Final = re.compile(r"(?:UTC|GMT)$", re.IGNORECASE)
_IN_UTC: Final = re.compile(r"(?:Z|UTC|GMT|[+-]00(?::?00)?)\W*$", re.IGNORECASE)
_COMPACT: Final = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_LONGEST: Final = 120
_LARGEST_GUESSED: Final = 1_000_000


def read(written: str, hint: date | None = None, language: str | None = None) -> dates.Moment | None:
    """Read a date for machines or for people, perhaps behind a label.

    Args:
        written: the date as it is in an attribute, a field or a line.
        hint: the day in the page's address.
        language: the language of the page.
    """
    text = written.strip()
    iso = _ISO.match(text) or _COMPACT.match(text)
    if iso is None:
        moment = dates.parse(text, dates.NumericDates.BY_LANGUAGE, language, hint)
        if moment is not None or len(text) > _LONGEST:
            return moment
        span = next(spans.find(text, language, hint), None)
        return span.moment if span else None
    year, month, day, hour, minute, second, zone = iso.groups()
    zone = "Z" if _UTC.search(text) else zone
    clock_ = f"T{int(hour):02}:{minute}:{int(second or 0):02}" if hour is not None else ""
    return dates.parse(f"{year}-{int(month):02}-{int(day):02}{clock_}{zone or '' if clock_ else ''}")


def is_utc(written: str) -> bool:
    """Return whether a date is written in UTC, which does not show the local day of the site."""
    return _IN_UTC.search(written) is not None


def clock(written: str) -> str | None:
    """Return day and time to the second as they are written; None without a time."""
    iso = _ISO.match(written.strip())
    if iso is None or iso[4] is None:
        return None
    return " ".join(f"{int(part or 0):02}" for part in iso.groups()[:6])


def shown_clock(written: str) -> str | None:
    """Return the hour and minute of a date for people, such as `03 33`; None without a time."""
    found, _ = find_time(halves.in_one_form(written.casefold()))
    return f"{found[0]:02} {found[1]:02}" if found is not None else None


def guess(text: str) -> date | None:
    """Return the day on which a page was published as htmldate guesses it; None without a guess."""
    import htmldate  # seldom needed, and slow to import

    try:
        found = htmldate.find_date(text[:_LARGEST_GUESSED], original_date=True, max_date=_LATEST)
    except Exception:  # noqa: BLE001 - any page may come, and a guess is worth no failure
        return None
    day = date.fromisoformat(found) if found else None
    # What has a year alone is dated to its first day.
    return None if day is None or (day.month, day.day) == (1, 1) else day


# No clock has a say: what lies in the future is found by a check, against the time of capture.
_LATEST: Final = "2100-01-01"
