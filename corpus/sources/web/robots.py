"""Read what robots.txt allows, by RFC 9309, with Protego, within bounds."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from protego import Protego

MOST_BYTES: Final = 512_000
# Kept so long at most, and so long where it could not be read.
KEPT: Final = timedelta(hours=24)
_KEPT_FAILED: Final = timedelta(hours=1)
# Such a flood of rules takes seconds to compile: in a thread.
_LARGE: Final = 20_000
_LONGEST_RULE: Final = 2_000
# Some name an agent with a version, `NewsBot/2.0`: the name counts (RFC 9309, 2.2.1).
_AGENT: Final = re.compile(r"^(\s{0,99}user-agent\s{0,99}:\s{0,99}[a-z_-]+)/.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """The robots.txt of an origin, as it was read.

    Attributes:
        at: when it was requested.
        status: the status of the answer; None without an answer.
        body: at most 512,000 bytes; None if nothing may be read because the server failed.
        sha256: the sha256 of the body as received, if there is one.
    """

    origin: str
    at: datetime
    status: int | None
    body: bytes | None
    sha256: str | None = None

    @property
    def expires(self) -> datetime:
        """Return until when it may be used."""
        return self.at + (KEPT if self.body is not None else _KEPT_FAILED)


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as `https://example.com`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def read(origin: str, at: datetime, status: int | None, body: bytes) -> Rules:
    """Return the rules in an answer: 4xx but 429 allows all; 429, 5xx and no answer disallow all.

    Args:
        origin: the origin of the rules.
        at: when they were requested.
        status: the status of the answer after redirects; None without an answer.
        body: the body of the answer.
    """
    if status is not None and 200 <= status < 300:
        return Rules(origin, at, status, body[:MOST_BYTES], hashlib.sha256(body).hexdigest())
    if status is not None and 400 <= status < 500 and status != 429:
        return Rules(origin, at, status, b"")
    return Rules(origin, at, status, None)


class Policy:
    """What an origin's rules allow one agent.

    Args:
        rules: the rules.
        agent: the agent's name in robots.txt.
        parser: the parser of the rules; None if nothing is allowed.
    """

    def __init__(self, rules: Rules, agent: str, parser: Protego | None) -> None:
        self.rules = rules
        self._agent = agent
        self._parser = parser

    async def allows(self, url: str) -> bool:
        """Return whether a URL of the origin may be requested."""
        if self._parser is None:
            return False
        if len(self.rules.body or b"") > _LARGE:
            return bool(await asyncio.to_thread(self._parser.can_fetch, url, self._agent))
        return bool(self._parser.can_fetch(url, self._agent))

    @property
    def delay(self) -> float | None:
        """Return the Crawl-delay in seconds, or the delay by Request-rate; None without one."""
        if self._parser is None:
            return None
        found = self._parser.crawl_delay(self._agent)
        rate = self._parser.request_rate(self._agent)
        delays = [found] if found is not None else []
        if rate is not None and rate.requests > 0:
            delays.append(rate.seconds / rate.requests)
        return max(delays, default=None)

    @property
    def sitemaps(self) -> list[str]:
        """Return the sitemaps that the rules name."""
        return [] if self._parser is None else list(self._parser.sitemaps)


async def policy(rules: Rules, agent: str) -> Policy:
    """Return what rules allow an agent. A large file is compiled in a thread, so that other work continues."""
    if rules.body is None:
        return Policy(rules, agent, None)
    text = "\n".join(
        _AGENT.sub(r"\1", line[:_LONGEST_RULE])
        for line in rules.body.decode("utf-8-sig", "replace").replace("\0", "").splitlines()
    )

    def work() -> Protego:
        from protego import Protego

        return Protego.parse(text)

    return Policy(rules, agent, await asyncio.to_thread(work) if len(text) > _LARGE else work())
