"""Report the state of sources, what a run would fetch, and which feeds and sitemaps a site has."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from corpus.app.collecting import COLLECT, Web, chosen, is_example, recrawl_of
from corpus.batches import withdrawals
from corpus.errors import CorpusError, UsageError
from corpus.sources.discovery import entries_of, find_sources, first_address
from corpus.sources.web import config, robots
from corpus.sources.web.asking import Asker, Manners
from corpus.sources.web.collecting import Agent
from corpus.sources.web.collector import MOST_RECRAWLED
from corpus.sources.web.guard import Guard
from corpus.sources.web.health import health
from corpus.sources.web.pacing import Pacer
from corpus.sources.web.remembering import catch_up
from corpus.sources.web.spool import Backlog, Spool
from corpus.sources.web.state import State
from corpus.sources.web.wire import Answer, Failed, Limits, Wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.batches.withdrawals import Tombstones
    from corpus.repo.repository import Repository
    from corpus.sources.web.collecting import Source
    from corpus.sources.web.robots import Policy

_MOST: Final = 40
_POLITE: Final = timedelta(seconds=1)
_STRANGER: Final = Agent("newscorpus", "https://pypi.org/project/newscorpus/")


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """The state of a source.

    Attributes:
        waiting: pages that are due now, and `waiting_new` how many of them were never captured.
        captured: articles that were captured in the last 30 days.
        next_page: when its next page is due, if that is after now.
        failing: why it does not answer, if it has not answered for long.
        silent_since: the last time of something new, if that is suspiciously long ago.
    """

    name: str
    kind: str
    last_success: datetime | None
    due: datetime | None
    waiting: int
    waiting_new: int
    captured: int
    next_page: datetime | None
    failing: str | None
    silent_since: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """The state of collecting: the sources, and what waits in the spool."""

    sources: tuple[SourceStatus, ...]
    backlog: Backlog
    seals: str


def status(repository: Repository, now: datetime) -> Status:
    """Return the state of each source of collect.yaml. Nothing is fetched.

    Raises:
        UsageError: collect.yaml has faults.
    """
    root = repository.root
    collecting = config.load(root / COLLECT)
    with Spool(root) as spool, State(root) as state:
        failing, silent = health(state, collecting.sources, now)
        found = []
        for source in collecting.sources:
            known = state.source(source.name)
            waiting, new = state.waiting(source.name, now)
            recent = sum(now - at <= timedelta(days=30) for at in state.captured(source.name))
            found.append(
                SourceStatus(
                    source.name, source.kind.value, known.last_success, known.due(source.every), waiting, new, recent,
                    state.next_page(source.name), failing.get(source.name), silent.get(source.name),
                )
            )  # fmt: skip
        daily = all(source.seal.value == "day" for source in collecting.sources)
        return Status(tuple(found), spool.backlog(), "00:00" if daily else "with the next run")


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would do for a source.

    Attributes:
        looks: whether the source itself is due.
        fetches: the addresses that would be requested.
        left: the reasons why other pages would not be requested, each with their number.
        seconds: how long the requests take with the source's delay.
        next_page: when the next of the pages that are not due yet is due.
        is_example: whether it is at an address for examples, which is never requested.
    """

    name: str
    looks: bool
    due: datetime | None
    fetches: tuple[str, ...]
    left: dict[str, int]
    seconds: float
    next_page: datetime | None = None
    is_example: bool = False


def plan(repository: Repository, names: Sequence[str], now: datetime) -> list[Planned]:
    """Return what a run would fetch now, without a request. New entries of feeds are not known before the run.

    Raises:
        UsageError: collect.yaml has faults, or a source is not in it.
    """
    root = repository.root
    collecting = config.load(root / COLLECT)
    with Spool(root) as spool, State(root) as state:
        catch_up(root, state, spool, recrawl_of(collecting))
        planner = _Planner(state, Pacer(state.hosts(), now), collecting.agent.name, withdrawals.load(root), now)

        async def work() -> list[Planned]:
            return [await planner.planned(source) for source in chosen(collecting, names)]

        return asyncio.run(work())


@dataclass(slots=True)
class _Planner:
    """Says what a run would do now, from what is known of pages, hosts and their robots.txt."""

    state: State
    pacer: Pacer
    agent: str
    tombstones: Tombstones
    now: datetime
    _policies: dict[str, Policy | None] = field(default_factory=dict)

    async def planned(self, source: Source) -> Planned:
        """Return what a run would do for a source."""
        state, now = self.state, self.now
        known = state.source(source.name)
        if is_example(source):
            return Planned(source.name, looks=False, due=None, fetches=(), left={}, seconds=0.0, is_example=True)
        _, new = state.waiting(source.name, now)
        pages = state.due(source.name, now, captured=False, limit=source.max_new)
        resting, gone, done = state.resting(source.name, now)
        left: Counter[str] = Counter({"beyond max_new": new - len(pages)})
        fetched: list[str] = []
        for page in [*pages, *state.due(source.name, now, captured=True, limit=MOST_RECRAWLED)]:
            if (why := await self._refusal(source, page.url)) is None:
                fetched.append(page.url)
            else:
                left[why] += 1
        left |= {"not due yet": resting, "gone": gone, "not to be asked for again": done}
        longest = max(Counter(urlsplit(url).hostname for url in fetched).values(), default=0)
        return Planned(
            source.name, known.is_due(now, source.every), known.due(source.every), tuple(fetched),
            {why: n for why, n in left.items() if n}, longest * source.delay.total_seconds(),
            state.next_page(source.name, after=now),
        )  # fmt: skip

    async def _refusal(self, source: Source, url: str) -> str | None:
        """Return why a page that is due would not be requested; None if it would be."""
        if not source.admits(url):
            return "excluded"
        if self.tombstones and self.tombstones.refused("", url) is not None:
            return "withdrawn"
        if self.pacer.off_until(urlsplit(url).hostname or "", self.now) is not None:
            return "host asked for a pause"
        policy = await self._policy(robots.origin_of(url))
        return None if policy is None or await policy.allows(url) else "robots.txt"

    async def _policy(self, origin: str) -> Policy | None:
        """Return the rules of an origin as they are known; None if a run would request them first."""
        if origin not in self._policies:
            rules = self.state.rules(origin)
            is_known = rules is not None and rules.expires > self.now
            self._policies[origin] = await robots.policy(rules, self.agent) if rules and is_known else None
        return self._policies[origin]


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed or sitemap that a site has.

    Attributes:
        where: how it was found: `link`, `anchor`, `robots.txt` or `guess`.
        entries: how many articles it names; for an index, how many other files it names.
        line: a line for collect.yaml.
    """

    kind: str
    url: str
    where: str
    entries: int
    line: str


def offers(address: str, repository: Repository | None = None, web: Web | None = None) -> list[Offer]:
    """Return the feeds and sitemaps of a site: of its link elements, its robots.txt, and the usual places.

    Args:
        address: the site, or one of its pages; `https://` may be left out.
        repository: the corpus whose collect.yaml names the user agent; without one a general name is used.
        web: how to reach the web.

    Raises:
        UsageError: requests to this address are not allowed.
        CorpusError: it does not answer.
    """
    url = address if "://" in address else f"https://{address}"
    web = web or Web()
    guard = Guard(web.allow_loopback)
    if (refusal := guard.refusal(url)) is not None:
        raise UsageError(f"{address!r} cannot be requested: {refusal}.")
    agent = _STRANGER
    if repository is not None and (repository.root / COLLECT).is_file():
        agent = config.load(repository.root / COLLECT).agent

    async def work(folder: Path) -> list[Offer]:
        with Spool(folder) as spool, State(folder) as state:
            now = datetime.now(UTC)
            async with Wire(f"{agent.name} (+{agent.contact})", guard, web.limits or Limits(), web.tls) as wire:
                asker = Asker(wire, Pacer((), now), state, spool, agent.name, lambda: datetime.now(UTC))
                return await _offers(asker, url, state)

    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        return asyncio.run(work(Path(folder)))


async def _offers(asker: Asker, url: str, state: State) -> list[Offer]:
    manners = Manners("sources", _POLITE)
    reply = await asker.ask(url, manners, {})
    if isinstance(reply.result, Failed):
        raise CorpusError(f"{url} does not answer: {reply.result.outcome.value} ({reply.result.detail}).")
    parts = urlsplit(reply.final_url)
    rules = state.rules(f"{parts.scheme}://{parts.netloc}")
    found: list[Offer] = []
    seen: set[str] = set()
    for candidate in find_sources(reply.result.body, rules.body if rules else None, reply.final_url)[:_MOST]:
        asked = first_address(candidate.kind, candidate.url)
        answer = await asker.ask(asked, manners, {})
        if not isinstance(answer.result, Answer) or answer.result.status != 200 or answer.final_url in seen:
            continue
        seen.add(answer.final_url)
        named = entries_of(candidate.kind, answer.result.body, answer.final_url, answer.result.header("content-type"))
        if many := len(named.entries) or len(named.more):
            found.append(Offer(candidate.kind, candidate.url, candidate.found, many, candidate.line))
    return found
