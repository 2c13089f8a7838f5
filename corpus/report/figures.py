"""The figures of the report as values: `counting` counts, the other modules write. All sequences are sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from corpus.tables.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Group:
    """The articles that share a publisher or a language; `name` is None if it is unknown."""

    name: str | None
    articles: int
    words: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The number of documents that failed a check at a severity."""

    check: str
    severity: str
    documents: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A blocking check that a document failed, with the finding of the check."""

    check: str
    found: str | None


@dataclass(frozen=True, slots=True)
class QuarantinedDocument:
    """A quarantined document. Its strings are untrusted and are shortened when they are read."""

    source: str
    title: str | None
    url: str | None
    media_type: str
    size: int
    excerpt: str
    reasons: tuple[Reason, ...]
    reasons_left_out: int


@dataclass(frozen=True, slots=True)
class Copied:
    """An article whose text other articles have too. Its strings are untrusted and are shortened when they are read."""

    article_id: str
    title: str | None
    publisher: str | None
    published: date | None
    url: str | None
    copies: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """The figures of some articles: those of a build, or those of an export."""

    articles: int
    words: int
    median_words: float | None
    filled: tuple[tuple[str, int], ...]  # column, articles that have it
    duplicates: int
    captured: tuple[date, date] | None
    days: tuple[tuple[date, int], ...]  # day of publication, articles
    publishers: tuple[Group, ...]  # most articles first, the unknown last
    languages: tuple[Group, ...]
    batches: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Figures(Holdings):
    """All figures of the report."""

    ledger: Ledger
    verdicts: tuple[Verdicts, ...]  # most documents first
    quarantined: tuple[tuple[str, int], ...]  # check, documents; most first
    quarantined_documents: tuple[QuarantinedDocument, ...]
    sections: tuple[Group, ...]  # most articles first, the unknown last
    copied: tuple[Copied, ...]
