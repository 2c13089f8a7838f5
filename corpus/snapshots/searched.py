"""The search in a version, with its index in its place, made or brought up to date first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from corpus.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from corpus.repo.repository import Repository
    from corpus.search.asof import Dated
    from corpus.search.narrowing import Narrowing
    from corpus.search.opening import Search
    from corpus.search.searching import Searcher
    from corpus.search.sources import Searchable

_T = TypeVar("_T")


def answer(
    version: Searchable | Dated, repository: Repository, folder: Path | None, ask: Callable[[Searcher], _T]
) -> _T:
    """Return what a function finds with a searcher of a version; its index is made or brought up to date first.

    A progress bar is shown meanwhile. An index that proves to be damaged is deleted and made anew once.

    Args:
        version: what `Version.searchable` returns.
        repository: where it is.
        folder: a folder for the index; in the repository or the user's cache folder unless given.
        ask: the function.

    Raises:
        CorpusError: the index cannot be read or written, or what it is made of cannot be read.
    """
    from corpus.search.index import IndexDamaged
    from corpus.search.opening import Search
    from corpus.search.places import folder_of

    search = Search(version, folder_of(repository, folder))
    try:
        return ask(_ready(search))
    except IndexDamaged:
        search.index.remove()
    return ask(_ready(Search(version, search.index.folder)))


def _ready(search: Search) -> Searcher:
    found = search.searcher()
    if found is not None:
        return found
    with progress("indexing", search.missing(), "shards") as advance:
        before = 0

        def report(done: int, _: int) -> None:
            nonlocal before
            advance(done - before)
            before = done

        return search.ready(report)


def matching(
    version: Searchable | Dated,
    repository: Repository,
    text: str,
    where: Narrowing | None = None,
    folder: Path | None = None,
) -> pa.Array:
    """Return the ids of the articles that match a query, sorted.

    Args:
        version: what `Version.searchable` returns.
        repository: where it is.
        text: the query.
        where: values of facets that they must have, as `corpus.search.narrowing.Narrowing`.
        folder: a folder for the index; in the repository or the user's cache folder unless given.

    Raises:
        UsageError: the query or a filter cannot be read.
    """
    from corpus.search.query import parse

    query = parse(text)
    return answer(version, repository, folder, lambda searcher: searcher.ids(query, where))
