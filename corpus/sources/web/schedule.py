"""Decide when to request something again, and whether a source fails or is silent, by pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from corpus.sources.web.outcomes import ANSWERED, GONE, PASSING, Observation, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

# Two sightings of a page that is gone end its recrawling.
MOST_GONE: Final = 2
_GONE_AGAIN: Final = timedelta(days=1)
_FIRST_RETRY: Final = timedelta(minutes=15)
_MOST_RETRY: Final = timedelta(days=1)
_MOST_PASSING: Final = 10
_REFUSED_AGAIN: Final = timedelta(days=1)
_MOST_REFUSED: Final = 3
FAILING_RUNS: Final = 3
FAILING_AFTER: Final = timedelta(hours=24)
_SILENT_WINDOW: Final = timedelta(days=30)
_SILENT_GAPS: Final = 4
_SILENT_LEAST: Final = timedelta(days=1)
# Captures not further apart than this came at once.
_AT_ONCE: Final = timedelta(minutes=15)
# A scheduled run begins some seconds sooner or later than the last: its sources are due all the same.
_SOONER: Final = 10
_MOST_SOONER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Page:
    """What is known of one page that a source named.

    Attributes:
        key: its canonical address.
        url: the address as the source gives it.
        published: when it was published or last modified according to the source. The newest are requested first.
        first_seen: when it was first captured; None if it was never captured.
        checked: when it was last requested.
        due: when to request it (again); None for never.
        tries: how many attempts in a row had no answer.
        gone: how many answers in a row reported that it is gone.
        sha256: the sha256 of its last body; `words_sha256` that of its words and metadata.
        appeared: when it was published according to the source; midnight UTC if the source gives only a day.
        content: its full text in a feed, as a document, until the page was requested.
    """

    key: str
    url: str
    source: str
    published: datetime | None = None
    first_seen: datetime | None = None
    checked: datetime | None = None
    due: datetime | None = None
    tries: int = 0
    gone: int = 0
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    words_sha256: str | None = None
    content: bytes | None = None
    appeared: datetime | None = None


def advance(page: Page, seen: Observation, recrawl: Sequence[timedelta]) -> Page:
    """Return what is known of a page after a request for it.

    Args:
        page: what was known before.
        seen: the request and its outcome.
        recrawl: the ages, from the first capture, at which it is requested again.
    """
    if seen.outcome in ANSWERED:
        known = replace(
            page,
            first_seen=page.first_seen or seen.at,
            checked=seen.at,
            tries=0,
            gone=0,
            content=None,
            due=_next(page.first_seen or seen.at, seen.at, recrawl),
        )
        if seen.outcome is Outcome.UNCHANGED_304:
            return known
        return replace(
            known,
            sha256=seen.sha256,
            words_sha256=seen.words_sha256,
            etag=seen.etag,
            last_modified=seen.last_modified,
        )
    if seen.outcome in GONE:
        gone = page.gone + 1
        again = _next(page.first_seen, seen.at, recrawl) if page.first_seen else None
        due = None if gone >= MOST_GONE else again or seen.at + _GONE_AGAIN
        return replace(page, checked=seen.at, gone=gone, tries=0, due=due)
    tries = page.tries + 1
    if seen.outcome is Outcome.RATE_LIMITED:
        # Its host is put off, and says until when.
        return replace(page, checked=seen.at, due=seen.at)
    if seen.outcome in PASSING:
        wait = min(_FIRST_RETRY * 2 ** min(page.tries, 10), _MOST_RETRY)
        return replace(page, checked=seen.at, tries=tries, due=seen.at + wait if tries < _MOST_PASSING else None)
    if seen.outcome is Outcome.ROBOTS:
        # Rules change; looking again costs no request.
        return replace(page, checked=seen.at, due=seen.at + _REFUSED_AGAIN)
    if page.first_seen is not None:
        return replace(page, checked=seen.at, tries=0, due=_next(page.first_seen, seen.at, recrawl))
    ends = tries >= _MOST_REFUSED or seen.outcome is Outcome.WITHDRAWN
    return replace(page, checked=seen.at, tries=tries, due=None if ends else seen.at + _REFUSED_AGAIN * tries)


def _next(first_seen: datetime, now: datetime, recrawl: Sequence[timedelta]) -> datetime | None:
    """Return the next time for a new request; missed times are left out."""
    return min((first_seen + age for age in recrawl if first_seen + age > now), default=None)


@dataclass(frozen=True, slots=True)
class SourceState:
    """The state of a source.

    Attributes:
        last_run: when it was last checked; None if it never was.
        last_success: when it last answered.
        failures: how many runs in a row had no answer; `failing_since` is the time of the first.
        detail: why it did not answer last.
    """

    name: str
    last_run: datetime | None = None
    last_success: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    detail: str | None = None

    def due(self, every: timedelta) -> datetime | None:
        """Return when to check it again, if it is checked so often; None if it was never checked."""
        return None if self.last_run is None else self.last_run + every

    def is_due(self, now: datetime, every: timedelta) -> bool:
        """Return whether to check it now. It may be a little early; a clock that was set back makes nobody wait."""
        due = self.due(every)
        if due is None or self.last_run is None or self.last_run > now:
            return True
        return now >= due - min(every / _SOONER, _MOST_SOONER)

    def after(self, now: datetime, failure: str | None) -> SourceState:
        """Return its state after a run.

        Args:
            now: when it was checked.
            failure: why it did not answer; None if it did.
        """
        if failure is None:
            return SourceState(self.name, now, now)
        return SourceState(self.name, now, self.last_success, self.failures + 1, self.failing_since or now, failure)

    def is_failing(self, now: datetime) -> bool:
        """Return whether it has not answered for three runs and 24 hours."""
        return (
            self.failures >= FAILING_RUNS
            and self.failing_since is not None
            and now - (self.last_success or self.failing_since) >= FAILING_AFTER
        )


def silent_since(captured: Sequence[datetime], now: datetime, every: timedelta) -> datetime | None:
    """Return the last time of a new article, if a source that worked has had nothing new for long; otherwise None.

    Long means four times the median gap between the new articles of its last 30 days, and at least a day. Articles that
    one run found count once: how fast they were fetched tells nothing of how often something appears.

    Args:
        captured: when its articles were first captured, in any order.
        now: the present moment.
        every: how often it is checked.
    """
    if not captured:
        return None
    last = max(captured)
    times = sorted(at for at in captured if last - at <= _SILENT_WINDOW)
    at_once = max(every / 2, _AT_ONCE)
    gaps = [gap for earlier, later in pairwise(times) if (gap := later - earlier) > at_once]
    if not gaps and last - times[0] < _SILENT_LEAST:
        # All of it came with the first run, or soon after.
        return None
    # Without any gap there is something new all the time.
    typical = median(gap.total_seconds() for gap in gaps) if gaps else 0.0
    limit = max(timedelta(seconds=_SILENT_GAPS * typical), _SILENT_LEAST)
    return last if now - last > limit else None
