"""Read the dates of many rows: those written by machines are read together, others one by one.

The result is the same as from `values.moment`. Read together are ISO 8601 days, alone or with a time of day, in UTC or
without an offset.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import polars as pl

from corpus.formats import values
from corpus.text import dates
from corpus.text.moment import NOBODYS_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corpus.text.dates import NumericDates

# No year that has no century, and no leap second: of those Python and Polars think differently.
_DAY: Final = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = "[0-9]{2}:[0-9]{2}:[0-5][0-9]"
_PLAIN: Final = f"^{_DAY}(?:[T ]{_CLOCK}(?:Z|[+]00:00)?)?$"
_DAY_LENGTH: Final = 10
_LOCAL_LENGTH: Final = 19
_MICROSECONDS: Final = 86_400_000_000
_FIRST_DAY: Final = date(1970, 1, 1)
_NOBODYS: Final = np.array([(day - _FIRST_DAY).days for day in NOBODYS_DAYS])
# The years that `corpus.text.dates` reads without asking for an era.
_FIRST_USUAL: Final = (date(dates.FIRST_YEAR, 1, 1) - _FIRST_DAY).days
_AFTER_USUAL: Final = (date(dates.LAST_YEAR + 1, 1, 1) - _FIRST_DAY).days
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Moments(NamedTuple):
    """Days and instants, and whether each is sure: not ambiguous, and read completely."""

    days: pl.Series
    instants: pl.Series
    sure: NDArray[np.bool_]


def read(
    written: Sequence[Any], numeric: NumericDates, tongues: Sequence[str | None], addresses: Sequence[str | None]
) -> Moments:
    """Return the result of `values.moment` for each value.

    Args:
        written: values of any JSON type.
        numeric: how to read 03/04/2020 if nothing else decides.
        tongues: the languages of the articles.
        addresses: their canonical URLs.
    """
    if not any(written):
        return _none(written)
    texts = pl.Series(
        "written", [one if isinstance(one, str) and one.isascii() else None for one in written], dtype=pl.String
    )
    plain = pl.col("plain")
    length = plain.str.len_bytes()
    # In two steps: what is four times in one expression is computed four times.
    plain_texts = texts.to_frame().select(plain=pl.when(pl.col("written").str.contains(_PLAIN)).then("written"))
    read = plain_texts.select(
        day=plain.str.slice(0, _DAY_LENGTH).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32),
        time=plain.str.slice(_DAY_LENGTH + 1, 8).str.to_time("%H:%M:%S", strict=False).cast(pl.Int64) // 1_000,
        bare=length == _DAY_LENGTH,
        placed=length > _LOCAL_LENGTH,
    )
    bare, placed = (read[name].fill_null(value=False).to_numpy() for name in ("bare", "placed"))
    dated = read["day"].is_not_null().to_numpy() & (read["time"].is_not_null().to_numpy() | bare)
    days, times = (read[name].fill_null(0).to_numpy().astype(np.int64) for name in ("day", "time"))
    # What programs write where they know no date is looked at alone.
    dated &= ~np.isin(days, _NOBODYS)
    # Nor are years together that may be of another calendar.
    dated &= (days >= _FIRST_USUAL) & (days < _AFTER_USUAL)
    # Datasets write midnight where they know the day only.
    timed = dated & placed & (times > 0)
    instants = days * _MICROSECONDS + times
    sure = np.ones(len(written), np.bool_)
    for number in np.flatnonzero(~dated).tolist():
        one = written[number]
        moment = values.moment(one, numeric, tongues[number], addresses[number]) if one else None
        sure[number] = not moment.ambiguous if moment else one is None or one in ("", [], {})
        if moment is not None:
            dated[number], days[number] = True, (moment.day - _FIRST_DAY).days
            if moment.instant is not None:
                timed[number], instants[number] = True, (moment.instant - _EPOCH) // _MICROSECOND
    return Moments(
        _where(dated, days.astype(np.int32)).cast(pl.Date),
        _where(timed, instants).cast(pl.Datetime("us", "UTC")),
        sure,
    )


def _none(written: Sequence[Any]) -> Moments:
    """Return the result for an empty column. The column of modifications is mostly empty."""
    sure = np.array([one is None or one in ("", [], {}) for one in written], np.bool_)
    count = len(written)
    return Moments(
        pl.repeat(None, count, dtype=pl.Date, eager=True),
        pl.repeat(None, count, dtype=pl.Datetime("us", "UTC"), eager=True),
        sure,
    )


def _where(known: NDArray[np.bool_], numbers: NDArray[Any]) -> pl.Series:
    """Return numbers, with nulls for unknown ones."""
    return pl.DataFrame({"known": known, "numbers": numbers}).select(pl.when("known").then("numbers"))["numbers"]
