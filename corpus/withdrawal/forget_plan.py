"""Find out what `corpus forget` would do, without changing anything."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from corpus.batches import batchfiles, withdrawals
from corpus.batches import register as raw
from corpus.batches.seeds import SEEDS, list_seeds
from corpus.batches.withdrawals import Kind, Withdrawal, hashed
from corpus.diff.finding import by_former_id
from corpus.errors import CorpusError, MissingObjects, NotFound
from corpus.pipeline.ingest import sha256_of
from corpus.snapshots.opening import open_version
from corpus.tables.shards import digests
from corpus.withdrawal import gitwork, holding
from corpus.withdrawal.seeking import find

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.repo.repository import Repository
    from corpus.withdrawal.survey import Ref, Survey


@dataclass(frozen=True, slots=True)
class Article:
    """An article as a person knows it."""

    article_id: str
    title: str
    publisher: str | None
    published_date: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be withdrawn, and from where.

    Attributes:
        withdrawal: the record that will be in withdrawn.yaml.
        resumed: whether an earlier run has already written it.
        documents: the ids of the documents to remove.
        articles: what the working tree knows of their articles.
        duplicates: other articles with the same text; they stay.
        seeds: files of seeds/ that will be deleted.
        batches: batches that will be written without some documents, with how many.
        releases: the releases that have a document, oldest first.
        superseded: the commits of releases that already have a successor, with its tag.
        unseen: releases whose objects are not available, so that they could not be searched.
        holders: other branches and tags that have a document. They keep their objects.
        in_git: files of seeds/ whose text git's history keeps, each with its commits.
    """

    withdrawal: Withdrawal
    resumed: bool
    documents: frozenset[str]
    articles: tuple[Article, ...]
    duplicates: tuple[Article, ...]
    seeds: tuple[str, ...]
    batches: dict[str, int]
    releases: tuple[Ref, ...]
    superseded: dict[str, str]
    unseen: tuple[str, ...]
    holders: tuple[Ref, ...]
    in_git: dict[str, list[str]]


def plan(
    survey: Survey,
    asked: str | None,
    publisher: str | None,
    *,
    reason: str,
    today: date,
    everywhere: bool,
) -> Plan:
    """Find out what a withdrawal includes. The caller holds the write lock.

    Args:
        survey: the versions of the repository.
        asked: an article id or document id, the beginning of an id, or a URL.
        publisher: instead, a publisher.
        reason: the reason.
        today: the day of the withdrawal.
        everywhere: search past releases too.

    Raises:
        NotFound: no searched version has it, and it was never withdrawn.
        UsageError: several articles have ids with this beginning.
    """
    repository = survey.repository
    if not survey.pins(None):
        raise MissingObjects("Nothing was built here yet. Run `corpus build`.", [])
    superseded = survey.superseded()
    all_releases = [ref for ref in survey.refs("refs/tags") if ref.is_release]
    releases = [ref for ref in all_releases if ref.commit not in superseded] if everywhere else []
    sought, earlier, unseen = find(survey, asked, publisher, releases, withdrawals.load(repository.root).withdrawals)
    if asked is not None and earlier is None and not sought.documents:
        now = by_former_id(repository, asked, open_version(None, repository.root))
        if now is not None:
            known = withdrawals.load(repository.root).withdrawals
            sought, earlier, unseen = find(survey, now, publisher, releases, known)
    record = sought.withdrawal(earlier or Withdrawal(today, reason))
    seeds = _seeds(repository, record)
    sought.documents |= set(seeds.values())
    batches = _batches(survey, record, sought)
    record = sought.withdrawal(record)
    found: dict[str, set[str]] = {}
    holding_releases = [
        ref for ref in releases if ref.short not in unseen and _holds(survey, ref, record, sought, found)
    ]
    if not sought.documents and earlier is None:
        raise NotFound(
            f"Nothing is known of {(asked or publisher)!r}: it is not an article id, document id, URL or publisher "
            f"of {'any version' if everywhere else 'the last build; --everywhere looks into past releases too'}."
        )
    return Plan(
        record,
        earlier is not None,
        frozenset(sought.documents),
        *_people_say(survey, sought),
        tuple(seeds),
        batches,
        tuple(holding_releases),
        superseded,
        tuple(unseen),
        tuple(_holders(survey, record, holding_releases, superseded)) if everywhere else (),
        {source: commits for source in _sources(survey, sought, releases) if (
            commits := gitwork.commits_with(repository, source))},
    )  # fmt: skip


def _seeds(repository: Repository, record: Withdrawal) -> dict[str, str]:
    """Return the files of seeds/ that are withdrawn, each with its document id."""
    memory = digests(repository.root, of=SEEDS)
    found = {file.source: sha256_of(file, memory) for file in list_seeds(repository.root)}
    memory.save()
    return {source: one for source, one in found.items() if hashed(Kind.DOCUMENT, one) in record.documents}


def _batches(survey: Survey, record: Withdrawal, sought: holding.Sought) -> dict[str, int]:
    """Return the batches that have a withdrawn document, also those that were not built yet."""
    found: dict[str, int] = {}
    root = survey.repository.root
    batches = raw.load(root)
    batchfiles.require(root, batches)
    for batch in batches:
        for file in batch.files:
            for group in batchfiles.groups(batchfiles.path_of(root, file), ["document_id", "url"]):
                hits = group.filter(holding.withdrawn_rows(group, record))
                if hits.num_rows:
                    found[batch.name] = found.get(batch.name, 0) + hits.num_rows
                    sought.documents |= set(hits["document_id"].to_pylist())
    return found


def _holds(survey: Survey, ref: Ref, record: Withdrawal, sought: holding.Sought, found: dict[str, set[str]]) -> bool:
    """Return whether a release holds a withdrawn document, and record the ids of those it holds. `found` is by md5."""
    holds = False
    for one in survey.needed(ref.commit):
        if one.md5.endswith(".dir") or not one.path.endswith(".parquet"):
            continue
        if one.md5 not in found:
            found[one.md5] = holding.withdrawn_in(survey.ensure(one.path, one.md5), record)
        sought.documents |= found[one.md5]
        holds = holds or bool(found[one.md5])
    return holds


def _people_say(survey: Survey, sought: holding.Sought) -> tuple[tuple[Article, ...], tuple[Article, ...]]:
    """Return the articles of the working tree that go, and those with the same text that stay."""
    gone: list[Article] = []
    same: list[Article] = []
    seen: set[str] = set()
    for table, path in survey.tables(None, seen):
        if table != "articles":
            continue
        mine = pl.col("document_id").is_in(sorted(sought.documents))
        frame = pl.scan_parquet(path, glob=False).select(
            "article_id", "title", "publisher", "published_date", "document_id", "duplicate_of"
        )
        gone += map(_article, frame.filter(mine).collect().iter_rows(named=True))
        copies = frame.filter(~mine & pl.col("duplicate_of").is_in(sorted(sought.articles)))
        same += map(_article, copies.collect().iter_rows(named=True))
    return tuple(gone), tuple(same)


def _article(row: dict[str, Any]) -> Article:
    day = row["published_date"]
    return Article(row["article_id"], row["title"], row["publisher"], day.isoformat() if day else None)


def _sources(survey: Survey, sought: holding.Sought, releases: Sequence[Ref]) -> list[str]:
    """Return all names that the documents have had in seeds/."""
    found: set[str] = set()
    seen: set[str] = set()
    asked = holding.Sought(documents=sought.documents)
    for commit in (None, *(ref.commit for ref in releases)):
        try:
            for table, path in survey.tables(commit, seen):
                if table == "documents":
                    frame = holding.rows(path, asked)
                    found |= {one for one in frame["source"] if one.startswith(f"{SEEDS}/")} if frame.height else set()
        except CorpusError:
            continue
    return sorted(found)


def _holders(survey: Survey, record: Withdrawal, releases: Sequence[Ref], superseded: dict[str, str]) -> list[Ref]:
    """Return the other branches and tags, besides the releases, that have a withdrawn document."""
    repository = survey.repository
    # The branch we are on, and where it is pushed to, follow.
    here = {repository.commit_of("HEAD"), repository.commit_of("@{upstream}")}
    going = {*(ref.commit for ref in releases), *superseded, *here}
    known: dict[str, bool] = {}
    return [
        ref
        for ref in survey.refs("refs/heads", "refs/tags", "refs/remotes")
        if ref.commit not in going and survey.holds(ref.commit, record, known)
    ]


def is_withdrawn_seed(repository: Repository, path: str, record: Withdrawal) -> bool:
    """Return whether the last commit has a withdrawn document at a path."""
    text = repository.read_at("HEAD", path)
    if text is None:
        return False
    document_id = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return hashed(Kind.DOCUMENT, document_id) in record.documents
