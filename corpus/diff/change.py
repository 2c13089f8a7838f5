"""What a difference of two versions is made of: values only. How they are found is in `comparison` and `diff`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from corpus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


class Kind(StrEnum):
    """What became of an article. Each that differs has exactly one.

    ADDED: it was not there.
    WITHDRAWN: it was there, and its document is in no table now.
    QUARANTINED: it was there, and its document, or the one in its place, fails a blocking check now.
    MERGED: it is marked as a duplicate now, or its document is another article's now; it may say something else, too.
    REIDENTIFIED: it has another id now, as by another rule of identity or at another address; its document, or its text
        under its title and date, is the same.
    REPARSED: the same document was read otherwise, by another parser or another state of it.
    CORRECTED: another document says something else, and not of its date alone.
    REDATED: another document gives another date; title, text and byline are the same.
    REMARKED: it says the same, but is no duplicate any more, or another's, or a part of another, or by another score.
    RESOURCED: the same words from another document, place, batch or time of capture.
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
        """The kind in a few words, for those who meet it for the first time."""
        match self:
            case Kind.ADDED:
                return "not there before"
            case Kind.WITHDRAWN:
                return "there before; the document is in no table now"
            case Kind.QUARANTINED:
                return "there before; the document, or the one in its place, fails a blocking check now"
            case Kind.MERGED:
                return "marked as a duplicate now, or the document belongs to another article"
            case Kind.REIDENTIFIED:
                return "the same document or text under another id"
            case Kind.REPARSED:
                return "the same document, read otherwise"
            case Kind.CORRECTED:
                return "another document says something else"
            case Kind.REDATED:
                return "another document gives another date, and says the same"
            case Kind.REMARKED:
                return "no duplicate any more, or another article's, or part of another, or by another score"
            case Kind.RESOURCED:
                return "the same words from another document, place, batch or capture"
            case _ as never:
                assert_never(never)


class Part(StrEnum):
    """Which part of what an article says differs."""

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
    """One article as a version has it, without its text."""

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
        """The instant of publication if it is known, or else the day; empty without either."""
        known = self.published_at or self.published_date
        return known.isoformat() if known else ""


@dataclass(frozen=True, slots=True)
class Change:
    """One article that differs.

    Attributes:
        kind: what became of it.
        old: as it was; None if it was added.
        new: as it is; None if it is no longer there.
        columns: which columns differ, where it is in both.
        into: the article_id of the article that it was merged into.
    """

    kind: Kind
    old: Article | None
    new: Article | None
    columns: tuple[str, ...] = ()
    into: str | None = None

    @property
    def article(self) -> Article:
        """The article as it is, or as it was last."""
        shown = self.new or self.old
        if shown is None:
            raise ValueError("A change is of an article.")
        return shown

    @property
    def parts(self) -> tuple[Part, ...]:
        """Which parts of what it says differ."""
        return parts_of(self.columns)

    @property
    def details(self) -> tuple[str, ...]:
        """Which columns make the part `details`."""
        return details_of(self.columns)


def parts_of(columns: tuple[str, ...]) -> tuple[Part, ...]:
    """The parts that some columns belong to, each once, in the order of `Part`."""
    found = {PARTS[name] for name in columns if name in PARTS} | ({Part.DETAILS} if details_of(columns) else set())
    return tuple(part for part in Part if part in found)


def details_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns among some that are neither title, text, byline nor date, and follow from none of them."""
    follows = FOLLOWING if any(name in PARTS for name in columns) else ()
    return tuple(name for name in columns if name not in {*PARTS, *MARKS, *PROVENANCE, *follows})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which articles are asked for: all by default. One that was or is among them counts.

    Attributes:
        publishers: registrable domains, as in the column `publisher`.
        languages: BCP 47 tags; `en` takes `en-GB` too.
        since: first day of publication.
        until: last day of publication.

    Raises:
        UsageError: the last day is before the first, or a name is not UTF-8.
    """

    publishers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.until < self.since:
            raise UsageError(f"--until {self.until} is before --since {self.since}: nothing can be of these days.")
        for name in (*self.publishers, *self.languages):
            if name.encode("utf-8", "replace").decode("utf-8") != name:
                raise UsageError(f"{name!r} is not UTF-8: no publisher or language is called that.")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions."""

    name: str
    commit: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from one version to another.

    Attributes:
        old: the version before.
        new: the version after.
        counts: how many articles of each kind; kinds without any are not in it.
        changes: the articles by kind, day and id; no more of a kind than were asked for.
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
        """The changes of a kind that are shown."""
        return tuple(change for change in self.changes if change.kind is kind)
