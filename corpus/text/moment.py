"""A day as a source dates it: the value that all readers of dates give."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from schemas.dates import DateSource

# What programs write where they know no date: the first day of a calendar or of a count, or the last of one.
NOBODYS_DAYS: Final = frozenset(
    [date(1, 1, 1), date(1601, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(9999, 12, 31)]
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """A day as the source dates it.

    Attributes:
        day: the day.
        instant: the instant, if time and offset are known.
        ambiguous: whether day and month could be exchanged.
        source: where it was found; by default a declared field.
    """

    day: date
    instant: datetime | None = None
    ambiguous: bool = False
    source: DateSource = DateSource.DECLARED


def is_nobodys(found: Moment) -> bool:
    """Return whether a moment is one that programs write if they know no date."""
    return found.instant == _EPOCH or (found.day in NOBODYS_DAYS and _is_midnight(found.instant))


def _is_midnight(instant: datetime | None) -> bool:
    return instant is None or (instant.hour, instant.minute) in {(0, 0), (23, 59)}
