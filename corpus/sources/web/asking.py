"""Make requests politely: with robots.txt, gaps between requests to a host, back-off and redirects."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from corpus.sources.web import robots
from corpus.sources.web.declared import MOST_BYTES, Declared, declared, files_of
from corpus.sources.web.outcomes import Hop, Observation, Outcome, Via
from corpus.sources.web.permitting import refusal as refusal_of
from corpus.sources.web.spool import Row
from corpus.sources.web.wire import Answer, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta

    from corpus.sources.web.collecting import FetchRights
    from corpus.sources.web.pacing import Pacer
    from corpus.sources.web.spool import Spool
    from corpus.sources.web.state import State
    from corpus.sources.web.wire import Wire
    from corpus.sources.web.withdrawn import WithdrawnPages

MOST_REDIRECTS: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Manners:
    """The rules of a source for requests to its hosts.

    Attributes:
        source: its name, for observations.
        delay: the least gap between requests to a host.
        rights: what the requested pages must allow.
    """

    source: str
    delay: timedelta
    rights: FetchRights | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a request, after redirects.

    Attributes:
        url: the requested address; `final_url` is the one that answered.
        result: the answer, or why there is no answer.
        at: when it ended.
        seconds: how long the last request took.
        robots_sha256: the sha256 of the robots.txt that allowed or refused it.
        declared: what the origin that answered declares about the use of its pages.
    """

    url: str
    final_url: str
    result: Answer | Failed
    at: datetime
    seconds: float
    redirects: tuple[Hop, ...] = ()
    robots_sha256: str | None = None
    declared: Declared | None = None

    def observed(self, source: str, via: Via, outcome: Outcome, **more: object) -> Observation:
        """Return the observation of the request, with further facts of the caller."""
        result = self.result
        values: dict[str, object] = {
            "status": result.status or None,
            "final_url": self.final_url if self.final_url != self.url else None,
            "redirects": self.redirects,
            "robots_sha256": self.robots_sha256,
            "address": result.address,
            "seconds": round(self.seconds, 3),
        }
        if isinstance(result, Answer):
            values |= {"etag": result.header("etag"), "last_modified": result.header("last-modified")}
        else:
            values["detail"] = result.detail
        return Observation(source, via, self.url, self.at, outcome, **{**values, **more})  # type: ignore[arg-type]


@dataclass(slots=True)
class Asker:
    """Makes requests by the rules of robots.txt and the answers of hosts.

    Args:
        wire: sends the requests.
        pacer: holds each host to its gap.
        state: remembers robots.txt and hosts.
        spool: keeps observations and evidence.
        agent: the agent's name in robots.txt.
        now: the present moment.
        withdrawn: tells what was withdrawn and must not be kept; None if nothing was.
    """

    wire: Wire
    pacer: Pacer
    state: State
    spool: Spool
    agent: str
    now: Callable[[], datetime]
    withdrawn: WithdrawnPages | None = None
    _policies: dict[str, robots.Policy] = field(default_factory=dict)
    _declared: dict[str, Declared] = field(default_factory=dict)
    _reading: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def ask(self, url: str, manners: Manners, headers: Mapping[str, str]) -> Reply:
        """Request an address, and the addresses it redirects to. Each is a request of its own that waits for its host.

        Args:
            url: the address.
            manners: the rules of the source that wants it.
            headers: headers of the request, such as validators. They are sent to the first address only.
        """
        hops: list[Hop] = []
        seen: set[str] = set()
        target, rules_sha256, declares = urldefrag(url)[0], None, None

        def reply(result: Answer | Failed, seconds: float = 0.0) -> Reply:
            return Reply(url, target, result, self.now(), seconds, tuple(hops), rules_sha256, declares)

        while True:
            if (refusal := self.wire.guard.refusal(target)) is not None:
                return reply(Failed(Outcome.BLOCKED_ADDRESS, refusal))
            host = urlsplit(target).hostname or ""
            if (put_off := self._put_off(host)) is not None:
                return reply(put_off)
            policy = await self._policy(target, manners)
            rules_sha256, declares = policy.rules.sha256, self._declared.get(policy.rules.origin)
            if not await policy.allows(target):
                return reply(_refused(policy.rules))
            if manners.rights and declares:
                why = refusal_of(manners.rights, declares.signals(target), target, is_complete=False)
                if why is not None:
                    return reply(Failed(Outcome.RIGHTS_REFUSED, why))
            result, seconds = await self._send(target, host, manners, headers if not hops else {})
            if not isinstance(result, Answer) or result.status not in _REDIRECTS:
                return reply(result, seconds)
            hops.append(Hop(target, result.status))
            seen.add(target)
            location = result.header("location")
            following = urldefrag(urljoin(target, location.strip()))[0] if location and location.strip() else ""
            if not following or following in seen or len(hops) > MOST_REDIRECTS:
                fault = "no Location" if not following else "a loop" if following in seen else "too many"
                return reply(Failed(Outcome.REDIRECTS, fault, result.status, result.address), seconds)
            target = following

    def _put_off(self, host: str) -> Failed | None:
        until = self.pacer.off_until(host, self.now())
        return None if until is None else Failed(Outcome.DEFERRED, f"{host} asked us to wait until {until:%H:%M} UTC")

    async def _send(
        self, target: str, host: str, manners: Manners, headers: Mapping[str, str], *, counts: bool = True
    ) -> tuple[Answer | Failed, float]:
        async with self.pacer.turn(host, manners.delay):
            if counts and (put_off := self._put_off(host)) is not None:
                # It asked for a pause while this request waited for its turn.
                return put_off, 0.0
            begun = monotonic()
            result = await self.wire.get(target, headers)
            seconds = monotonic() - begun
        retry_after = result.header("retry-after") if isinstance(result, Answer) else None
        status = result.status if counts or result.status == 429 else None
        self.pacer.answered(host, status, retry_after, self.now())
        self.state.keep_host(self.pacer.hosts[host])
        return result, seconds

    async def _policy(self, url: str, manners: Manners) -> robots.Policy:
        """Return the rules for a URL. They are requested once a day, by one request at a time."""
        origin = robots.origin_of(url)
        async with self._reading.setdefault(origin, asyncio.Lock()):
            known = self._policies.get(origin)
            if known is None or known.rules.expires <= self.now():
                rules = self.state.rules(origin)
                if rules is None or rules.expires <= self.now():
                    rules = await self._read_rules(origin, manners)
                    self.state.keep_rules(rules)
                known = self._policies[origin] = await robots.policy(rules, self.agent)
                self.pacer.slow_down(urlsplit(url).hostname or "", known.delay)
                await self._evidence(origin, known, manners)
            return known

    async def _read_rules(self, origin: str, manners: Manners) -> robots.Rules:
        url = f"{origin}/robots.txt"
        reply = await self._follow(url, manners)
        result = reply.result
        at = self.now()
        if isinstance(result, Failed) and result.outcome in {Outcome.TOO_LARGE, Outcome.BOMB}:
            # What cannot be read to its end may forbid anything.
            rules = robots.read(origin, at, None, b"")
        elif isinstance(result, Failed):
            rules = robots.read(origin, at, result.status if result.outcome is Outcome.REDIRECTS else None, b"")
        else:
            rules = robots.read(origin, at, result.status, result.body)
        await self._keep_evidence(reply, Via.ROBOTS, manners)
        return rules

    async def _evidence(self, origin: str, policy: robots.Policy, manners: Manners) -> None:
        """Keep what an origin declares about the use of its pages, as long as its robots.txt is kept."""
        noted, at = f"tdmrep {origin}", policy.rules.at.isoformat()
        known = self.state.declared(origin)
        if self.state.meta(noted) != at and policy.rules.body is not None:
            found: dict[str, tuple[str, bytes]] = {}
            for via, url in files_of(origin, policy.rules.body):
                # A licence that robots.txt names is offered to all that read robots.txt.
                if via is not Via.RSL and not await policy.allows(url):
                    continue
                reply = await self._follow(url, manners)
                await self._keep_evidence(reply, via, manners)
                result = reply.result
                if isinstance(result, Answer) and result.status < 300:
                    found[url] = via.value, result.body[:MOST_BYTES]
                elif url in known and not (isinstance(result, Answer) and result.status < 500):
                    # What a server declares holds while it cannot be asked again.
                    found[url] = known[url]
            self.state.keep_declared(origin, known := found)
            self.state.note(noted, at)
        self._declared[origin] = declared(self.agent, policy.rules.body, known.values())

    async def _follow(self, url: str, manners: Manners) -> Reply:
        """Request a file that robots.txt does not govern: redirects are followed, and back-off is ignored."""
        hops: list[Hop] = []
        target, seconds = url, 0.0
        result: Answer | Failed
        while True:
            if (refusal := self.wire.guard.refusal(target)) is not None:
                result = Failed(Outcome.BLOCKED_ADDRESS, refusal)
                break
            result, seconds = await self._send(target, urlsplit(target).hostname or "", manners, {}, counts=False)
            location = result.header("location") if isinstance(result, Answer) else None
            if not isinstance(result, Answer) or result.status not in _REDIRECTS:
                break
            hops.append(Hop(target, result.status))
            if not location or len(hops) > MOST_REDIRECTS:
                result = Failed(Outcome.REDIRECTS, "too many", 404, result.address)
                break
            target = urldefrag(urljoin(target, location.strip()))[0]
        return Reply(url, target, result, self.now(), seconds, tuple(hops))

    async def keep(self, seen: Observation, body: bytes | None) -> None:
        """Put an observation into the spool, with a body that is evidence, unless that names what was withdrawn."""
        if body and self.withdrawn is not None and await self.withdrawn.are_named_in(body):
            body = None
        self.spool.put(Row(seen, body=body))

    async def _keep_evidence(self, reply: Reply, via: Via, manners: Manners) -> None:
        result = reply.result
        body = result.body if isinstance(result, Answer) and result.status < 300 else None
        sha256 = hashlib.sha256(body).hexdigest() if body is not None else None
        noted = f"{via.value} sha256 {reply.url}"
        before = self.state.meta(noted)
        if isinstance(result, Failed):
            outcome = result.outcome
        elif sha256 is None:
            outcome = outcome_of(result.status)
        elif sha256 == before:
            outcome = Outcome.UNCHANGED_BYTES
        else:
            outcome = Outcome.NEW if before is None else Outcome.CHANGED
        seen = reply.observed(manners.source, via, outcome, sha256=sha256, size=None if body is None else len(body))
        kept = body if body and outcome is not Outcome.UNCHANGED_BYTES else None
        await self.keep(seen, kept[: robots.MOST_BYTES] if kept else None)
        if sha256 is not None and sha256 != before:
            self.state.note(noted, sha256)


def outcome_of(status: int) -> Outcome:
    """Return the outcome of an unsuccessful answer, by its status."""
    if status == 404:
        return Outcome.GONE_404
    if status == 410:
        return Outcome.GONE_410
    if status == 429:
        return Outcome.RATE_LIMITED
    if status in {401, 402, 407}:
        return Outcome.LOGIN_WALL
    if status >= 500:
        return Outcome.HTTP_5XX
    return Outcome.HTTP_4XX if status >= 400 else Outcome.REDIRECTS


def _refused(rules: robots.Rules) -> Failed:
    if rules.body is not None:
        return Failed(Outcome.ROBOTS, "robots.txt does not allow it")
    status = f"answered {rules.status}" if rules.status else "did not answer"
    return Failed(Outcome.ROBOTS, f"robots.txt {status}; until it can be read, nothing of the site is fetched")
