"""Check a source: its feed, sitemaps or section page, the pages that it names, and which of them to request."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from corpus.sources.discovery import Found, entries_of, first_address
from corpus.sources.web import judging
from corpus.sources.web.asking import Manners, Reply, outcome_of
from corpus.sources.web.collecting import Kind
from corpus.sources.web.outcomes import ANSWERED, Outcome, Via
from corpus.sources.web.pages import key_of
from corpus.sources.web.schedule import Page
from corpus.sources.web.state import Feed
from corpus.sources.web.wire import Answer, Failed

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.sources.discovery import Entry
    from corpus.sources.web.asking import Asker
    from corpus.sources.web.collecting import Source

MOST_DOCUMENTS: Final = 500
MOST_DEPTH: Final = 3
_MOST_PAGES: Final = 1_000_000
_MOST_FILE_BYTES: Final = 50_000_000
# Some servers answer 304 for ever: once a day a feed is asked for without validators.
_UNCONDITIONAL: Final = timedelta(days=1)
_SMALL: Final = 50_000
_BROKEN_PROBLEMS: Final = 20


@dataclass(slots=True)
class Discovered:
    """What a check of a source found.

    Attributes:
        added: how many pages were not known before.
        outcomes: the outcomes of the requests for feeds and sitemaps.
        entries: the outcomes of full texts in feeds, which need no request of their own.
        excluded: how many addresses `include`, `exclude` or `max_age` leave out.
        failure: why the source itself did not answer; None if it did.
        problems: what is wrong with its answers, in words.
    """

    added: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    entries: Counter[Outcome] = field(default_factory=Counter)
    excluded: int = 0
    failure: str | None = None
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Discoverer:
    """Checks one source.

    Args:
        asker: requests feeds and sitemaps.
        source: the source.
        folder: the folder of collect.yaml. Paths of files of addresses are relative to it.
    """

    asker: Asker
    source: Source
    folder: Path
    found: Discovered = field(default_factory=Discovered)
    _visited: set[str] = field(default_factory=set)

    async def run(self) -> Discovered:
        """Check the source, and remember the pages that it names."""
        if self.source.kind is Kind.URLS:
            await self._read_file()
            return self.found
        manners = Manners(self.source.name, self.source.delay)
        wave: list[tuple[str, Kind]] = [(first_address(self.source.kind, self.source.url), self.source.kind)]
        depth = 0
        while wave:
            if depth > MOST_DEPTH and wave[0][1] is Kind.SITEMAP:
                self.found.problems.append(f"sitemaps nested deeper than {MOST_DEPTH}; the rest is left out")
                break
            following: list[tuple[str, Kind]] = []
            for url, kind in wave:
                if url in self._visited:
                    continue
                if len(self._visited) >= MOST_DOCUMENTS:
                    self.found.problems.append(f"more than {MOST_DOCUMENTS} feeds and sitemaps; the rest is left out")
                    return self.found
                self._visited.add(url)
                more = await self._look(url, kind, manners, is_root=depth == 0)
                child = Kind.SITEMAP if kind is Kind.ROBOTS else kind
                following += [(one, child) for one in more]
            wave, depth = following, depth + 1
        return self.found

    async def _look(self, url: str, kind: Kind, manners: Manners, *, is_root: bool) -> tuple[str, ...]:
        """Request one feed or sitemap, and take the pages that it names. Returns further files to request."""
        now = self.asker.now()
        known = self.asker.state.feed(url)
        fresh = known.unconditional is None or now - known.unconditional >= _UNCONDITIONAL
        validators = {} if fresh else _validators(known.etag, known.last_modified)
        reply = await self.asker.ask(url, manners, validators)
        result = reply.result
        if isinstance(result, Answer) and result.status == 304 and validators:
            await self._observe(reply, Outcome.UNCHANGED_304, known.sha256)
            return known.more
        if isinstance(result, Failed) or not 200 <= result.status < 300:
            outcome = result.outcome if isinstance(result, Failed) else outcome_of(result.status)
            await self._observe(reply, outcome, None)
            why = result.detail if isinstance(result, Failed) else f"answered {result.status}"
            self._fail(f"{url}: {outcome.value} ({why})", is_root=is_root)
            return ()
        sha256 = hashlib.sha256(result.body).hexdigest()
        if known.sha256 == sha256:
            await self._observe(reply, Outcome.UNCHANGED_BYTES, sha256, len(result.body))
            self.asker.state.keep_feed(_feed(url, result, sha256, now if fresh else known.unconditional, known.more))
            return known.more
        named = await _read(kind, result.body, reply.final_url, result.header("content-type"))
        is_broken = not named.entries and not named.more and bool(named.problems)
        outcome = Outcome.NEW if known.sha256 is None else Outcome.CHANGED
        await self._observe(reply, outcome, sha256, len(result.body), result.body)
        self.found.problems += [f"{url}: {problem}" for problem in named.problems[:_BROKEN_PROBLEMS]]
        if is_broken:
            # Validators belong to a body that could be read.
            self._fail(f"{url}: {named.problems[0]}", is_root=is_root)
            return ()
        added = self._take(named.entries, reply)
        # Next pages of a feed have what is older: once a page brings nothing new, those behind it do not either.
        more = named.more if kind in {Kind.SITEMAP, Kind.ROBOTS} or added else ()
        kept = named.more if kind in {Kind.SITEMAP, Kind.ROBOTS} else ()
        self.asker.state.keep_feed(_feed(url, result, sha256, now if fresh else known.unconditional, kept))
        return more

    async def _observe(
        self, reply: Reply, outcome: Outcome, sha256: str | None, size: int | None = None, body: bytes | None = None
    ) -> None:
        self.found.outcomes[outcome] += 1
        seen = reply.observed(self.source.name, Via.DISCOVERY, outcome, sha256=sha256, size=size)
        await self.asker.keep(seen, body)

    def _fail(self, why: str, *, is_root: bool) -> None:
        if is_root:
            self.found.failure = why
        else:
            self.found.problems.append(why)

    def _take(self, entries: tuple[Entry, ...], reply: Reply | None) -> int:
        """Remember the pages of entries, unless they are left out. Returns how many are new."""
        now, withdrawn = self.asker.now(), self.asker.withdrawn
        oldest = now - self.source.max_age
        pages: list[Page] = []
        added = 0
        for entry in entries[:_MOST_PAGES]:
            dated = entry.modified or entry.published
            moment = max((at for at in (entry.published, entry.modified) if at is not None), default=None)
            address = entry.address or entry.url
            if not self.source.admits(address) or (moment is not None and moment < oldest):
                self.found.excluded += 1
                continue
            if withdrawn is not None and withdrawn.has(address):
                self.found.entries[Outcome.WITHDRAWN] += 1
                continue
            # A feed that dates an article into the future must not keep it at the head of the queue for ever.
            when = min(dated, now) if dated is not None else None
            page = Page(
                key_of(address), address, self.source.name, published=when, due=now, content=entry.content,
                appeared=entry.published,
            )  # fmt: skip
            if self.source.kind is Kind.WORDPRESS and entry.content is not None and reply is not None:
                # What the API gives is the article, as its publisher wrote it.
                added += self._take_content(page, reply)
            else:
                pages.append(page)
        added += self.asker.state.discover(pages, now)
        self.found.added += added
        return added

    def _take_content(self, page: Page, reply: Reply) -> int:
        """Put the full text of an entry into the spool if it changed. Returns 1 if the entry was not known."""
        state = self.asker.state
        known = state.page(page.key) or page
        judged = judging.judge_entry(replace(known, content=page.content, appeared=page.appeared), self.source, reply)
        if judged is None:
            return 0
        state.apply(judged.seen, lambda _: self.source.recrawl, self.asker.spool.put(judged.row))
        self.found.entries[judged.seen.outcome] += 1
        return int(judged.seen.outcome is Outcome.NEW)

    async def _read_file(self) -> None:
        path = self.folder / str(self.source.path)
        try:
            with path.open("rb") as file:
                body = file.read(_MOST_FILE_BYTES + 1)
        except OSError as error:
            self.found.failure = f"{self.source.path}: {error.strerror}"
            return
        if len(body) > _MOST_FILE_BYTES:
            self.found.failure = f"{self.source.path}: more than {_MOST_FILE_BYTES:,} bytes"
            return
        named = await _read(Kind.URLS, body, str(self.source.path), None)
        self.found.problems += [f"{self.source.path}: {problem}" for problem in named.problems[:_BROKEN_PROBLEMS]]
        self._take(named.entries, None)


async def _read(kind: Kind, body: bytes, base: str, media_type: str | None) -> Found:
    if len(body) < _SMALL:
        return entries_of(kind, body, base, media_type)
    return await asyncio.to_thread(entries_of, kind, body, base, media_type)


def _validators(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers of a conditional request: the validators of the server, unchanged."""
    found = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in found.items() if value}


def validators_of(page: Page) -> dict[str, str]:
    """Return the headers of a conditional request for a page."""
    return _validators(page.etag, page.last_modified) if page.sha256 else {}


def _feed(url: str, answer: Answer, sha256: str, unconditional: datetime | None, more: tuple[str, ...]) -> Feed:
    return Feed(url, answer.header("etag"), answer.header("last-modified"), sha256, unconditional, tuple(more))


def is_answer(outcomes: Counter[Outcome]) -> bool:
    """Return whether any request was successful."""
    return any(outcome in ANSWERED for outcome in outcomes)
