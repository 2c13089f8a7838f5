"""What `corpus search` shows: how many articles match, and the first of them with an excerpt each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.errors import UsageError
from corpus.search.marks import excerpt, marks
from corpus.search.narrowing import DAYS, NOTHING
from corpus.search.query import parse
from corpus.snapshots.searched import answer
from corpus.snapshots.selection import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.search.answers import Facet, Hit
    from corpus.search.query import Query
    from corpus.search.searching import Searcher
    from corpus.snapshots.selection import Selection
    from corpus.snapshots.version import Version

MOST: Final = 1000
# Columns that are shown of each article.
_SHOWN: Final = ("article_id", "title", "published_date", "publisher", "url")
_TEXTS: Final = ("title", "text", "description")


@dataclass(frozen=True, slots=True)
class Request:
    """What to search for.

    Attributes:
        query: as people write it.
        filters: as `Version.articles` takes them, without `rights`.
        where: values of facets that the articles must have, as `Version.search` takes them.
        order: `relevance`, `newest` or `oldest`.
        limit: how many articles to show, 1,000 at most.
        facets: facets whose most frequent values to count.
        index: a folder for the index; in the repository or the user's cache folder unless given.
    """

    query: str
    filters: Filters = field(default_factory=Filters)
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: str = "relevance"
    limit: int = 20
    facets: Sequence[str] = ()
    index: Path | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """An article that matches, with an excerpt, and what to mark in it: places in characters, the end exclusive."""

    article_id: str
    title: str
    published_date: Any
    publisher: str | None
    url: str | None
    excerpt: str
    marks: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        version: which version was searched.
        query: as it was written.
        articles: how many match.
        facets: for each facet asked for its most frequent values, each with its number of articles.
        shown: the first of the articles.
    """

    version: str
    query: str
    articles: int
    facets: dict[str, list[tuple[str, int]]]
    shown: list[Match]


def search(version: Version, request: Request) -> Found:
    """Return what matches in a version. Its index is made or brought up to date first.

    Raises:
        UsageError: the query cannot be read, with the place of the mistake; or a filter or number that cannot be.
        MissingObjects: the version's data are neither in the cache nor in a remote.
    """
    query = parse(request.query)
    if not 0 <= request.limit <= MOST:
        raise UsageError(f"--limit is between 0 and {MOST:,}; `corpus export --query` writes every article.")
    filters = combined(narrowing(version.selection(**request.filters)), request.where)

    def ask(searcher: Searcher) -> tuple[int, dict[str, Facet], list[Hit]]:
        facets = searcher.facets(query, filters, list(request.facets))
        hits = searcher.page(query, filters, request.order, 0, request.limit)
        return searcher.count(query, filters), facets, hits

    count, facets, hits = answer(version.searchable(), version.repository, request.index, ask)
    counted = {name: found.values for name, found in facets.items()}
    return Found(
        version.name, request.query, count, counted, _matches(version, query, [hit.article_id for hit in hits])
    )


def narrowing(selection: Selection) -> Mapping[str, Sequence[str]]:
    """Return filters as the index takes them."""
    found: dict[str, Sequence[str]] = {}
    if selection.publishers is not None:
        found["publisher"] = selection.publishers
    if selection.languages is not None:
        found["language"] = selection.languages
    if selection.since is not None:
        found["since"] = (selection.since.isoformat(),)
    if selection.until is not None:
        found["until"] = (selection.until.isoformat(),)
    if not selection.duplicates:
        found["duplicates"] = ("", "contained")
    return found


def combined(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return filters that hold together: of a facet in both, the values that both have; of days, all."""
    found = dict(one)
    for name, values in other.items():
        if name not in found:
            found[name] = values
        elif name in DAYS:
            found[name] = (*found[name], *values)
        else:
            # Without a value in common there is nothing to find; a value that no article has finds nothing.
            found[name] = tuple(value for value in values if value in found[name]) or (NOTHING,)
    return found


def _matches(version: Version, query: Query, ids: Sequence[str]) -> list[Match]:
    if not ids:
        return []
    columns = list(dict.fromkeys((*_SHOWN, *_TEXTS)))
    wanted = pl.Series(ids).implode()
    rows = version.articles(columns=columns).filter(pl.col("article_id").is_in(wanted)).collect()
    by_id = {row["article_id"]: row for row in rows.iter_rows(named=True)}
    return [_match(query, by_id[one]) for one in ids]


def _match(query: Query, row: Mapping[str, Any]) -> Match:
    """Return an article with the excerpt of its text that has most marks, else of its standfirst or its title."""
    text, places = row["text"], marks(query, row["text"])
    if not places:
        for name in ("description", "title"):
            other = row[name] or ""
            if found := marks(query, other, "title" if name == "title" else None):
                text, places = other, found
                break
    start, end = excerpt(text, places)
    within = [(max(low, start) - start, min(high, end) - start) for low, high in places if low < end and high > start]
    return Match(**{name: row[name] for name in _SHOWN}, excerpt=text[start:end], marks=within)
