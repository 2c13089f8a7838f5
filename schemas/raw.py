"""The table of a batch: documents as they were found, bytes and provenance. Their content is in `tables`."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from schemas.table import UTC_MICROSECONDS, Column, Table

_HEADER: Final = pa.struct(
    [pa.field("name", pa.string(), nullable=False), pa.field("value", pa.string(), nullable=False)]
)
HEADERS: Final = pa.list_(pa.field("element", _HEADER, nullable=False))

_SIGNAL: Final = pa.struct([pa.field(name, pa.string(), nullable=False) for name in ("where", "name", "value")])
SIGNALS: Final = pa.list_(pa.field("element", _SIGNAL, nullable=False))

# Rows stay in the order of intake: there is no `sort`, and a batch is written once.
RAW: Final = Table(
    "raw",
    "One row a document of a batch, as found.",
    (
        Column("document_id", pa.string(), "sha256 of the document's bytes, in hex"),
        Column(
            "source",
            pa.string(),
            "where the document was found: path, `archive.zip!member` or `file.warc.gz#offset`; unique in the batch",
        ),
        Column("media_type", pa.string(), "by content, then by what its server or its name says"),
        # 64-bit offsets: no reader overflows, however many row groups it joins.
        Column(
            "data",
            pa.large_binary(),
            "the bytes; of an HTTP response its body, with content encodings undone; null where `held_by` has them",
            nullable=True,
        ),
        Column("size", pa.int64(), "bytes"),
        Column("url", pa.string(), "where it was fetched from, as the WARC or the sidecar says", nullable=True),
        Column("status", pa.int32(), "HTTP status", nullable=True),
        Column("headers", HEADERS, "HTTP headers, in order; empty without any"),
        Column("captured_at", UTC_MICROSECONDS, "when it was captured: WARC-Date, or the batch's capture time"),
        Column("published_date", pa.string(), "date of publication, as the sidecar says it", nullable=True),
        Column("publisher", pa.string(), "publisher, as the sidecar says it", nullable=True),
        Column("licence", pa.string(), "under what licence or rights the batch was added", nullable=True),
        Column(
            "held_by",
            pa.string(),
            "the batch that holds the bytes of this capture, which is one of the same bytes at the same address; empty "
            "for this batch",
            nullable=True,
        ),
        Column(
            "signals",
            SIGNALS,
            "what robots.txt, tdmrep.json and RSL licences declared for the page when `corpus collect` fetched "
            "it, to the letter",
            nullable=True,
        ),
    ),
)
