"""Replaying a collection offline: what feeds and sitemaps named, and which rights were declared, from batches alone.

A batch keeps the bodies of feeds, sitemaps, robots.txt, tdmrep.json and RSL licences beside the observations. Read
again with today's readers, they show why an article was fetched, or why not, and that its signals of rights are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.app.collecting import COLLECT, chosen, has_sources
from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.rights import Signal
from corpus.sources.discovery import entries_of, first_address
from corpus.sources.web import config
from corpus.sources.web.declared import Declared, declared, files_of
from corpus.sources.web.outcomes import Outcome, Via
from corpus.sources.web.pages import key_of
from corpus.sources.web.robots import origin_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from corpus.repo.repository import Repository
    from corpus.sources.discovery import Entry
    from corpus.sources.web.collecting import Source

_FILES: Final = ("source", "via", "url", "final_url", "at", "outcome", "sha256", "robots_sha256", "body")
_DOCUMENTS: Final = ("url", "captured_at", "signals")
_SHOWN: Final = 100
# An answer of these kinds says that a file is not there. After others, its last answer still holds.
_ABSENT: Final = frozenset({Outcome.GONE_404, Outcome.GONE_410, Outcome.HTTP_4XX, Outcome.LOGIN_WALL})


@dataclass(frozen=True, slots=True)
class Named:
    """A feed, sitemap or section page as it was fetched, and what it named.

    Attributes:
        source: the source in collect.yaml that wanted it.
        at: when it was fetched.
        entries: the articles that it named.
        captured: how many of them are documents of a batch, whenever they were fetched.
        more: further files that it named.
        problems: what could not be read, in words.
    """

    source: str
    at: datetime
    url: str
    entries: tuple[Entry, ...]
    captured: int
    more: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found.

    Attributes:
        files: the feeds, sitemaps and section pages whose bodies changed, in the order in which they were fetched.
        confirmed: pages whose stored signals of rights are those that the evidence gives.
        differing: the addresses of the others, up to 100.
    """

    files: tuple[Named, ...]
    confirmed: int
    differing: tuple[str, ...]


def replay(repository: Repository, names: Sequence[str] = ()) -> Replay:
    """Read the evidence in the batches of the working tree again. Nothing is fetched and nothing is written.

    Args:
        repository: the corpus.
        names: sources; all if none is given.

    Raises:
        UsageError: collect.yaml has faults, or a source is not in it.
        MissingObjects: the files of a batch are not here.
    """
    root = repository.root
    collecting = config.load(root / COLLECT) if has_sources(repository) or names else None
    asked = {source.name: source for source in (chosen(collecting, names) if collecting else ())}
    batches = sorted(raw.load(root), key=lambda batch: (batch.captured_at, batch.name))
    batchfiles.require(root, batches)
    captured = {
        key_of(str(row["url"]))
        for batch in batches
        for file in batch.files
        for row in _rows(batchfiles.path_of(root, file), ("url",))
        if row["url"]
    }
    rights = _Rights(collecting.agent.name if collecting else "newscorpus")
    files: list[Named] = []
    for batch in batches:
        if batch.observations is None:
            continue
        pages: dict[tuple[str, datetime], dict[str, Any]] = {}
        # Within a moment, what is declared of a page comes before the page.
        observed = sorted(
            _rows(batchfiles.path_of(root, batch.observations), _FILES),
            key=lambda row: (row["at"], row["via"] == Via.PAGE),
        )
        for row in observed:
            if row["via"] == Via.DISCOVERY and row["body"] and (not names or row["source"] in asked):
                files.append(_named(row, asked.get(row["source"]), captured))
            elif row["via"] in {Via.ROBOTS, Via.TDMREP, Via.RSL}:
                rights.take(row)
            elif row["via"] == Via.PAGE and row["outcome"] in {Outcome.NEW, Outcome.CHANGED}:
                row["declared"] = rights.at(row)
                pages[row["final_url"] or row["url"], row["at"]] = row
        for file in batch.files:
            for document in _rows(batchfiles.path_of(root, file), _DOCUMENTS):
                page = pages.get((document["url"], document["captured_at"]))
                if page is not None and (not names or page["source"] in asked):
                    rights.compare(page["declared"], document)
    return Replay(tuple(files), rights.confirmed, tuple(rights.differing))


def _rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch's file, a row group at a time."""
    import polars as pl
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        there = set(file.schema_arrow.names)
        for number in range(file.num_row_groups):
            table = file.read_row_group(number, columns=[name for name in columns if name in there], use_threads=False)
            for row in pl.DataFrame(table).iter_rows(named=True):
                yield {name: row.get(name) for name in columns}


def _named(row: dict[str, Any], source: Source | None, captured: set[str]) -> Named:
    address = str(row["final_url"] or row["url"])
    found = entries_of(_kind(row, source), row["body"], address)
    many = sum(key_of(entry.address or entry.url) in captured or entry.url in captured for entry in found.entries)
    return Named(row["source"], row["at"], row["url"], found.entries, many, found.more, found.problems)


def _kind(row: dict[str, Any], source: Source | None) -> str:
    """Return what a file of a source is: of its kind, but the files that a robots.txt leads to are sitemaps."""
    if source is None:
        return "robots" if str(row["url"]).endswith("/robots.txt") else "feed"
    kind = source.kind.value
    if kind == "robots" and row["url"] != first_address(kind, source.url):
        return "sitemap"
    return kind


class _Rights:
    """What origins declared of the use of their pages, at each moment of a run."""

    def __init__(self, agent: str) -> None:
        self.confirmed = 0
        self.differing: list[str] = []
        self._agent = agent
        self._robots: dict[str, bytes] = {}
        self._files: dict[str, tuple[str, bytes]] = {}

    def take(self, row: dict[str, Any]) -> None:
        """Take in an observation of a robots.txt or of a file that it leads to."""
        if row["via"] == Via.ROBOTS:
            if row["body"] is not None and row["sha256"]:
                self._robots[row["sha256"]] = row["body"]
            return
        if row["body"]:
            self._files[row["url"]] = row["via"], row["body"]
        elif row["outcome"] in _ABSENT:
            self._files.pop(row["url"], None)

    def at(self, row: dict[str, Any]) -> Declared:
        """Return what was declared when a page was fetched."""
        robots = self._robots.get(row["robots_sha256"] or "")
        files = files_of(origin_of(row["final_url"] or row["url"]), robots)
        return declared(self._agent, robots, [self._files[url] for _, url in files if url in self._files])

    def compare(self, then: Declared, document: dict[str, Any]) -> None:
        """Compare what was declared with the signals that are stored with a document."""
        stored = {Signal(one["where"], one["name"], one["value"]) for one in document["signals"] or ()}
        if stored == set(then.signals(document["url"])):
            self.confirmed += 1
        elif len(self.differing) < _SHOWN:
            self.differing.append(document["url"])
