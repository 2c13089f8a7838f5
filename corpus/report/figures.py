"""What the report says, as values: counted by `counting`, worded by the other modules. All sequences are sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from corpus.tables.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Group:
    """The articles that share a publisher or a language; `name` is None where it is not known."""

    name: str | None
    articles: int
    words: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many documents failed a check at a severity."""

    check: str
    severity: str
    documents: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A blocking check that a document failed, and what the check found."""

    check: str
    found: str | None


@dataclass(frozen=True, slots=True)
class QuarantinedDocument:
    """A quarantined document. Strings are untrusted and cut while they are read."""

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
    """An article whose text others have too. Strings are untrusted and cut while they are read."""

    article_id: str
    title: str | None
    publisher: str | None
    published: date | None
    url: str | None
    copies: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What some articles are: those of a build, or those of an export."""

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
    """All figures of the report, before they are put into words."""

    ledger: Ledger
    verdicts: tuple[Verdicts, ...]  # most documents first
    quarantined: tuple[tuple[str, int], ...]  # check, documents; most first
    quarantined_documents: tuple[QuarantinedDocument, ...]
    sections: tuple[Group, ...]  # most articles first, the unknown last
    copied: tuple[Copied, ...]
