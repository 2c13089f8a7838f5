"""Show what would become of documents, by the same parsers, checks and rules as a build."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from corpus import settings
from corpus.app.explaining import Witness, explained
from corpus.batches import withdrawals
from corpus.batches.withdrawals import Tombstones
from corpus.errors import CorpusError, NotARepository
from corpus.pipeline.ingest import documents
from corpus.pipeline.origins import CHARSET, Found
from corpus.pipeline.publications import with_publishers
from corpus.pipeline.validate import found_at_once, verdicts
from corpus.pipeline.withdrawing import blank
from corpus.repo.paths import LOCK
from corpus.repo.repository import find
from corpus.resolve.identity import with_identity
from corpus.resolve.revisions import Decision, with_revisions
from corpus.resolve.runs import STATE
from corpus.resolve.signatures import with_state
from corpus.settings import Settings
from corpus.snapshots.opening import open_version
from corpus.sources.entries import Item, Selection, Skipped
from corpus.sources.gather import documents as documents_at
from corpus.sources.refusing import without_withdrawn
from schemas.rules import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path


_BATCH_ROWS: Final = 500
# Later than any capture.
_NOW: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Fate(StrEnum):
    """What a document would become."""

    NEW = "a new article"
    REVISION = "a new revision of a known article"
    REPEAT = "a repeat of what is known"
    QUARANTINED = "quarantined"
    SKIPPED = "not taken"


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of one document."""

    source: str
    fate: Fate
    document_id: str
    title: str | None
    authors: list[str]
    agency: str | None
    published_date: date | None
    published_at: datetime | None
    url: str | None
    language: str | None
    publication: str | None
    page: str | None
    edition: str | None
    section: str | None
    accession: str | None
    word_count: int
    article_id: str | None
    rule: str | None
    verdicts: list[tuple[str, str, str | None]]
    explanation: dict[str, list[Witness]] | None = None


class Checks(NamedTuple):
    """The documents that were checked, and how many more there are: these were counted and not checked."""

    documents: list[Checked]
    left: int


def check_here(
    paths: Sequence[Path],
    *,
    limit: int = 0,
    explain: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Checks:
    """Judge what `corpus add` would take, with the settings and the articles of the repository of the current folder.

    Outside a repository the settings are the defaults, and nothing is known.

    Args:
        paths: files and folders, archives and tables among them.
        limit: the largest number of documents that are checked; 0 for all.
        explain: return for each field of a page what its witnesses have.
        advance: called with the number of documents that were read since the last call.
    """
    try:
        root = find().root
    except NotARepository:
        return check_paths(paths, Settings(), None, limit=limit, explain=explain, advance=advance)
    articles, withdrawn = _articles(root), withdrawals.load(root)
    return check_paths(paths, settings.load(root), articles, withdrawn, limit=limit, explain=explain, advance=advance)


def _articles(root: Path) -> list[Path] | None:
    """Return the shards of what the last build has; None if nothing was built, or it cannot be read here."""
    if not (root / LOCK).exists():
        return None
    try:
        version = open_version(None, root)
        return [*version.paths("articles"), *version.paths("revisions")]
    except CorpusError:
        # Cloned and not built: the documents can still be checked.
        return None


def check_paths(
    paths: Sequence[Path],
    settings: Settings,
    known: Sequence[Path] | None,
    tombstones: Tombstones | None = None,
    *,
    limit: int = 0,
    explain: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Checks:
    """Judge what `corpus add` would take from some paths.

    Args:
        paths: files and folders, archives and tables among them.
        settings: the settings to parse and check by.
        known: the shards of the last build, if there was one.
        tombstones: the withdrawals of the corpus.
        limit: the largest number of documents that are checked; 0 for all.
        explain: return for each field of a page what its witnesses have.
        advance: called with the number of documents that were read since the last call.
    """
    skipped: list[Skipped] = []
    withdrawn = tombstones or Tombstones()
    selection = Selection(capture_columns=tuple(settings.ingest.columns.get("captured", ())))
    rest = _Rest(without_withdrawn(documents_at(paths, selection), withdrawn))
    entries = islice(rest.entries, limit or None)
    explanations: dict[str, dict[str, list[Witness]] | None] = {}
    found = _found(entries, skipped, settings.ingest.max_bytes)
    if explain:
        found = _explained(found, settings, explanations)
    rows, failed = _parsed(found, settings, withdrawn, advance)
    blocked = {source for source, found in failed.items() if any(v[0] == Severity.BLOCK.value for v in found)}
    good = with_identity(rows.filter(~pl.col("source").is_in(sorted(blocked))))
    fates = _fates(good, known, settings)
    identities = {row[0]: row[1:] for row in good.select("source", "article_id", "rule").iter_rows()}
    checked = [
        Checked(
            fate=fates.get(row["source"], Fate.QUARANTINED),
            article_id=identities.get(row["source"], (None, None))[0],
            rule=identities.get(row["source"], (None, None))[1],
            verdicts=failed.get(row["source"], []),
            explanation=explanations.get(row["source"]),
            **row,
        )
        for row in rows.select(
            "source", "document_id", "title", "authors", "agency", "published_date", "published_at", "url", "language",
            "publication", "page", "edition", "section", "accession", "word_count",
        ).iter_rows(named=True)
    ] + [_not_taken(entry) for entry in skipped]  # fmt: skip
    return Checks(checked, rest.count(advance))


class _Rest:
    """What is left of some entries when reading stops: it is counted and not parsed."""

    def __init__(self, entries: Iterable[Item | Skipped]) -> None:
        self.entries = iter(entries)

    def count(self, advance: Callable[[int], None]) -> int:
        """Return how many entries are left."""
        left = 0
        while part := sum(1 for _ in islice(self.entries, _BATCH_ROWS)):
            left += part
            advance(part)
        return left


def _found(entries: Iterable[Item | Skipped], skipped: list[Skipped], limit: int) -> Iterator[Found]:
    for entry in entries:
        if isinstance(entry, Skipped):
            skipped.append(entry)
            continue
        data = entry.data if len(entry.data) <= limit else None
        yield Found(
            entry.source, data, hashlib.sha256(entry.data).hexdigest(), len(entry.data), entry.media_type, "",
            entry.captured_at, entry.url, entry.published_date, entry.publisher, charset=_charset(entry),
            status=entry.status,
        )  # fmt: skip


def _explained(
    found: Iterator[Found], settings: Settings, explanations: dict[str, dict[str, list[Witness]] | None]
) -> Iterator[Found]:
    """Yield the documents as they come, and note the explanation of each."""
    for one in found:
        explanations[one.source] = explained(one, settings.ingest)
        yield one


def _charset(entry: Item) -> str | None:
    kinds = (re.search(CHARSET, value) for name, value in entry.headers if name.lower() == "content-type")
    return next((kind[1] for kind in kinds if kind), None)


def _not_taken(entry: Skipped) -> Checked:
    return Checked(
        entry.source, Fate.SKIPPED, "", None, [], *(None,) * 10, 0, None, None,
        [(Severity.BLOCK.value, entry.reason.value, entry.detail or None)],
    )  # fmt: skip


def _parsed(
    found: Iterator[Found], settings: Settings, tombstones: Tombstones, advance: Callable[[int], None]
) -> tuple[pl.DataFrame, dict[str, list[tuple[str, str, str | None]]]]:
    """Return the rows of the documents, without their texts, and the failed checks of each."""
    frames: list[pl.DataFrame] = []
    failed: dict[str, list[tuple[str, str, str | None]]] = {}
    while part := list(islice(found, _BATCH_ROWS)):
        table = with_publishers(documents(part, settings.ingest), settings.ingest.publications)
        table = blank(table, tombstones) if tombstones else table
        for row in verdicts(pl.DataFrame(table), settings.validate_, find=found_at_once).iter_rows(named=True):
            failed.setdefault(row["source"], []).append((row["severity"], row["check"], row["found"]))
        advance(len(part))
        frames.append(with_state(table.drop_columns(["headings", "links", "problems"]), settings.resolve))
    if not frames:
        frames = [with_state(documents([], settings.ingest), settings.resolve)]
    return pl.concat(frames), failed


def _fates(good: pl.DataFrame, known: Sequence[Path] | None, settings: Settings) -> dict[str, Fate]:
    columns = ["article_id", "document_id", "source", "batch", "captured_at", "text_hash"]
    content = ["text", "title", "authors", "agency", "published_date", "published_at"]
    asked = good.select(*columns, *STATE, "rule", asked=pl.lit(value=True))
    frames = []
    for path in known or ():
        found = (
            pl.scan_parquet(path, glob=False)
            .filter(pl.col("article_id").is_in(good["article_id"].to_list()))
            .select(*columns, *content)
            .collect()
        )
        state = with_state(found.to_arrow(), settings.resolve)
        frames.append(state.select(*columns, *STATE, rule=pl.lit(""), asked=pl.lit(value=False)))
    there = pl.concat([asked.clear(), *frames])
    same = ["article_id", "document_id"]
    # Added without a time of their own, the same bytes are known; with one, so are those of the same time.
    again = pl.concat(
        [
            asked.filter(pl.col("captured_at").is_null()).join(there, on=same, how="semi"),
            asked.join(there, on=[*same, "captured_at"], how="semi"),
        ]
    )
    fates = dict.fromkeys(again["source"], Fate.REPEAT)
    new = asked.filter(~pl.col("source").is_in(again["source"].implode()))
    # A document without a time of its own would be captured now, after all that is known.
    both = pl.concat([there, new.with_columns(pl.col("captured_at").fill_null(_NOW))])
    decided = with_revisions(both).filter(pl.col("asked"))
    for source, decision, revision in decided.select("source", "decision", "revision").iter_rows():
        if decision == Decision.REPEAT.value:
            fates[source] = Fate.REPEAT
        else:
            fates[source] = Fate.NEW if revision == 1 else Fate.REVISION
    return fates
