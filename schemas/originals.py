"""The files of exports, stored in the batch that their articles came in: evidence, which no stage reads."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from schemas.table import Column, Table

ORIGINALS: Final = Table(
    "originals",
    "The files of exports as they were added, in parts of bounded size. The rows of a file are consecutive.",
    (
        Column("original", pa.string(), "sha256 of the file's bytes, in hex"),
        Column("source", pa.string(), "the path of the file, as it was given to `corpus add`"),
        Column("part", pa.int32(), "the number of this row within the file, from 0"),
        Column(
            "data", pa.large_binary(), "the next bytes of the file; null in rows with `document_ids`", nullable=True
        ),
        Column("document_ids", pa.list_(pa.string()), "ids of the documents that the file was split into"),
    ),
)
