"""Finds an article by its id, the beginning of its id, a URL or a path."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.errors import CorpusError, NotFound, UsageError
from corpus.repo.releases import releases
from corpus.snapshots.opening import Version, open_version
from corpus.snapshots.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository

_SHOWN: Final = 5
_NAMED: Final = ("article_id", "title", "url", "source", "document_id")


def find_article(repository: Repository, asked: str, version: Version, others: Sequence[Version] = ()) -> str:
    """Return the article_id of the article that a user names.

    Args:
        repository: the repository to which paths are relative.
        asked: an article_id or its beginning (of 4 digits at least), a URL, or a document's path or id. An id that an
            article had in one of the others is that of the article which its document is of now.
        version: where to look first: its articles, their revisions and all its documents.
        others: versions to look at if it is unknown there, in this order: their articles.

    Raises:
        NotFound: No version has such an article.
        UsageError: Several articles match.
    """
    means = Reference.of(repository, asked).means(_NAMED)
    found = pl.concat([_named(version.paths(table), means) for table in ("articles", "revisions")])
    if not found.height:
        found = _of_document(version, means)
    seen = {file.md5 for file in version.files()}
    for other in others:
        if found.height:
            break
        files = other.files()
        unread = [path for file, path in zip(files, other.paths(), strict=True) if file.md5 not in seen]
        seen |= {file.md5 for file in files}
        found = _now(version, _named(unread, means))
    ids = found["article_id"].unique().sort()
    if not len(ids):
        raise NotFound(
            f"Nothing is known of {asked!r}: it is not an article id, URL, path or document of {version.name} or any "
            "release. `corpus why` explains documents that are not articles, `corpus check PATH` new documents."
        )
    if len(ids) > 1:
        some = found.unique("article_id").sort("article_id").head(_SHOWN)
        lines = [f"  {row['article_id']}  {row['title']}" for row in some.iter_rows(named=True)]
        more = [f"  and {len(ids) - _SHOWN:,} more"] if len(ids) > _SHOWN else []
        raise UsageError("\n".join([f"{asked!r} may mean {len(ids):,} articles. Give the id of one:", *lines, *more]))
    return str(ids[0])


def by_former_id(repository: Repository, asked: str, version: Version) -> str | None:
    """Return the id that a version has now for an article that had another id in a release, or None."""
    if Reference.of(repository, asked).id is None:
        return None
    others = []
    for release in reversed(releases(repository)):
        with suppress(CorpusError):  # its data are not at hand
            other = open_version(release.commit, repository.root)
            other.paths()
            others.append(other)
    try:
        return find_article(repository, asked, version, others)
    except NotFound:
        return None


def _named(paths: Sequence[Path], means: pl.Expr) -> pl.DataFrame:
    if not paths:
        return pl.DataFrame(schema=dict.fromkeys(_NAMED, pl.String))
    return pl.scan_parquet(list(paths), glob=False).select(_NAMED).filter(means).collect()


def _now(version: Version, found: pl.DataFrame) -> pl.DataFrame:
    """Return the ids that a version has for the documents of articles of another version, if it has one for each."""
    decided = version.scan("decisions").select("document_id", "source", now="article_id").drop_nulls("now")
    known = decided.filter(pl.col("document_id").is_in(found["document_id"].implode())).collect()
    exact = found.join(known, on=["document_id", "source"], how="left")
    by_bytes = known.group_by("document_id").agg(
        pl.when(pl.col("now").n_unique() == 1).then(pl.col("now").first()).alias("_any")
    )
    both = exact.join(by_bytes, on="document_id", how="left")
    return both.with_columns(article_id=pl.coalesce("now", "_any", "article_id")).select(_NAMED).unique()


def _of_document(version: Version, means: pl.Expr) -> pl.DataFrame:
    """Return the articles of repeated documents, which have no row in `articles` or `revisions`."""
    documents = version.scan("documents").select("document_id", "source", "url", "title", article_id=pl.lit(""))
    named = documents.filter(means).drop("article_id").collect()
    decided = version.scan("decisions").select("document_id", "source", "article_id").drop_nulls("article_id")
    of_these = decided.filter(pl.col("document_id").is_in(named["document_id"].implode())).collect()
    # Batches may call their documents by the same names.
    return named.join(of_these, on=["document_id", "source"]).select(_NAMED)
