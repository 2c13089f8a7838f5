"""What `corpus serve` runs, and when it is due."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from corpus.errors import UsageError

_EVERY: Final = re.compile(r"([1-9]\d{0,6})\s*([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def interval(written: str) -> timedelta:
    """Return `30s`, `15m`, `1h`, `1d` as a span of time.

    Raises:
        UsageError: it is not an interval.
    """
    found = _EVERY.fullmatch(written.strip().lower())
    if found is None:
        raise UsageError(f"--every {written!r} is not an interval. Write 30s, 15m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def check_cron(expression: str, timezone: str | None) -> None:
    """Raise UsageError unless Prefect takes a schedule."""
    from prefect.client.schemas.schedules import CronSchedule
    from pydantic import ValidationError

    try:
        CronSchedule(cron=expression, timezone=timezone)
    except (ValidationError, ValueError) as error:
        why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UsageError(f"Invalid --cron {expression!r}: {why.removeprefix('Value error, ')}.") from None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run, and when.

    Attributes:
        cron: the schedule as cron writes it, in `timezone`; None with `every`.
        timezone: IANA name of a zone; UTC if None.
        every: the interval between runs as the user wrote it; None with `cron`.
        commit: whether each run commits what it changed.
        workers: processes that parse; None for one a core.
        collect: whether each run collects first what is due.
    """

    cron: str | None
    timezone: str | None
    every: str | None
    commit: bool
    workers: int | None
    collect: bool = True

    def check(self) -> None:
        """Raise UsageError if the schedule is not one."""
        if self.every:
            interval(self.every)
        if self.cron:
            check_cron(self.cron, self.timezone)

    def schedule(self) -> Any:
        """Return the schedule as Prefect's client wants it."""
        from prefect.schedules import Cron, Interval

        if self.cron:
            return Cron(self.cron, timezone=self.timezone)
        return Interval(interval(self.every or ""))

    def next_after(self, moment: datetime) -> datetime:
        """Return when the next run is due after a moment, in UTC; for an interval, when it is due at the latest."""
        if self.cron is None:
            return moment + interval(self.every or "")
        from prefect.server.schemas.schedules import CronSchedule

        zone = ZoneInfo(self.timezone or "UTC")
        dates = CronSchedule(cron=self.cron, timezone=str(zone)).get_dates(
            1, start=moment.astimezone(zone) + timedelta(seconds=1)
        )
        return asyncio.run(dates)[0].astimezone(UTC)

    def in_words(self) -> str:
        """Return the schedule as the user wrote it."""
        return f"{self.cron} ({self.timezone or 'UTC'})" if self.cron else f"every {self.every}"

    def next_in_words(self, moment: datetime) -> str:
        """Return when the next run is due after a moment, in the time of the schedule."""
        due = self.next_after(moment)
        if self.cron is None:
            return f"{due:%Y-%m-%d %H:%M:%S} UTC at the latest"
        return f"{due.astimezone(ZoneInfo(self.timezone or 'UTC')):%Y-%m-%d %H:%M %Z}"
