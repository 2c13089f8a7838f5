"""Explain an article or a document: where it was found, which checks it failed, what was decided, who has it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import polars as pl

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.diff.finding import by_former_id
from corpus.errors import CorpusError, NotFound, UsageError
from corpus.formats.plugins import registered
from corpus.press.originals import listed as listed_originals
from corpus.press.originals import write_to
from corpus.repo.releases import releases
from corpus.snapshots.opening import open_version
from corpus.snapshots.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository
    from corpus.snapshots.version import Version

_DOCUMENT = (
    "document_id", "source", "batch", "media_type", "size", "encoding", "parser", "captured_at", "url", "publisher",
    "publication", "page", "edition", "accession", "title", "authors", "agency", "published_date",
    "date_source", "published_at", "language", "word_count",
)  # fmt: skip
_PATH = "_path"


@dataclass(frozen=True, slots=True)
class Kept:
    """The original file of an export: its path when it was added, sha256, bytes, and the batch that keeps it."""

    source: str
    sha256: str
    size: int
    batch: str


@dataclass(frozen=True, slots=True)
class Known:
    """One document: how it was found, which checks failed, what was decided, which releases and original have it."""

    document: dict[str, Any]
    verdicts: list[dict[str, Any]]
    decision: dict[str, Any]
    releases: list[str] = field(default_factory=list)
    plug_in: str | None = None
    original: Kept | None = None


def why(repository: Repository, asked: str) -> list[Known]:
    """Return all that is known of the documents that an article id, a document id, a path or a URL means.

    Raises:
        NotFound: the last build has no such document.
    """
    version = open_version(None, repository.root)
    decisions = version.scan("decisions")
    documents = version.scan("documents")
    wanted = Reference.of(repository, asked)
    means = wanted.means(("source", "url", "document_id"))
    sources = set(documents.filter(means).select("source").collect()["source"])
    if wanted.id:
        of_article = decisions.filter(wanted.means(("article_id",)))
        sources |= set(of_article.select("source").collect()["source"])
    if not sources and wanted.id and (key := by_former_id(repository, wanted.text, version)):
        of_article = decisions.filter(pl.col("article_id") == key)
        sources = set(of_article.select("source").collect()["source"])
    if not sources:
        raise NotFound(
            f"Nothing is known of {asked!r}: it is not an article id, document id, path or URL of the last build. "
            "`corpus check PATH` says what would become of a document."
        )
    found = _known(version, sources)
    found_in = _releases_with(repository, {one.decision["article_id"] for one in found if one.decision["article_id"]})
    kept = originals_of(repository, {one.document["document_id"] for one in found})
    return [
        replace(
            one,
            releases=found_in.get(one.decision["article_id"], []),
            original=kept.get(one.document["document_id"]),
        )
        for one in found
    ]


def documents_of(version: Version, article_id: str) -> list[Known]:
    """Return what a version knows of the documents of an article, without releases and originals.

    Args:
        version: the version.
        article_id: the complete id of an article.
    """
    scan = _in_shards_with(version, article_id)
    of_article = scan("decisions").filter(pl.col("article_id") == article_id)
    found = _known(version, set(of_article.select("source").collect()["source"]), scan)
    return [one for one in found if one.decision["article_id"] == article_id]


def _in_shards_with(version: Version, article_id: str) -> Callable[[str], pl.LazyFrame]:
    """Return what scans the shards that have documents of an article: of a million articles these are very few.

    Of a version as of a day, and of one whose files are not all at hand, it scans everything.
    """
    by_name: dict[str, dict[str, Path]] = {}
    for table in ("decisions", "documents"):
        try:
            files, paths = version.files(table), version.shards(table).paths
        except UsageError:
            return version.scan
        by_name[table] = {PurePosixPath(file.path).name: path for file, path in zip(files, paths or [], strict=False)}
    names = by_name["decisions"]
    # A document and the decision on it are in shards of the same name; an older engine may have had others.
    if not names or set(names) != set(by_name["documents"]):
        return version.scan
    rows = pl.scan_parquet(list(names.values()), glob=False, include_file_paths=_PATH)
    having = set(rows.filter(pl.col("article_id") == article_id).select(_PATH).unique().collect()[_PATH])
    # No shard has an unknown article; a scan needs a file all the same.
    chosen = [name for name, path in names.items() if str(path) in having] or list(names)[:1]

    def scan(table: str) -> pl.LazyFrame:
        return pl.scan_parquet([by_name[table][name] for name in chosen], glob=False)

    return scan


def _known(version: Version, sources: set[str], scan: Callable[[str], pl.LazyFrame] | None = None) -> list[Known]:
    """Return what a version knows of the documents that were found at some places."""
    scan = scan or version.scan
    chosen = pl.col("source").is_in(sorted(sources))
    rows = scan("documents").filter(chosen).select(_DOCUMENT).sort("source").collect()
    decisions = scan("decisions").filter(chosen).collect()
    # In its batch a source has one document. Decisions of older versions do not name the batch.
    key = itemgetter("source", "batch" if "batch" in decisions.columns else "document_id")
    decided = {key(row): row for row in decisions.iter_rows(named=True)}
    failed: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in version.scan("verdicts").filter(chosen).collect().iter_rows(named=True):
        failed.setdefault(key(row), []).append({name: row[name] for name in ("check", "severity", "found")})
    return [
        Known(row, failed.get(key(row), []), decided[key(row)], plug_in=_plug_in_of(row))
        for row in rows.iter_rows(named=True)
    ]


def originals_of(repository: Repository, ids: set[str]) -> dict[str, Kept]:
    """Return the original that some documents were split from, by document id; the first where several are kept."""
    found: dict[str, Kept] = {}
    for batch in raw.load(repository.root):
        path = batchfiles.path_of(repository.root, batch.originals) if batch.originals else None
        if path is None or not path.exists():
            # `dvc pull` fetches it; until then its content is not known here.
            continue
        for one in listed_originals(path):
            for document_id in one.ids & ids:
                found.setdefault(document_id, Kept(one.source, one.sha256, one.size, batch.name))
    return found


def save_original(repository: Repository, known: Sequence[Known], target: Path) -> Kept:
    """Write the original of a document to a file, which must not be there.

    Raises:
        NotFound: no original of it is kept.
        UsageError: the file is there already, or the documents are from several originals.
    """
    kept = list(dict.fromkeys(one.original for one in known if one.original is not None))
    if not kept:
        raise NotFound("No original is kept: the document is not from an export, or a withdrawal removed its file.")
    if len(kept) > 1:
        raise UsageError(f"The documents are from {len(kept)} originals; give a document id.")
    batch = next(batch for batch in raw.load(repository.root) if batch.name == kept[0].batch)
    batchfiles.require(repository.root, [batch])
    if batch.originals is None:
        raise NotFound("The original is no longer kept.")
    try:
        with target.open("xb") as made:
            write_to(batchfiles.path_of(repository.root, batch.originals), kept[0].sha256, made)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None
    return kept[0]


def _plug_in_of(row: dict[str, Any]) -> str | None:
    """Return in words which other package's parser read a document; None if our own parser did."""
    try:
        found = registered().get(row["media_type"])
    except CorpusError:
        return None
    if found is None or found[1].name != row["parser"]:
        return None
    instead = ", in place of our own" if row["media_type"] in found[1].replaces else ""
    return f"of {found[1].package}{instead}"


def _releases_with(repository: Repository, ids: set[str]) -> dict[str, list[str]]:
    """Return the releases that have each of some articles. A shard that many releases share is read once."""
    found_in: dict[str, list[str]] = {}
    known: dict[str, set[str]] = {}
    for release in releases(repository):
        try:
            version = open_version(release.tag, repository.root)
            files = version.files()
            unread = [(f, p) for f, p in zip(files, version.paths(), strict=True) if f.md5 not in known]
        except CorpusError:
            # Its data are not at hand; `dvc pull` would fetch them.
            continue
        for file, path in unread:
            found = pl.scan_parquet(path, glob=False).filter(pl.col("article_id").is_in(sorted(ids)))
            known[file.md5] = set(found.select("article_id").collect()["article_id"])
        for article in set().union(*(known[file.md5] for file in files)):
            found_in.setdefault(article, []).append(release.version)
    return found_in
