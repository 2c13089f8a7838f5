"""Finds every document of a withdrawal in several versions, from an id, an address or a publisher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.batches.withdrawals import Kind, Withdrawal, article_of, hashed
from corpus.errors import MissingObjects, UsageError
from corpus.progress import progress
from corpus.snapshots.reference import Reference
from corpus.text.urls import canonical
from corpus.text.urls import publisher as publisher_of
from corpus.withdrawal import holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.withdrawal.survey import Ref, Survey

_LEAST_DIGITS: Final = 8


def find(
    survey: Survey, asked: str | None, publisher: str | None, releases: Sequence[Ref], known: Sequence[Withdrawal]
) -> tuple[holding.Sought, Withdrawal | None, list[str]]:
    """Find all documents of a withdrawal in the working tree and some releases.

    Returns:
        The ids and addresses found; the same withdrawal if it is on record; and releases that cannot be read.
    """
    unseen: list[str] = []
    commits: list[tuple[str | None, str]] = [(None, ""), *((ref.commit, ref.short) for ref in releases)]
    sought = holding.Sought(publishers=set(_names_of(publisher)) if publisher else set())
    if asked is not None:
        sought = _target(survey, asked, commits, known)
    earlier = _earlier(known, sought)
    if earlier:
        sought.hashes |= earlier.documents | earlier.articles | earlier.publishers
    by_url = bool(sought.urls)
    # An article's documents say its address; then those are found that never became an article.
    for number in (1, 2):
        seen: set[str] = set()
        with progress("looking", len(commits), "versions") as advance:
            for commit, name in commits:
                try:
                    for table, path in survey.tables(commit, seen):
                        _grow(sought, holding.rows(path, sought), table, by_url=by_url, last=number == 2)
                except MissingObjects:
                    if commit is None:
                        raise
                    unseen += [] if name in unseen else [name]
                advance(1)
    return sought, earlier, unseen


def _grow(sought: holding.Sought, found: pl.DataFrame, table: str, *, by_url: bool, last: bool) -> None:
    if not found.height:
        return
    mine = pl.lit(value=False)
    # A signature has the identity that a document would have, also where its address was used again for another story.
    if "article_id" in found.columns and table != "signatures":
        of_article = pl.col("article_id").is_in(sorted(sought.articles)).fill_null(value=False)
        mine |= of_article
        if "url" in found.columns:
            sought.urls |= set(found.filter(of_article)["url"].drop_nulls())
    if "publisher" in found.columns and sought.publishers:
        mine |= pl.col("publisher").is_in(sorted(sought.publishers)).fill_null(value=False)
    # One address may have had two stories. If one is named by its id, the other is left alone.
    if "url" in found.columns and sought.urls and (by_url or table == "quarantine") and last:
        mine |= pl.col("url").is_in(sorted(sought.urls)).fill_null(value=False)
    # Withdrawn when it was read: its row has nothing but the hash that it fell under.
    if holding.MARK in found.columns:
        mine |= pl.col(holding.MARK)
    sought.documents |= set(found.filter(mine)["document_id"])


def _target(
    survey: Survey, asked: str, commits: Sequence[tuple[str | None, str]], known: Sequence[Withdrawal]
) -> holding.Sought:
    meant = Reference.of(survey.repository, asked)
    wanted = meant.id
    # More of an id than elsewhere: what is withdrawn by mistake is hard to get back.
    if wanted is None or len(wanted) < _LEAST_DIGITS:
        url = canonical(meant.text)
        if url is None:
            raise UsageError(f"{asked!r} is neither an id (8 to 64 hex digits) nor an http(s) URL.")
        return holding.Sought(articles={article_of(url)}, urls={url})
    articles: set[str] = set()
    documents: set[str] = set()
    seen: set[str] = set()
    for commit, _ in commits:
        try:
            for table, path in survey.tables(commit, seen):
                if table != "decisions":
                    continue
                means = meant.means(("article_id", "document_id"))
                frame = pl.scan_parquet(path, glob=False).filter(means).select("article_id", "document_id").collect()
                articles |= set(frame["article_id"].drop_nulls())
                documents |= set(frame.filter(pl.col("article_id").is_null())["document_id"])
        except MissingObjects:
            if commit is None:
                raise
    if len(articles | documents) > 1:
        shown = ", ".join(sorted(articles | documents)[:5])
        raise UsageError(f"{asked!r} begins several ids: {shown}. Give more of the one you mean.")
    if not articles and not documents:
        # Withdrawn before, perhaps: then its hash is on record.
        return holding.Sought(
            articles={wanted} if any(hashed(Kind.ARTICLE, wanted) in one.articles for one in known) else set(),
            documents={wanted} if any(hashed(Kind.DOCUMENT, wanted) in one.documents for one in known) else set(),
        )
    return holding.Sought(articles=articles, documents=documents)


def _names_of(publisher: str) -> list[str]:
    """Return the names that the tables may have for a publisher."""
    host = publisher.strip().lower()
    domain = publisher_of(f"https://{host}/") if "." in host else None
    return [name for name in dict.fromkeys((publisher.strip(), domain)) if name]


def _earlier(known: Sequence[Withdrawal], sought: holding.Sought) -> Withdrawal | None:
    """Return the withdrawal of the same article or publisher that is on record, or None."""
    articles = {hashed(Kind.ARTICLE, one) for one in sought.articles}
    publishers = {hashed(Kind.PUBLISHER, one) for one in sought.publishers}
    documents = set() if articles or publishers else {hashed(Kind.DOCUMENT, one) for one in sought.documents}
    for one in known:
        if articles & one.articles or publishers & one.publishers or documents & one.documents:
            return one
    return None
