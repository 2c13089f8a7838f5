"""Decide when a host may be contacted: one request at a time, a gap after each answer, and back-off on demand."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from corpus.text.urls import registrable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

MOST_CRAWL_DELAY: Final = timedelta(seconds=60)
_FIRST_BACK_OFF: Final = timedelta(minutes=10)
_GROWTH: Final = 3
_MOST_BACK_OFF: Final = timedelta(hours=24)
# So many refusals in a row, or hosts that refuse, delay all hosts of their domain.
_OF_DOMAIN: Final = 2
_BACK_OFF: Final = frozenset({403, 429})
_UNAVAILABLE: Final = 503


@dataclass(slots=True)
class Host:
    """What is known of a host.

    Attributes:
        last: when its last answer ended.
        until: it must not be contacted before this time; None if it may be contacted.
        refusals: how many answers in a row demanded to slow down or to stop.
    """

    name: str
    last: datetime | None = None
    until: datetime | None = None
    refusals: int = 0


@dataclass(slots=True)
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    ended: float | None = None
    gap: float = 0.0


class Pacer:
    """Allows one request to each host at a time, with its gap.

    Args:
        known: what was known of hosts at the end of the last run.
        now: the present moment.
    """

    def __init__(self, known: Iterable[Host], now: datetime) -> None:
        self._queues: dict[str, _Queue] = {}
        self.hosts: dict[str, Host] = {host.name: host for host in known}
        beginning = time.monotonic()
        for host in self.hosts.values():
            if host.last is not None:
                # A clock that was set back must not make anybody wait for years.
                ago = max((now - host.last).total_seconds(), 0.0)
                self._queues[host.name] = _Queue(ended=beginning - ago)

    @asynccontextmanager
    async def turn(self, host: str, gap: timedelta) -> AsyncIterator[None]:
        """Wait until a host may be contacted, and reserve it until the answer has ended.

        Args:
            host: its name, without the port: several ports are one machine.
            gap: the least time between the end of an answer and the next request. The longest gap of a host applies
                to all requests to it.
        """
        queue = self._queues.setdefault(host, _Queue())
        queue.gap = max(queue.gap, gap.total_seconds())
        async with queue.lock:
            if queue.ended is not None and (wait := queue.ended + queue.gap - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                queue.ended = time.monotonic()

    def slow_down(self, host: str, delay: float | None) -> None:
        """Note the Crawl-delay of a host, in seconds, up to one minute."""
        if delay is not None and delay > 0:
            queue = self._queues.setdefault(host, _Queue())
            queue.gap = max(queue.gap, min(delay, MOST_CRAWL_DELAY.total_seconds()))

    def answered(self, host: str, status: int | None, retry_after: str | None, now: datetime) -> None:
        """Note how a host answered: 429, 403, and 503 with Retry-After delay it; a second time, its domain."""
        known = self.hosts.setdefault(host, Host(host))
        known.last = now
        if status is None:
            return
        asked = _retry_after(retry_after, now)
        if status not in _BACK_OFF and not (status == _UNAVAILABLE and asked is not None):
            if status < 500:
                known.refusals, known.until = 0, None
            return
        known.refusals += 1
        pause = min(_FIRST_BACK_OFF * _GROWTH ** min(known.refusals - 1, 10), _MOST_BACK_OFF)
        if asked is not None:
            pause = min(max(asked, timedelta(0)), _MOST_BACK_OFF) if known.refusals == 1 else max(pause, asked)
        known.until = now + min(pause, _MOST_BACK_OFF)
        domain = registrable(host)
        if domain is None or domain == host:
            return
        refusing = sum(
            one.refusals for one in self.hosts.values() if one.name.endswith(f".{domain}") and _is_off(one, now)
        )
        if refusing >= _OF_DOMAIN:
            domain_host = self.hosts.setdefault(domain, Host(domain))
            domain_host.until = max(known.until, domain_host.until or known.until)

    def off_until(self, host: str, now: datetime) -> datetime | None:
        """Return until when a host, or its registrable domain, must not be contacted; None if it may be."""
        names = {host, registrable(host) or host}
        moments = [one.until for name in names if (one := self.hosts.get(name)) is not None and _is_off(one, now)]
        return max((moment for moment in moments if moment is not None), default=None)


def _is_off(host: Host, now: datetime) -> bool:
    return host.until is not None and host.until > now


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the time in a Retry-After header, given in seconds or as a date; None without one."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
