"""Run a collection: check the sources that are due, request what they name, and put the answers into the spool."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from corpus.errors import DiskFull, InvariantError
from corpus.sources.web import judging
from corpus.sources.web.asking import Asker, Manners
from corpus.sources.web.discover import Discoverer, validators_of
from corpus.sources.web.outcomes import ANSWERED, NOT_SENT, Outcome
from corpus.sources.web.pages import key_of
from corpus.sources.web.place import require_room
from corpus.sources.web.wire import Failed
from corpus.text.urls import publisher

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.sources.web.asking import Reply
    from corpus.sources.web.collecting import Source
    from corpus.sources.web.schedule import Page

# Collecting stops long before a build would have to.
SPARE_BYTES: Final = 1_000_000_000
MOST_RECRAWLED: Final = 5_000
_UNCONDITIONAL: Final = timedelta(days=1)
_SHOWN: Final = 100
_LOOK_AT_DISK: Final = 50
_MOST_GROUPS: Final = 50

Recrawl = Callable[[str], Sequence[timedelta]]
# Does the work of a group of sources, given its name: as it is, or as a task of somebody's with a name and a state.
Group = Callable[[str, Callable[[], Awaitable[list["SourceRun"]]]], Awaitable[list["SourceRun"]]]


@dataclass(slots=True)
class SourceRun:
    """What a run did for one source.

    Attributes:
        outcomes: the outcomes of the pages. Each wanted page has exactly one.
        wanted: how many pages were wanted.
        discovery: the outcomes of the requests for feeds and sitemaps.
        excluded: how many addresses the settings of the source left out.
        failure: why the source itself did not answer; None if it did, or was not due.
        problems: what else went wrong, in words: `url: outcome (why)`.
        due: when the source is due again.
        fetches: how many pages this run requests.
        seconds: how long that takes with the source's gap between requests.
        left: how many new pages wait for later runs.
        rest: how long these take, with the source's limit for each run and time between runs; None without any.
    """

    name: str
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    wanted: int = 0
    discovery: Counter[Outcome] = field(default_factory=Counter)
    excluded: int = 0
    added: int = 0
    looked: bool = False
    failure: str | None = None
    problems: list[str] = field(default_factory=list)
    due: datetime | None = None
    fetches: int = 0
    seconds: float = 0.0
    left: int = 0
    rest: timedelta | None = None

    def check(self) -> None:
        """Raise InvariantError unless each page that was wanted has exactly one outcome."""
        if self.outcomes.total() != self.wanted:
            raise InvariantError(f"{self.name}: {self.wanted:,} pages have {self.outcomes.total():,} outcomes.")

    def problem(self, what: str) -> None:
        """Note a problem, up to a maximum number."""
        if len(self.problems) < _SHOWN:
            self.problems.append(what)


@dataclass(slots=True)
class Collector:
    """A run over some sources.

    Args:
        root: the repository.
        folder: where collect.yaml is.
        asker: requests pages and feeds.
        recrawl: gives the recrawl times of a source, by its name.
        advance: called with the number of pages that were done.
        kept: called with the number of each row of the spool that the state knows.
        begun: called for each source as soon as its requests of this run are known.
        group: does the work of each group of sources.
    """

    root: Path
    folder: Path
    asker: Asker
    recrawl: Recrawl
    advance: Callable[[int], None] = lambda _: None
    spare: int = SPARE_BYTES
    kept: Callable[[int], None] = lambda _: None
    begun: Callable[[SourceRun], None] = lambda _: None
    group: Group = lambda _, work: work()
    stopped: str | None = None
    _done: int = 0

    async def run(self, sources: Sequence[Source]) -> list[SourceRun]:
        """Collect from all sources at once: requests to different hosts run in parallel.

        A source that fails does not stop the others.
        """

        async def of(members: Sequence[Source]) -> list[SourceRun]:
            async with asyncio.TaskGroup() as tasks:
                begun = [tasks.create_task(self._collect(source)) for source in members]
            return [task.result() for task in begun]

        async def grouped(name: str, members: Sequence[Source]) -> list[SourceRun]:
            return await self.group(name, lambda: of(members))

        async with asyncio.TaskGroup() as tasks:
            begun = [tasks.create_task(grouped(name, members)) for name, members in groups_of(sources).items()]
        runs = {run.name: run for task in begun for run in task.result()}
        return [runs[source.name] for source in sources]

    async def _collect(self, source: Source) -> SourceRun:
        run = SourceRun(source.name)
        state, now = self.asker.state, self.asker.now()
        known = state.source(source.name)
        if known.is_due(now, source.every):
            found = await Discoverer(self.asker, source, self.folder).run()
            run.looked, run.failure, run.added, run.excluded = True, found.failure, found.added, found.excluded
            run.discovery += found.outcomes
            run.outcomes += found.entries
            run.wanted += found.entries.total()
            for problem in found.problems:
                run.problem(problem)
            state.keep_source(known.after(self.asker.now(), found.failure))
        run.excluded += state.expire(source.name, now - source.max_age)
        pages = self._due(source, run)
        hosts: dict[str, list[Page]] = {}
        for page in pages:
            hosts.setdefault(urlsplit(page.url).hostname or "", []).append(page)
        run.fetches = len(pages)
        run.seconds = max(map(len, hosts.values()), default=0) * source.delay.total_seconds()
        self.begun(run)
        async with asyncio.TaskGroup() as group:
            for queue in hosts.values():
                group.create_task(self._visit_host(source, queue, run))
        run.due = state.source(source.name).due(source.every)
        run.check()
        return run

    def _due(self, source: Source, run: SourceRun) -> list[Page]:
        """Return the pages to request now: known pages that are due, and the newest of the others."""
        state, now = self.asker.state, self.asker.now()
        _, waiting = state.waiting(source.name, now)
        again = state.due(source.name, now, captured=True, limit=MOST_RECRAWLED)
        new = state.due(source.name, now, captured=False, limit=source.max_new)
        run.wanted += len(again) + waiting
        run.left = waiting - len(new)
        run.outcomes[Outcome.BUDGET] += run.left
        if run.left:
            run.rest = -(-run.left // source.max_new) * max(source.every, source.max_new * source.delay)
        return [*new, *again]

    async def _visit_host(self, source: Source, pages: Sequence[Page], run: SourceRun) -> None:
        for page in pages:
            outcome = await self._visit(source, page, run)
            run.outcomes[outcome] += 1
            self.advance(1)

    async def _visit(self, source: Source, page: Page, run: SourceRun) -> Outcome:
        """Request one page. Returns the outcome, which goes into the spool unless nothing was sent."""
        if self.stopped is not None or not self._has_room():
            return Outcome.DEFERRED
        if not source.admits(page.url):
            self.asker.state.remove_quietly(page.key)
            return Outcome.EXCLUDED
        if (withdrawn := self.asker.withdrawn) is not None and withdrawn.has(page.url):
            self.asker.state.remove_quietly(page.key)
            return Outcome.WITHDRAWN
        validators = validators_of(page) if self._may_validate(page) else {}
        reply = await self.asker.ask(page.url, Manners(source.name, source.delay, source.rights), validators)
        if isinstance(reply.result, Failed) and reply.result.outcome in NOT_SENT:
            return reply.result.outcome
        known = self.asker.state.page(key_of(reply.final_url)) if reply.redirects else None
        judged = judging.judge(reply, page, known, source, validated=bool(validators))
        if withdrawn is not None and withdrawn.holds(judged.row):
            self.asker.state.remove_quietly(page.key)
            return Outcome.WITHDRAWN
        self._keep(judged)
        outcome = judged.seen.outcome
        if outcome not in ANSWERED:
            why = judged.seen.detail or (f"answered {judged.seen.status}" if judged.seen.status else "")
            run.problem(f"{page.url}: {outcome.value}{f' ({why})' if why else ''}")
            self._fall_back(source, page, reply, outcome)
        return outcome

    def _may_validate(self, page: Page) -> bool:
        """Return whether to request a page with validators; once a day it is requested without them."""
        return page.checked is not None and self.asker.now() - page.checked < _UNCONDITIONAL

    def _fall_back(self, source: Source, page: Page, reply: Reply, outcome: Outcome) -> None:
        """Take the full text from a feed, if the page itself is not available."""
        if outcome in judging.FINAL and (entry := judging.judge_entry(page, source, reply)) is not None:
            self._keep(entry)

    def _keep(self, judged: judging.Judged) -> None:
        """Put the result of a request into the spool, then update the state: in this order a kill loses nothing."""
        seq = self.asker.spool.put(judged.row)
        self.asker.state.apply(judged.seen, self.recrawl, seq)
        self.kept(seq)

    def _has_room(self) -> bool:
        self._done += 1
        if self._done % _LOOK_AT_DISK != 1:
            return True
        try:
            require_room(self.root, self.spare)
        except DiskFull as error:
            self.stopped = str(error)
            return False
        return True


def groups_of(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """Return sources by publisher, with a name for each group; of many publishers, several share a group.

    >>> groups_of([])
    {}
    """
    by_publisher: dict[str, list[Source]] = {}
    for source in sorted(sources, key=lambda source: source.name):
        by_publisher.setdefault(publisher(source.url) or urlsplit(source.url).hostname or source.name, []).append(
            source
        )
    names = sorted(by_publisher)
    share = -(-len(names) // _MOST_GROUPS) or 1
    found: dict[str, list[Source]] = {}
    for first in range(0, len(names), share):
        some = names[first : first + share]
        name = some[0] if len(some) == 1 else f"{some[0]} to {some[-1]}"
        found[name] = [source for one in some for source in by_publisher[one]]
    return found
