"""The observations of `corpus collect`: one row a request, stored in each batch with the bodies that are evidence."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from schemas.table import UTC_MICROSECONDS, Column, Table

_HOP: Final = pa.struct([pa.field("url", pa.string(), nullable=False), pa.field("status", pa.int32(), nullable=False)])
REDIRECTS: Final = pa.list_(pa.field("element", _HOP, nullable=False))

_COLUMNS: Final = (
    Column("url", pa.string(), "the address that was asked for"),
    Column("at", UTC_MICROSECONDS, "when the answer had arrived, or the attempt had ended"),
    Column("source", pa.string(), "the source in collect.yaml that wanted it"),
    Column(
        "via",
        pa.string(),
        "what was asked for: `page`, `entry` (a full text in a feed), `discovery` (a feed, sitemap or section page), "
        "`robots`, `tdmrep` or `rsl` (a licence that robots.txt names)",
    ),
    Column("outcome", pa.string(), "what became of it: `new`, `changed`, `unchanged-304`, `gone-404`, `robots`, …"),
    Column("status", pa.int32(), "HTTP status; null where none was received", nullable=True),
    Column("final_url", pa.string(), "the address that answered, where redirects led elsewhere", nullable=True),
    Column("redirects", REDIRECTS, "the addresses that redirected, with their statuses, in order"),
    Column("sha256", pa.string(), "of the body as decoded; of the known body where it is unchanged", nullable=True),
    Column("words_sha256", pa.string(), "of all visible words and declared metadata of a page", nullable=True),
    Column("robots_sha256", pa.string(), "of the robots.txt that allowed or refused it", nullable=True),
    Column("address", pa.string(), "the IP address that answered", nullable=True),
    Column("seconds", pa.float32(), "from sending the request to the end of the answer", nullable=True),
    Column("size", pa.int64(), "bytes of the body as decoded", nullable=True),
    Column("media_type", pa.string(), "of a page that was taken", nullable=True),
    Column("etag", pa.string(), "the answer's ETag, to the letter", nullable=True),
    Column("last_modified", pa.string(), "the answer's Last-Modified, to the letter", nullable=True),
    Column("detail", pa.string(), "what else is to be known, in words", nullable=True),
)

OBSERVED: Final = Table(
    "observed",
    "One row a request of `corpus collect`, as stored in a batch.",
    (
        *_COLUMNS,
        Column(
            "body",
            pa.large_binary(),
            "of evidence: robots.txt, tdmrep.json, RSL licences, feeds and sitemaps",
            nullable=True,
        ),
    ),
    sort=("url", "at", "via"),
)

OBSERVATIONS: Final = Table(
    "observations",
    "One row a request of `corpus collect`: what was asked for, when, and what became of it.",
    (*_COLUMNS, Column("batch", pa.string(), "the batch that has it")),
    sort=("url", "at", "via"),
)
