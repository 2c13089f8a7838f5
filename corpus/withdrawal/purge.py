"""Remove the objects that have what was withdrawn, from the cache and from the remote.

Only objects are removed that have a withdrawn document, or that list such an object, and that no kept version needs: no
branch, no tag that was not superseded, and not the working tree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.progress import progress
from corpus.withdrawal import holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.batches.withdrawals import Withdrawal
    from corpus.objects.objectstore import ObjectStore
    from corpus.withdrawal.survey import Survey

_LISTING: Final = ".dir"
_MOST_LISTING_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class RemovalSet:
    """Objects to remove, because they have what was withdrawn, and objects that a kept version still needs."""

    objects: frozenset[str]
    kept: frozenset[str]


def needed(survey: Survey, gone: Iterable[str], *kinds: str) -> set[str]:
    """Return the objects that kept versions need: the working tree, branches and tags.

    Args:
        survey: the versions.
        gone: commits that are no longer kept.
        kinds: the kinds of refs that count.
    """
    out = set(gone)
    commits: set[str | None] = {None, *(ref.commit for ref in survey.refs(*kinds) if ref.commit not in out)}
    return {one.md5 for commit in commits for one in survey.needed(commit)}


def in_cache(survey: Survey, record: Withdrawal, keep: set[str]) -> RemovalSet:
    """Return what is to be removed from the cache.

    In a cache of this repository alone all objects are candidates, also those that no commit names any more. In a cache
    that others may share only the objects that this repository's history names are candidates.
    """
    candidates = sorted(set(_cached(survey)) if _is_own(survey) else set(_named(survey)))
    found = set()
    with progress("looking", len(candidates), "objects") as advance:
        for md5 in candidates:
            path = survey.objects.path(md5)
            if not md5.endswith(_LISTING) and holding.is_parquet(path) and holding.holds(path, record):
                found.add(md5)
            advance(1)
    return _with_listings(found, keep, ((one, _names(survey, one)) for one in candidates if one.endswith(_LISTING)))


def in_remote(
    survey: Survey, store: ObjectStore, record: Withdrawal, known: Iterable[str], keep: set[str]
) -> RemovalSet:
    """Return the objects to remove from the remote: those of the cache, and further objects of this history."""
    found = {md5 for md5 in known if not md5.endswith(_LISTING)}
    listings = {md5 for md5 in known if md5.endswith(_LISTING)}
    named = {md5: path for md5, path in _named(survey).items() if md5 not in found and md5 not in listings}
    unseen = [
        md5
        for md5, path in sorted(named.items())
        if path.endswith(".parquet") and not survey.objects.path(md5).is_file() and store.size(md5) is not None
    ]
    with progress("looking", len(unseen), "objects of the remote") as advance:
        for md5 in unseen:
            with store.reading(md5) as file:
                if holding.holds(file, record):
                    found.add(md5)
            advance(1)
    removals = _with_listings(found, keep, ((one, _names(survey, one)) for one in named if one.endswith(_LISTING)))
    return RemovalSet(removals.objects | (listings - keep), removals.kept | (listings & keep))


def _with_listings(found: set[str], keep: set[str], listings: Iterator[tuple[str, set[str]]]) -> RemovalSet:
    going = found - keep
    # A listing that names what is gone would have DVC believe that it is there.
    listing = {md5 for md5, names in listings if names & going}
    return RemovalSet(frozenset(going | (listing - keep)), frozenset(found & keep))


def _is_own(survey: Survey) -> bool:
    return survey.objects.folder.is_relative_to(survey.repository.root / ".dvc")


def _cached(survey: Survey) -> Iterator[str]:
    for path in survey.objects.folder.glob("[0-9a-f][0-9a-f]/*"):
        if not path.name.startswith("."):
            yield path.parent.name + path.name


def _named(survey: Survey) -> dict[str, str]:
    """Return every object that any commit of this repository names, each with a path that it has there."""
    commits: list[str | None] = [None, *survey.history()]
    return {one.md5: one.path for commit in commits for one in survey.needed(commit)}


def _names(survey: Survey, listing: str) -> set[str]:
    path = survey.objects.path(listing)
    try:
        if path.stat().st_size > _MOST_LISTING_BYTES:
            return set()
        return {str(entry["md5"]) for entry in json.loads(path.read_bytes())}
    except (OSError, ValueError, KeyError, TypeError):
        return set(survey.names_in(listing))


def from_cache(survey: Survey, removals: RemovalSet) -> int:
    """Delete objects from the cache. Returns how many were there."""
    gone = 0
    for md5 in sorted(removals.objects):
        path = survey.objects.path(md5)
        if path.is_file():
            path.unlink()
            gone += 1
    return gone


def from_remote(store: ObjectStore, removals: RemovalSet) -> int:
    """Delete objects from a remote, listings first. Returns how many were there."""
    order = sorted(removals.objects, key=lambda md5: (not md5.endswith(_LISTING), md5))
    with progress("remote", len(order), "objects") as advance:
        gone = 0
        for md5 in order:
            gone += store.delete(md5)
            advance(1)
    return gone
