"""What reading files finds: documents, and what is skipped with a reason. All its limits are here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

# Memory holds a complete document. The largest that a build would parse is a fraction of this.
MOST_DOCUMENT_BYTES: Final = 256_000_000
# News pages compress ten to thirty times. What yields more than this, once past the grace, is a bomb.
MOST_RATIO: Final = 200
RATIO_GRACE_BYTES: Final = 16_000_000
# Of one archive, decompressed: all members together, and their number.
MOST_ARCHIVE_BYTES: Final = 1_000_000_000_000
MOST_MEMBERS: Final = 10_000_000
# A zip's directory is read completely; each of its entries takes about a kilobyte.
MOST_ZIP_MEMBERS: Final = 1_000_000
# An archive in an archive is read, one in that is reported.
MOST_NESTED: Final = 1
MOST_NAME: Final = 4_096
# Extended tar headers hold names; a hostile one would fill the memory.
MOST_TAR_HEADER_BYTES: Final = 1_000_000
# Memory holds a complete row of a table, several times over; a text of this size is no article.
MOST_ROW_BYTES: Final = 20_000_000
MOST_COLUMNS: Final = 10_000
# Of Parquet and Arrow, whose reader is a process of its own: what it may use beyond what it has when it starts, and
# how much processor time for each thousand rows.
MOST_TABLE_MEMORY: Final = 1 << 30
MOST_TABLE_SECONDS: Final = 20
MOST_TABLE_NESTING: Final = 32
# Each row repeats them.
MOST_NAMES_BYTES: Final = 1_000_000
# A file of one JSON value must be read completely.
MOST_JSON_BYTES: Final = 64_000_000
MOST_SIDECAR_BYTES: Final = 64_000_000
# Decompressors remember so much of what they wrote; more is hostile.
MOST_WINDOW_BYTES: Final = 128 * 1024 * 1024
# How often reading starts again in a damaged WARC before the rest is given up.
MOST_RESYNCS: Final = 10_000
# The media type of a row of a table, or of an entry of a feed.
ROW: Final = "application/json"


class Reason(StrEnum):
    """Why something was not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too large"
    TORN = "torn"
    CORRUPT = "corrupt"
    BOMB = "decompression bomb"
    ENCRYPTED = "encrypted"
    NESTED = "nested too deep"
    UNSUPPORTED = "unsupported compression"
    LINK = "a link"
    SPECIAL = "no regular file"
    UNSAFE_NAME = "unsafe name"
    UNREADABLE = "unreadable"
    CHANGED = "changed while it was being read"
    MISSING = "not there"
    NOT_TEXT = "neither HTML nor text"
    SUMMARY = "only a summary"
    NO_DOCUMENT = "no document"
    LEFT_OUT = "columns left out"
    NO_ARTICLE = "part of an export, not an article"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class Item(NamedTuple):
    """A document as found. It is a tuple, because there are many and a dataclass takes four times as long to make."""

    source: str
    data: bytes
    media_type: str
    url: str | None = None
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    captured_at: datetime | None = None
    published_date: str | None = None
    publisher: str | None = None
    # What a row gives as its time of capture, where it cannot be read or is yet to come.
    unread_time: str | None = None
    # Under what licence or rights, where that is known of this document alone.
    licence: str | None = None
    # What its server declared about its use beside the document: place, name and value of each signal.
    signals: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not taken, and why."""

    source: str
    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}" + (f" ({self.detail})" if self.detail else "")


class Unreadable(Exception):
    """Raised only while reading files: reading cannot continue."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(reason, detail)

    def of(self, source: str) -> Skipped:
        """Return the entry that reports it."""
        return Skipped(source, self.reason, self.detail)


def too_much_memory(brought: int) -> tuple[Reason, str]:
    """Return what to say of a table that wants more memory than its reader may have."""
    out_of_proportion = MOST_RATIO * brought < MOST_TABLE_MEMORY
    return Reason.BOMB if out_of_proportion else Reason.TOO_LARGE, "more memory than is allowed"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents are wanted, and the settings for their rows.

    Attributes:
        include, exclude: patterns that are compared with the source, its last name and its URL.
        capture_columns: names of columns that give the time of capture, besides the usual ones.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    capture_columns: tuple[str, ...] = ()

    def wants(self, source: str, url: str | None = None) -> bool:
        """Return whether a document is wanted."""
        if not self.include and not self.exclude:
            return True
        names = [source, source.rpartition("/")[2].rpartition("!")[2], *([url] if url else [])]
        return (not self.include or _any(self.include, names)) and not _any(self.exclude, names)

    def opens(self, source: str) -> bool:
        """Return whether to read an archive; `wants` decides about its members."""
        return not _any(self.exclude, [source, source.rpartition("/")[2].rpartition("!")[2]])


def _any(patterns: tuple[str, ...], names: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
