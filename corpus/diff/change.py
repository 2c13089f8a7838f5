"""The values that describe a difference between two versions. `comparison` and `diff` compute them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from corpus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class Kind(StrEnum):
    """The kind of a change. Each article that differs has exactly one.

    ADDED: the old version does not have the article.
    WITHDRAWN: the old version has the article; no table of the new version has its document.
    QUARANTINED: its document, or the document that replaced it, now fails a blocking check.
    MERGED: it is now marked as a duplicate, or its document now belongs to another article. Its text may differ, too.
    REIDENTIFIED: it has another id now, by another rule of identity or at another address; its document, or its text
        under its title and date, is the same.
    REPARSED: the same document gave another result, because the parser or its version changed.
    CORRECTED: the article comes from another document now, and more than its date differs.
    REDATED: another document gives another date; title, text and byline are the same.
    REMARKED: its content is the same, but its marks as a duplicate or as a part of another article differ.
    RESOURCED: the same content comes from another document, place, batch or time of capture.
    """

    ADDED = "added"
    WITHDRAWN = "withdrawn"
    QUARANTINED = "quarantined"
    MERGED = "merged"
    REIDENTIFIED = "re-identified"
    REPARSED = "re-parsed"
    CORRECTED = "corrected"
    REDATED = "re-dated"
    REMARKED = "re-marked"
    RESOURCED = "re-sourced"

    @property
    def meaning(self) -> str:
        """A short explanation of the kind."""
        match self:
            case Kind.ADDED:
                return "not there before"
            case Kind.WITHDRAWN:
                return "no table has the document any more"
            case Kind.QUARANTINED:
                return "the document, or the one that replaced it, fails a blocking check now"
            case Kind.MERGED:
                return "marked as a duplicate now, or the document belongs to another article"
            case Kind.REIDENTIFIED:
                return "the same document or text under another id"
            case Kind.REPARSED:
                return "the same document, but the parser gives another result"
            case Kind.CORRECTED:
                return "another document has other content"
            case Kind.REDATED:
                return "another document has another date and the same content"
            case Kind.REMARKED:
                return "the marks as a duplicate or as a part of another article changed"
            case Kind.RESOURCED:
                return "the same content from another document, place, batch or capture"
            case _ as never:
                assert_never(never)


class Part(StrEnum):
    """A part of an article that can differ."""

    TITLE = "title"
    TEXT = "text"
    BYLINE = "byline"
    DATE = "date"
    DETAILS = "details"


PARTS: Final[Mapping[str, Part]] = {
    "title": Part.TITLE,
    "text": Part.TEXT,
    "authors": Part.BYLINE,
    "agency": Part.BYLINE,
    "published_date": Part.DATE,
    "published_at": Part.DATE,
}
# They follow from other columns, and are a difference of their own only if those are the same.
FOLLOWING: Final = ("headings", "word_count", "modified_at", "date_source")
MARKS: Final = ("duplicate_of", "similarity", "contained_in", "containment")
# How an article came here, which may differ without the article having changed.
PROVENANCE: Final = ("revision", "first_seen", "captured_at", "document_id", "source", "batch", "parser")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as one version has it, without its text."""

    article_id: str
    revision: int
    title: str
    authors: tuple[str, ...]
    agency: str | None
    published_date: date | None
    published_at: datetime | None
    publisher: str | None
    language: str | None
    url: str | None
    duplicate_of: str | None
    captured_at: datetime | None
    document_id: str
    source: str
    parser: str

    @property
    def byline(self) -> str:
        """People and agency in one line."""
        return ", ".join([*self.authors, *([self.agency] if self.agency else [])])

    @property
    def published(self) -> str:
        """The instant of publication if it is known, otherwise the day; empty if neither is known."""
        known = self.published_at or self.published_date
        return known.isoformat() if known else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One article that differs.

    Attributes:
        kind: the kind of the change.
        old: the article in the old version; None if it was added.
        new: the article in the new version; None if it is no longer there.
        columns: the columns that differ, if both versions have the article.
        into: the article_id of the article that it was merged into, if it was.
    """

    kind: Kind
    old: Article | None
    new: Article | None
    columns: tuple[str, ...] = ()
    into: str | None = None

    @property
    def article(self) -> Article:
        """The article in the new version, or in the old version if it is no longer there."""
        shown = self.new or self.old
        if shown is None:
            raise ValueError("A change needs an old or a new article.")
        return shown

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the article that differ."""
        return parts_of(self.columns)

    @property
    def details(self) -> tuple[str, ...]:
        """The differing columns that form the part `details`."""
        return details_of(self.columns)


def parts_of(columns: tuple[str, ...]) -> tuple[Part, ...]:
    """Return the parts that some columns belong to, each once, in the order of `Part`."""
    found = {PARTS[name] for name in columns if name in PARTS} | ({Part.DETAILS} if details_of(columns) else set())
    return tuple(part for part in Part if part in found)


def details_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some columns that are neither title, text, byline nor date and are not computed from these."""
    follows = FOLLOWING if any(name in PARTS for name in columns) else ()
    return tuple(name for name in columns if name not in {*PARTS, *MARKS, *PROVENANCE, *follows})


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of articles; all by default. An article is chosen if its old or its new state meets the conditions.

    Attributes:
        publishers: registrable domains, as in the column `publisher`.
        languages: BCP 47 tags; `en` takes `en-GB` too.
        since: first day of publication.
        until: last day of publication.

    Raises:
        UsageError: The last day is before the first, or a name is not UTF-8.
    """

    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise UsageError(f"--until {self.until} is before --since {self.since}: no article can have such a day.")
        for name in (*self.publishers, *self.languages):
            if name.encode("utf-8", "replace").decode("utf-8") != name:
                raise UsageError(f"{name!r} is not UTF-8: no publisher or language has this name.")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions of a comparison."""

    name: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The changes from one version to another.

    Attributes:
        old: the version before.
        new: the version after.
        counts: the number of articles of each kind; a kind without articles is absent.
        changes: the articles by kind, day and id; at most the requested number of each kind.
        columns_added: columns that only the new version has.
        columns_removed: columns that only the old version has.
        columns_retyped: columns that have another type; their values were not compared.
    """

    old: Side
    new: Side
    counts: Mapping[Kind, int]
    changes: tuple[Change, ...]
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[str, ...] = ()

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of a kind that are shown."""
        return tuple(change for change in self.changes if change.kind is kind)
