"""The history of an article: its revisions, the changes between them, and the releases that have each revision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from corpus.diff.change import MARKS, PROVENANCE, Article, Side, details_of, parts_of
from corpus.diff.comparison import SHOWN
from corpus.diff.finding import find_article
from corpus.diff.seen import Seen, seen
from corpus.errors import CorpusError
from corpus.repo.releases import releases
from corpus.repo.repository import LOCK
from corpus.resolve.former import former_ids
from corpus.snapshots.opening import Version, open_version
from corpus.snapshots.snapshot import Snapshot
from corpus.text.worddiff import runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from corpus.diff.change import Part
    from corpus.repo.releases import Release
    from corpus.repo.repository import Repository
    from corpus.text.worddiff import Run

_TABLES: Final = ("revisions", "articles")
# What tells one state of an article from another: the document, which may come back later, and what was read in it.
_STATE: Final = (
    "document_id", "captured_at", "text_hash", "title", "authors", "agency", "published_date", "published_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an article.

    Attributes:
        article: the values of this state, and the document that they come from.
        superseded_at: the time at which the next revision was captured; None if it is unknown or this is the last one.
        current: whether this state is the row in the table `articles` of the version.
        kept: whether the version has this state; otherwise only releases have it.
        releases: the releases whose table `articles` has this state, oldest first.
        columns: the columns that differ from the state before.
        title: the difference from the title before; None if they are equal.
        text: the difference from the text before; None if they are equal.
    """

    article: Article
    superseded_at: datetime | None
    current: bool
    kept: bool
    releases: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    title: tuple[Run, ...] | None = None
    text: tuple[Run, ...] | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that differ from the state before."""
        return parts_of(self.columns)

    @property
    def details(self) -> tuple[str, ...]:
        """The differing columns that form the part `details`."""
        return details_of(self.columns)


@dataclass(frozen=True, slots=True)
class History:
    """All states of an article.

    Attributes:
        article_id: the id of the article.
        version: the version whose revisions these are.
        revisions: the states of the article, by time of capture.
        released: the releases that have the article, oldest first.
        unread: the releases whose data could not be read, so that their states are unknown.
        all_releases: every release, oldest first.
        seen: the observations of its pages by collecting; None if it was not collected or they cannot be read.
    """

    article_id: str
    version: Side
    revisions: tuple[Revision, ...]
    released: tuple[str, ...]
    unread: tuple[str, ...]
    all_releases: tuple[str, ...]
    seen: Seen | None = None

    @property
    def first(self) -> str | None:
        """The first release that has the article."""
        return self.released[0] if self.released else None

    @property
    def last(self) -> str | None:
        """The last release that has the article."""
        return self.released[-1] if self.released else None


def history(repository: Repository, asked: str, rev: str | None = None) -> History:
    """Return the history of an article.

    Args:
        repository: the corpus repository.
        asked: an article_id or its beginning, a URL, a document's path or id.
        rev: the version whose revisions are reported; the working tree by default.

    Raises:
        NotFound: Neither that version nor a release has the article.
        UsageError: Several articles match.
    """
    version = open_version(rev, repository.root)
    every = releases(repository)
    named, unread = _readable(repository, every)
    key = find_article(repository, asked, version, [other for _, other in reversed(named)])
    states: dict[tuple[Any, ...], dict[str, Any]] = {}
    ids = {key}
    for table in _TABLES:
        rows = version.scan(table).filter(pl.col("article_id") == key).collect()
        ids |= {one for several in former_ids(rows) for one in several} | _once(rows, named)
        for row in rows.iter_rows(named=True):
            states[_state(row)] = {**row, "_current": table == "articles", "_kept": True}
    rows_in_releases = _standing(named, key, ids)
    for name, row in rows_in_releases:
        # Where a release and the version agree, the version's row says more: it knows what took its place.
        states.setdefault(_state(row), {**row, "_current": False, "_kept": False, "_release": name})
    had = {name: _state(row) for name, row in rows_in_releases}
    ordered = sorted(states.values(), key=_moment)
    return History(
        key,
        Side(version.name, version.commit),
        tuple(_revisions(ordered, had)),
        tuple(had),
        tuple(unread),
        tuple(release.version for release in every),
        _seen(version, {row["document_id"] for row in ordered}),
    )


def _seen(version: Version, documents: Collection[str]) -> Seen | None:
    try:
        return seen(version, documents)
    except CorpusError:
        # The batches are not at hand; the history can be shown all the same.
        return None


def _readable(repository: Repository, every: Iterable[Release]) -> tuple[list[tuple[str, Version]], list[str]]:
    """Return the releases that can be read, and the names of those that cannot."""
    found, unread = [], []
    for release in every:
        try:
            # One question to git for each release: there may be hundreds.
            lock = repository.git("cat-file", "blob", f"{release.commit}:{LOCK}", check=False)
            version = Version(Snapshot.of_lock(repository, release.commit, release.version, lock))
            version.paths()
        except CorpusError:
            # Its data are not at hand, or damaged; the other releases are reported all the same.
            unread.append(release.version)
        else:
            found.append((release.version, version))
    return found, unread


def _once(rows: pl.DataFrame, named: Iterable[tuple[str, Version]]) -> set[str]:
    """Return the ids that releases have for the documents of an article."""
    wanted = rows["document_id"].implode()
    paths = {
        file.md5: path for _, version in named for file, path in zip(version.files(), version.paths(), strict=True)
    }
    found: set[str] = set()
    for path in paths.values() if len(rows) else ():
        of_these = pl.scan_parquet(path, glob=False).filter(pl.col("document_id").is_in(wanted))
        found |= set(of_these.select("article_id").collect()["article_id"])
    return found


def _standing(named: Iterable[tuple[str, Version]], key: str, ids: Collection[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the row of an article in each release that has it, under its id or else another. Reads no shard twice."""
    known: dict[str, list[dict[str, Any]]] = {}
    found_rows = []
    for name, version in named:
        files = version.files()
        for file, path in zip(files, version.paths(), strict=True):
            if file.md5 not in known:
                found = pl.scan_parquet(path, glob=False).filter(pl.col("article_id").is_in(sorted(ids))).collect()
                known[file.md5] = list(found.iter_rows(named=True))
        rows = [row for file in files for row in known[file.md5]]
        found_rows += [(name, row) for row in sorted(rows, key=lambda row: row["article_id"] != key)[:1]]
    return found_rows


def _state(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value := row[name], list) else value for name in _STATE)


def _moment(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return the sort key of a state: seeds first, for they have no time of capture; releases before the version."""
    captured = row["captured_at"]
    return captured is not None, captured.timestamp() if captured else 0.0, row["_kept"], row["revision"]


def _revisions(ordered: Sequence[dict[str, Any]], had: dict[str, tuple[Any, ...]]) -> Iterable[Revision]:
    before: dict[str, Any] | None = None
    for row in ordered:
        state = _state(row)
        columns = _differing(before, row) if before else ()
        yield Revision(
            _article(row),
            row.get("superseded_at"),
            current=row["_current"],
            kept=row["_kept"],
            releases=tuple(name for name, had_state in had.items() if had_state == state),
            columns=columns,
            title=runs(before["title"], row["title"]) if before and "title" in columns else None,
            text=runs(before["text"], row["text"]) if before and "text" in columns else None,
        )
        before = row


def _differing(before: dict[str, Any], row: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns that differ from the state before. Only current revisions have marks as duplicates."""
    left_out = {*MARKS, *PROVENANCE, "text_hash", "word_count", "superseded_by"}
    return tuple(
        name
        for name, value in row.items()
        if name in before and name not in left_out and not name.startswith("_") and before[name] != value
    )


def _article(row: dict[str, Any]) -> Article:
    known: dict[str, Any] = {name: row.get(name) for name in SHOWN}
    known["authors"] = tuple(known["authors"] or ())
    return Article(**known)
