"""Find days in addresses."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from corpus.text.months import MONTHS

# As /2020/09/11/, and as sites write it otherwise: by the month's name, by underscores, without one or both separators.
_IN_URL: Final = re.compile(
    r"/(?:1[6-9]\d\d|20\d\d)[/-]\d\d?[/-](?:\d\d?(?=/|$|\.[a-z]{3,5}(?:$|\?))|\d\d(?=-))"
    r"|[-_](?:19|20)\d\d-\d\d-\d\d(?=[/?]|\.[a-z]{3,5}(?:$|\?)|$)"
    r"|/(?:19|20)\d\d\.\d\d\.\d\d(?=/)"
    r"|/(?:19|20)\d\d/[a-z]{3,9}/\d\d?(?=/|$)"
    r"|/(?:19|20)\d\d_\d\d_\d\d(?=[/_-]|$)"
    r"|/(?:19|20)\d\d/?\d\d/?\d\d(?=/)"
    r"|[-_](?:199[4-9]|20\d\d)\d{4}(?=\.[a-z]{3,5}(?:$|\?))"
    r"|/t(?:199[4-9]|20\d\d)\d{4}(?=_\d{1,10}\.[a-z]{3,5}(?:$|\?))",
    re.IGNORECASE,
)
_IN_PARTS: Final = re.compile(r"(\d{4})[/_.-]?([a-z]{3,9}|\d\d?(?=[/_.-])|\d\d)[/_.-]?(\d\d?)$", re.IGNORECASE)


def in_url(url: str | None) -> date | None:
    """Return the day in a URL's path, as `/2020/09/11/`, `/2020/sep/11/` or `-20200911.html`; None without one."""
    for found in _IN_URL.finditer(url) if url else ():
        if parts := _IN_PARTS.search(found[0]):
            year, month, day = parts.groups()
            number = int(month) if month.isdigit() else MONTHS.get(month.casefold())
            if number and (known := _day(int(year), number, int(day))):
                return known
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
