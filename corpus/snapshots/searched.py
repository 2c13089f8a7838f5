"""The search in a version, with its index in its place, made or brought up to date first."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from corpus.repo.repository import Repository
    from corpus.search.asof import Dated
    from corpus.search.narrowing import Narrowing
    from corpus.search.searching import Searcher
    from corpus.search.sources import Searchable


@contextmanager
def searching(version: Searchable | Dated, repository: Repository, folder: Path | None = None) -> Iterator[Searcher]:
    """Give what searches a version; a progress bar is shown while its index is made.

    An index that proves to be damaged is deleted.

    Args:
        version: what `Version.searchable` returns.
        repository: where it is.
        folder: a folder for the index; in the repository or the user's cache folder unless given.

    Raises:
        CorpusError: the index cannot be read or written, or what it is made of cannot be read.
    """
    from corpus.search.index import IndexDamaged
    from corpus.search.opening import Search
    from corpus.search.places import folder_of

    search = Search(version, folder_of(repository, folder))
    found = search.searcher()
    if found is None:
        with progress("indexing", search.missing(), "shards") as advance:
            before = 0

            def report(done: int, _: int) -> None:
                nonlocal before
                advance(done - before)
                before = done

            found = search.ready(report)
    try:
        yield found
    except IndexDamaged:
        search.index.remove()
        raise


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
    with searching(version, repository, folder) as searcher:
        return searcher.ids(query, where)
