"""Find the article that an id, the beginning of an id, a URL or a path means, in the same way for all commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection

    from corpus.repo.repository import Repository

_ID: Final = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to articles, as a user wrote it.

    Attributes:
        text: the reference without spaces around it.
        id: the id of an article or a document, or the beginning of one (at least 4 hex digits); None if it cannot be
            one.
        url: its canonical address; None if it is not an http(s) address.
        paths: possible sources of a document: the text, and the text as a path from the root of the repository.
    """

    text: str
    id: str | None
    url: str | None
    paths: tuple[str, ...]

    @classmethod
    def of(cls, repository: Repository, text: str) -> Reference:
        """Return the reference that a user wrote. It may be a path of the repository."""
        from corpus.text.urls import canonical  # tldextract and its list

        # No table has text that is not UTF-8, and a query must not have it.
        plain = text.strip().encode("utf-8", "replace").decode("utf-8")
        lower = plain.lower()
        url = (canonical(plain) or plain) if "://" in plain else None
        return cls(plain, lower if _ID.fullmatch(lower) else None, url, (plain, repository.inside(plain)))

    def means(self, columns: Collection[str]) -> pl.Expr:
        """Return the condition for the rows that the reference means, in a table with some columns."""
        each = []
        if "source" in columns:
            each.append(pl.col("source").is_in(list(self.paths)))
        if self.url is not None and "url" in columns:
            each.append(pl.col("url") == self.url)
        if self.id is not None:
            names = [name for name in ("article_id", "document_id") if name in columns]
            each += [pl.col(name).str.starts_with(self.id) for name in names]
        return pl.any_horizontal(each) if each else pl.lit(value=False)
