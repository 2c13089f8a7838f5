"""Read the documents of a shard: from files of `seeds/`, or from a row group of a batch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.batches import batchfiles
from corpus.batches.seeds import SEEDS, SeedFile, read_document
from corpus.columnar.arrays import in_one_piece, numbers_of, of_numbers
from corpus.errors import ChangedWhileRead
from corpus.formats import is_registered
from corpus.formats.article import Problem
from corpus.formats.mediatypes import media_type
from corpus.pipeline.captures import with_bytes
from corpus.rights import Signal, signals_of_headers
from corpus.rights.headers import NAMES
from corpus.text import dates, urls
from corpus.text.foreign import parse_foreign
from corpus.text.normalise import one_line
from schemas.dates import DateSource
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from corpus.formats.article import Parsed
    from corpus.pipeline.captures import Group

# Hostile JSON takes thirty times its bytes in memory: larger ones are parsed alone, others so many bytes at a time.
_LARGE: Final = 250_000
_TOGETHER: Final = 4_000_000
_FOUND: Final = [
    "source", "data", "document_id", "size", "media_type", "captured_at", "url", "published_date", "publisher",
    "headers", "status", "signals",
]  # fmt: skip
# In the value of an HTTP Content-Type.
CHARSET: Final = r"(?i)charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})"
# HTTP statuses from this one on are errors (RFC 9110, 15.5).
_FIRST_ERROR: Final = 400
_TEXT_ENDINGS: Final = (".txt", ".md", ".markdown", ".text")


class Found(NamedTuple):
    """One document as found. `data` is None if it is larger than `ingest.max_bytes`."""

    source: str
    data: bytes | None
    document_id: str
    size: int
    media_type: str
    batch: str
    captured_at: datetime | None = None
    url: str | None = None
    published_date: str | None = None
    publisher: str | None = None
    is_link: bool = False
    charset: str | None = None
    status: int | None = None
    signals: tuple[Signal, ...] = ()

    @property
    def place(self) -> str:
        """Return what identifies it among the documents of a corpus."""
        return f"{self.batch}\0{self.source}"


@dataclass(frozen=True, slots=True)
class Seeds:
    """Files of `seeds/`, each with its digest if that is known."""

    files: tuple[tuple[SeedFile, str | None], ...]

    @property
    def documents(self) -> int:
        """Return how many documents there are."""
        return len(self.files)

    @property
    def is_harmless(self) -> bool:
        """Return whether all documents are of kinds that are parsed in bounded time, judged also by their content."""
        return all(file.is_link or _is_plain(file) for file, _ in self.files)

    def read(self, limit: int) -> Iterator[Found]:
        """Yield the documents, one at a time."""
        return seed_documents(self.files, limit)


@dataclass(frozen=True, slots=True)
class RowGroup:
    """One row group of a batch's file, and the row groups that hold the bytes of its captures that have none.

    `sha256` is the digest of the file, as the register has it.
    """

    path: Path
    number: int
    batch: str
    documents: int
    sha256: str = ""
    holders: tuple[Group, ...] = ()

    def table(self) -> pa.Table:
        """Return its rows of `schemas.RAW`, with the bytes of those that other row groups hold.

        Raises:
            StorageError: a row group cannot be read, or does not hold what it should.
        """
        return with_bytes(batchfiles.read_group(self.path, self.number), self.holders)

    def documents_of(self, rows: pa.Table, limit: int) -> Iterator[Found]:
        """Yield the documents of some of its rows, one at a time."""
        for batch in rows.select(_FOUND).to_batches(max_chunksize=64):
            # Not `to_pylist`, which imports pandas for the sake of instants.
            frame = pl.DataFrame(batch).with_columns(charset=_charset(), headers=_signals())
            for one in frame.iter_rows(named=True):
                yield Found(
                    one["source"],
                    one["data"] if one["size"] <= limit else None,
                    one["document_id"],
                    one["size"],
                    one["media_type"],
                    self.batch,
                    one["captured_at"],
                    one["url"],
                    one["published_date"],
                    one["publisher"],
                    charset=one["charset"],
                    status=one["status"],
                    signals=(
                        *signals_of_headers((found["name"], found["value"]) for found in one["headers"] or ()),
                        *(Signal(found["where"], found["name"], found["value"]) for found in one["signals"] or ()),
                    ),
                )

    def ordinary(self, rows: pa.Table, kind: str, limit: int) -> Iterator[NDArray[np.int64]]:
        """Yield the numbers of rows that can be parsed together, in groups that bound the memory.

        Args:
            rows: all rows.
            kind: the media type.
            limit: bytes. Larger documents are left out, and documents for which the batch records more than their
                bytes.
        """
        # Arrow would compare with values too, and import pandas to see whether they are its own.
        sizes = numbers_of(in_one_piece(rows["size"]), np.int64)
        fits = (
            (sizes >= 1)
            & (sizes <= min(limit, _LARGE))
            & (pl.Series(in_one_piece(rows["media_type"])) == kind).to_numpy()
        )
        for name in ("url", "published_date", "publisher"):
            fits &= pl.Series(in_one_piece(rows[name])).is_null().to_numpy()
        numbers = np.flatnonzero(fits)
        part = np.cumsum(sizes[numbers]) // _TOGETHER
        yield from (some for some in np.split(numbers, np.flatnonzero(np.diff(part)) + 1) if len(some))

    def origins(self, rows: pa.Table) -> dict[str, pa.Array | pl.Series]:
        """Return the origins of some of its rows, in columns."""
        columns = {
            name: in_one_piece(rows[name]) for name in ("document_id", "source", "media_type", "size", "captured_at")
        }
        return {**columns, "batch": pl.Series([self.batch]).new_from_index(0, rows.num_rows)}


@dataclass(frozen=True, slots=True)
class RowGroups:
    """The row groups whose documents make one shard: one, or several of small batches."""

    groups: tuple[RowGroup, ...]

    @property
    def documents(self) -> int:
        """Return about how many documents there are."""
        return sum(group.documents for group in self.groups)

    @property
    def is_harmless(self) -> bool:
        """Return False: a batch may have HTML."""
        return False

    @property
    def made_from(self) -> list[str]:
        """Return what the rows come from, for the key of their shard."""
        return [part for group in self.groups for part in (group.sha256, str(group.number))]


def _charset() -> pl.Expr:
    """Return the charset that each document's HTTP headers name."""
    header = pl.element().struct
    named = pl.when(header.field("name").str.to_lowercase() == "content-type").then(header.field("value"))
    return pl.col("headers").list.eval(named.str.extract(CHARSET)).list.drop_nulls().list.first()


def _signals() -> pl.Expr:
    """Return each document's HTTP headers about rights."""
    name = pl.element().struct.field("name").str.strip_chars().str.to_lowercase()
    return pl.col("headers").list.eval(pl.element().filter(name.is_in(list(NAMES))))


def contents(rows: pa.Table) -> list[memoryview]:
    """Return views of the bytes of some rows. No row may be null."""
    data = in_one_piece(rows["data"])
    _, ends, buffer = data.buffers()
    begins = np.frombuffer(ends, np.int64)[data.offset :][: len(data) + 1].tolist()
    view = memoryview(buffer or b"")
    return [view[begin:end] for begin, end in pairwise(begins)]


def taken(rows: pa.Table, numbers: NDArray[np.int64]) -> pa.Table:
    """Return some rows by their numbers, which are in ascending order."""
    if len(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers):
        return rows.slice(int(numbers[0]), len(numbers))
    return rows.take(of_numbers(numbers, pa.int64()))


def seed_documents(files: Iterable[tuple[SeedFile, str | None]], limit: int) -> Iterator[Found]:
    """Yield files as documents.

    Args:
        files: the files, each with the sha256 that it must have, or None for any.
        limit: bytes. A larger file is not read.

    Raises:
        ChangedWhileRead: a file does not have the digest that it must have.
    """
    for file, expected in files:
        data = read_document(file, limit)
        found = _stream_digest(file.path) if data is None else hashlib.sha256(data).hexdigest()
        if expected is not None and found != expected:
            raise ChangedWhileRead(file.source)
        kind = media_type(file.source, data[:4096] if data is not None else _head(file.path))
        yield Found(file.source, data, found, file.size, kind, SEEDS, is_link=file.is_link)


def with_provenance(parsed: Parsed, found: Found) -> Parsed:
    """Complete what a document says with what the batch records about it, and note if it is an error of a server."""
    if found.status is not None and found.status >= _FIRST_ERROR:
        parsed = replace(parsed, problems=(*parsed.problems, Problem(Check.HTTP_STATUS, str(found.status))))
    if found.signals:
        parsed = replace(parsed, rights_signals=(*parsed.rights_signals, *found.signals))
    if not (found.url or found.published_date or found.publisher):
        return parsed
    url = parsed.url or (urls.canonical(found.url) if found.url else None)
    publisher = parsed.publisher or (urls.publisher(url) if url else None) or _publisher(found.publisher)
    day, instant, date_source = parsed.published_date, parsed.published_at, parsed.date_source
    if day is None and found.published_date:
        written, tongue = found.published_date, parsed.language
        moment = dates.parse(written, language=tongue) or parse_foreign(written, tongue)
        if moment:
            day, instant, date_source = moment.day, moment.instant, DateSource.DECLARED
    return replace(
        parsed, url=url, publisher=publisher, published_date=day, published_at=instant, date_source=date_source
    )


def _publisher(written: str | None) -> str | None:
    name = one_line(written or "")[:200]
    return (urls.registrable(name.lower()) or name) if name else None


def _is_plain(file: SeedFile) -> bool:
    """Return whether a file is text for our own parser. A page, or a file for a plug-in, may be named .txt too."""
    if not file.source.lower().endswith(_TEXT_ENDINGS):
        return False
    try:
        kind = media_type(file.source, _head(file.path))
    except OSError:
        return False
    return kind in {"text/plain", "text/markdown"} and not is_registered(kind)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _stream_digest(path: Path) -> str:
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
