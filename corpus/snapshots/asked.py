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
class Asked:
    """What was asked for.

    Attributes:
        text: as it was written, without spaces around it.
        id: an article's or a document's id or its beginning, of 4 hex digits at least; None if it cannot be one.
        url: as the tables have addresses; None if it is no http(s) address.
        paths: what a document's source may be: as it was written, and from the root of the repository.
    """

    text: str
    id: str | None
    url: str | None
    paths: tuple[str, ...]

    @classmethod
    def of(cls, repository: Repository, text: str) -> Asked:
        """Read what somebody wrote, in a repository whose paths may be meant."""
        from corpus.text.urls import canonical  # tldextract and its list

        # What is no UTF-8 is nowhere, and must not be asked for.
        plain = text.strip().encode("utf-8", "replace").decode("utf-8")
        lower = plain.lower()
        url = (canonical(plain) or plain) if "://" in plain else None
        return cls(plain, lower if _ID.fullmatch(lower) else None, url, (plain, repository.inside(plain)))

    def means(self, columns: Collection[str]) -> pl.Expr:
        """Return the condition on the rows that are meant, of a table with some columns."""
        each = []
        if "source" in columns:
            each.append(pl.col("source").is_in(list(self.paths)))
        if self.url is not None and "url" in columns:
            each.append(pl.col("url") == self.url)
        if self.id is not None:
            names = [name for name in ("article_id", "document_id") if name in columns]
            each += [pl.col(name).str.starts_with(self.id) for name in names]
        return pl.any_horizontal(each) if each else pl.lit(value=False)
