"""Signatures of documents: they identify an article and similar ones, so that the text is not read again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.columnar.arrays import of_numbers
from corpus.resolve.candidates import INDEXED
from corpus.resolve.identity import with_identity
from corpus.resolve.sketches import sketches
from schemas.tables import HASHES, LONG_HASHES, SIGNATURES

if TYPE_CHECKING:
    from corpus.settings import Resolve

# What a signature is made from.
COLUMNS: Final = (
    "document_id", "source", "batch", "captured_at", "url", "accession", "publication", "publisher", "title", "authors",
    "agency", "published_date", "published_at", "text", "text_hash",
)  # fmt: skip
# The parameters that signatures depend on.
PARAMETERS: Final = ("ngram", "sketch", "ignored_paragraphs")


def signatures(documents: pa.Table, settings: Resolve) -> pa.Table:
    """Return the signatures of some documents, in their order.

    Args:
        documents: rows with at least `COLUMNS`.
        settings: params.yaml's `resolve`.
    """
    frame = with_identity(pl.DataFrame(documents.drop_columns(["text"])))
    texts = sketches(
        _in_one_piece(documents["text"]), settings.ngram, settings.sketch, settings.ignored_paragraphs, INDEXED
    )
    # Bad documents may have no title. The grams of one word are words, and all are sampled of so few.
    titles = sketches(frame["title"].fill_null("").to_arrow(), 1, 256)
    made: dict[str, Any] = {
        name: frame[name].to_arrow()
        for name in ("document_id", "source", "batch", "captured_at", "article_id", "rule", "published_date")
    }
    made |= {
        "text_hash": documents["text_hash"],
        "head": of_numbers(np.array(heads(frame), np.uint64), pa.uint64()),
        "title_words": _lists(titles.sample, titles.first, HASHES),
        "words": of_numbers(texts.words, pa.uint64()),
        "grams": of_numbers(texts.grams, pa.int32()),
        "limit": of_numbers(texts.limit, pa.uint32()),
        "sample": _lists(texts.sample, texts.first, HASHES),
        "lowest": _lists(texts.lowest, texts.low, LONG_HASHES),
    }
    return pa.table(made).cast(SIGNATURES.arrow)


def heads(documents: pl.DataFrame) -> list[int]:
    """Return 64 bits for the values of each document beside its text; they are compared only within an article."""
    joined = documents.select(
        pl.concat_str(
            pl.col("title", "agency").fill_null("\1"),
            pl.col("authors").list.join("\1"),
            pl.col("published_date").dt.to_string("iso").fill_null("\1"),
            pl.col("published_at").dt.epoch("us").cast(pl.String).fill_null("\1"),
            separator="\0",
        )
    ).to_series()
    return [int.from_bytes(hashlib.sha256(one.encode()).digest()[:8], "little") for one in joined]


def with_state(documents: pa.Table, settings: Resolve) -> pl.DataFrame:
    """Return documents or articles without their texts, with the `words` and the `head` that identify a revision."""
    frame = pl.DataFrame(documents.drop_columns(["text"]))
    found = sketches(_in_one_piece(documents["text"]), 1, 1, settings.ignored_paragraphs)
    return frame.with_columns(words=pl.Series(found.words), head=pl.Series(heads(frame), dtype=pl.UInt64))


def _in_one_piece(column: pa.ChunkedArray) -> pa.Array:
    """Return a string column in one piece."""
    if column.type not in {pa.string(), pa.large_string()}:
        column = column.cast(pa.large_string())
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.cast(pa.large_string()).chunks) if column.num_chunks else pa.nulls(0, pa.string())


def _lists(
    values: np.ndarray[Any, np.dtype[Any]], first: np.ndarray[Any, np.dtype[np.int64]], kind: pa.ListType
) -> pa.Array:
    offsets = pa.py_buffer(first.astype(np.int32))
    return pa.Array.from_buffers(kind, len(first) - 1, [None, offsets], children=[of_numbers(values, kind.value_type)])
