"""Read the time of capture of a row of a table from one of its columns.

A time without an offset is UTC, as crawlers write it. A day alone means its beginning, as with `--captured-at`.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from corpus.formats import values
from corpus.formats.mapping import Columns
from corpus.text.counted import is_number
from corpus.text.dates import NumericDates
from corpus.text.moment import Moment, is_nobodys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus.sources.entries import Item

_FIELD: Final = "captured"
_FIRST_YEAR: Final = 1_000
_LONGEST: Final = 80
# As the Wayback Machine and CDX files write times: always UTC.
_DIGITS: Final = {12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
# Days whose order is clear, with a time of day that `values.moment` would drop for want of an offset.
_WRITTEN: Final = (
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y",
    "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M", "%d %B %Y %H:%M:%S", "%d %B %Y %H:%M", "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %H:%M",
    "%B %d, %Y %H:%M:%S", "%B %d, %Y %H:%M", "%b %d, %Y %I:%M:%S %p", "%b %d, %Y %I:%M %p", "%B %d, %Y %I:%M:%S %p",
    "%B %d, %Y %I:%M %p", "%d-%b-%Y %H:%M:%S",
)  # fmt: skip
_ZONE: Final = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
# Python reads six digits of a second.
_FRACTION: Final = re.compile(r"(:\d\d[.,]\d{6})\d+")


class CaptureTimes:
    """Finds the columns of rows that give a time of capture, and reads them.

    Args:
        names: the names of such columns in params.yaml, which have priority over the usual ones.
        now: the present moment. A later time is not a time of capture.
    """

    def __init__(self, names: Sequence[str] = (), now: datetime | None = None) -> None:
        self._columns = Columns({_FIELD: tuple(names)})
        self._now = now or datetime.now(UTC)

    def are_in(self, names: Iterable[str], nested: Iterable[Iterable[str]] = ()) -> bool:
        """Return whether a table may have such a column.

        Args:
            names: its columns.
            nested: the members of columns with objects.
        """
        return any(self._columns.names(dict.fromkeys(some), _FIELD) for some in (names, *nested))

    def dated(self, item: Item, row: Mapping[str, Any] | None = None) -> Item:
        """Return a row with its time of capture, or with the value that could not be read as one.

        Args:
            item: the row as a JSON object.
            row: the parsed row, if it is known already.
        """
        if row is None:
            try:
                row = orjson.loads(item.data)
            except orjson.JSONDecodeError:
                return item
        if not isinstance(row, dict):
            return item
        value = self._columns.first(row, _FIELD)
        if value is None or isinstance(value, bool):
            return item
        at = read(value)
        if at is None or at > self._now:
            return item._replace(unread_time=str(value)[:_LONGEST])
        return item._replace(captured_at=at)


def read(value: Any) -> datetime | None:
    """Return a time of capture in UTC; None if it is not one, or if the order of its numbers is not clear.

    Args:
        value: ISO 8601, RFC 5322, 14 digits as archives write them, a count since 1970, or a date as people write it.
    """
    found: datetime | None = None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = f"{value}" if isinstance(value, int) else value.strip() if isinstance(value, str) else ""
    if len(text) > _LONGEST:
        return None
    if text.isdecimal() and text.isascii() and (form := _DIGITS.get(len(text))) is not None:
        with suppress(ValueError):
            found = datetime.strptime(text, form).replace(tzinfo=UTC)
    elif text and not is_number(text):
        found = _of_text(text)
    try:
        if found is None:
            moment = values.moment(value, NumericDates.BY_LANGUAGE, None, None)
            if moment is None or moment.ambiguous:
                return None
            found = moment.instant or _begin(moment.day)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return None if found.year < _FIRST_YEAR or is_nobodys(Moment(found.date())) else found


def _of_text(text: str) -> datetime | None:
    zoned = _ZONE.sub("+00:00", text) if ":" in text else text
    with suppress(ValueError):
        return datetime.fromisoformat(_FRACTION.sub(r"\1", zoned))
    # Its zones are many; what it cannot read raises either.
    with suppress(ValueError, TypeError, IndexError):
        return parsedate_to_datetime(text)
    bare = _ZONE.sub("", text)
    for form in _WRITTEN:
        with suppress(ValueError):
            return datetime.strptime(bare, form)  # noqa: DTZ007 - `read` says which zone it is without one
    return None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
