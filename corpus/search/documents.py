"""What the index holds of an article: its tokens, its facets, and numbers to find, order and date it by. No text."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import tantivy

from corpus.search import facets, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

# Of the searched text, by the tokeniser of ours: the tokens are given with a space between.
SEARCHED: Final = (*plain.TEXTS, "author")
# A facet's field; `title` and `author` are names of searched fields.
FACET: Final = {name: f"facet_{name}" for name in facets.FACETS}
_ROW_BITS: Final = 32
_ID_DIGITS: Final = 16
_TIE_BITS: Final = 40
_FIRST_DAY: Final = date.min.toordinal()
# After all days of the calendar.
UNDATED: Final = 1 << 23
# In microseconds: before and after all times.
ALWAYS: Final = -(1 << 62)
NEVER: Final = 1 << 62
COLUMNS: Final = (
    "article_id", *plain.TEXTS, *facets.COLUMNS, "word_count", "captured_at", "superseded_at", "document_id", "source",
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    for name in SEARCHED:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in FACET.values():
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    # Shard and row; the shard alone; the two halves of the article's id; the order of pages; the day.
    builder.add_unsigned_field("place", indexed=True, fast=True)
    builder.add_unsigned_field("shard", indexed=True)
    builder.add_unsigned_field("id_high", indexed=True, fast=True)
    builder.add_unsigned_field("id_low", fast=True)
    builder.add_unsigned_field("newest", fast=True)
    builder.add_unsigned_field("oldest", fast=True)
    # A number that looks random, and is the same in every index.
    builder.add_unsigned_field("sample", fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_unsigned_field("words", fast=True)
    builder.add_integer_field("captured", fast=True)
    builder.add_integer_field("superseded", fast=True)
    return builder.build()


def prepare(index: tantivy.Index) -> None:
    """Give an index the tokeniser that divides at spaces, and keeps tokens as they are."""
    index.register_tokenizer("whitespace", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


def place(shard: int, row: int) -> int:
    """Return the number of a row of a shard, as the index knows it."""
    return shard << _ROW_BITS | row


def shard_and_row(place: int) -> tuple[int, int]:
    """Return the shard and the row of a place."""
    return place >> _ROW_BITS, place & ((1 << _ROW_BITS) - 1)


def halves(article_id: str) -> tuple[int, int]:
    """Return the two numbers that an article's id is kept as."""
    return int(article_id[:_ID_DIGITS], 16), int(article_id[_ID_DIGITS:], 16)


def article_id(high: int, low: int) -> str:
    """Return the article's id of two numbers."""
    return f"{high:016x}{low:016x}"


def day_number(day: date) -> int:
    """Return the number of a day, from 0."""
    return day.toordinal() - _FIRST_DAY


def microseconds(moment: datetime | None, default: int) -> int:
    """Return a time in microseconds since 1970, or the default without one."""
    if moment is None:
        return default
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def documents(
    batch: pa.RecordBatch, shard: int, first: int, warnings: Mapping[int, Sequence[str]]
) -> Iterator[tantivy.Document]:
    """Yield the documents of some rows of a shard.

    Args:
        batch: the rows, with the columns of `COLUMNS` that the shard has.
        shard: its number.
        first: the number of the first row in the shard.
        warnings: the names of the checks that warned, by row.
    """
    there = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    nothing = [None] * batch.num_rows
    columns = [there.get(name, nothing) for name in COLUMNS]
    for number, cells in enumerate(zip(*columns, strict=True), first):
        row = dict(zip(COLUMNS, cells, strict=True))
        row["warnings"] = warnings.get(number, ())
        yield document(row, place(shard, number), shard)


def document(row: Mapping[str, Any], place: int, shard: int) -> tantivy.Document:
    """Return the document of an article."""
    made = tantivy.Document()
    searched = plain.searched(row)
    for name in SEARCHED:
        made.add_text(name, " ".join(getattr(searched, name)))
    for name, found in facets.values(row).items():
        for value in found:
            made.add_text(FACET[name], value)
    high, low = halves(row["article_id"])
    day = row["published_date"]
    number = None if day is None else day_number(day)
    # Equal days are in an order of their own, the same in every index: by a digest of what tells revisions apart.
    tie = int.from_bytes(hashlib.sha256(f"{row['article_id']} {row['document_id']}".encode()).digest()[:5])
    made.add_unsigned("place", place)
    made.add_unsigned("shard", shard)
    made.add_unsigned("id_high", high)
    made.add_unsigned("id_low", low)
    made.add_unsigned("newest", (0 if number is None else number + 1) << _TIE_BITS | tie)
    made.add_unsigned("sample", tie)
    made.add_unsigned("oldest", (UNDATED if number is None else number) << _TIE_BITS | tie)
    if number is not None:
        made.add_integer("day", number)
    made.add_unsigned("words", max(0, row["word_count"] or 0))
    made.add_integer("captured", microseconds(row["captured_at"], ALWAYS))
    made.add_integer("superseded", microseconds(row["superseded_at"], NEVER))
    return made
