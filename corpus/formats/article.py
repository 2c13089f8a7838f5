"""The values that go into a parser and come out of it. Nothing here reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import polars as pl

    from corpus.formats.evidence import Evidence
    from corpus.rights import Signal
    from schemas.dates import DateSource
    from schemas.rules import Check


class Problem(NamedTuple):
    """A problem that a parser reports for a document: the name of a check and what was found."""

    check: Check
    found: str | None = None


class Heading(NamedTuple):
    """A subheading, with its offset into the text in characters."""

    start: int
    text: str


class Link(NamedTuple):
    """A related article."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One captured document, exactly as found.

    The batch may know more of it before parsing: its `url`, and the `charset` in its HTTP headers.
    """

    data: bytes
    media_type: str
    source: str
    url: str | None = None
    captured_at: datetime | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """The content of a document: the content columns of `schemas.DOCUMENTS`, one by one.

    `text` is normalised: NFC, paragraphs apart by one blank line, no control characters but newline.
    `url` is canonical. `published_at` and `modified_at` are aware datetimes, or None where the source
    gives no offset. `date_source` says where `published_date` comes from.
    `rights_signals` is what it declares about its use, unchanged; the columns of rights are derived from that.
    A document that cannot be parsed has `text` "", and `problems` says why.
    """

    title: str | None = None
    text: str = ""
    url: str | None = None
    publisher: str | None = None
    publication: str | None = None
    page: str | None = None
    edition: str | None = None
    accession: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    published_date: date | None = None
    date_source: DateSource | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    headings: tuple[Heading, ...] = ()
    image_credits: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    rights_signals: tuple[Signal, ...] = ()
    encoding: str | None = None
    parser: str | None = None
    problems: tuple[Problem, ...] = ()


Column: TypeAlias = "list[Any] | pl.Series"


class Together(NamedTuple):
    """The fields of `Parsed` in columns, for those of some documents that were read completely and have no problems.

    A field without a column has its default in each document; `word_count` may be there too. A document whose number is
    not in `numbers` must be parsed alone.
    """

    numbers: list[int]
    columns: dict[str, Column]


class Parser(Protocol):
    """Parses bytes into an article, without clock, network and files. `mediatypes.PARSERS` names its types."""

    name: str

    def parse(self, document: Document) -> Parsed:
        """Parse one document. Never raises for bad input; `problems` reports it."""
        ...


@runtime_checkable
class ExplainingParser(Parser, Protocol):
    """A parser that can tell where the fields of a document come from."""

    def explain(self, document: Document) -> Evidence:
        """Parse one document, and return what each witness in it has for its fields."""
        ...


@runtime_checkable
class ManyParser(Parser, Protocol):
    """A parser that can read many documents at once, from their bytes alone."""

    def parse_together(self, data: Sequence[bytes | memoryview]) -> Together:
        """Parse documents. The result for each is the same as from `parse`."""
        ...
