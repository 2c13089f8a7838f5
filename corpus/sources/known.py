"""Know what the batches have: which documents, when they were captured, and which batch has their bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from corpus.batches import batchfiles
from corpus.batches import register as raw

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def identity(document_id: str, url: str | None) -> bytes:
    """Return what identifies a document: its bytes and its address."""
    if not url:
        return bytes.fromhex(document_id[:32])
    return hashlib.sha256(f"{document_id}\0{url}".encode()).digest()[:16]


class Known:
    """The documents of some batches: which batch has the bytes, and when they were captured.

    Memory holds two keys of 16 bytes for each document, and the overhead of Python.
    """

    def __init__(self) -> None:
        self._holders: dict[bytes, str] = {}
        self._captures: set[bytes] = set()

    @classmethod
    def of(cls, root: Path, batches: Iterable[raw.Batch]) -> Self:
        """Read the known documents from the files of some batches."""
        known = cls()
        for batch in batches:
            for file in batch.files:
                for group in batchfiles.groups(
                    batchfiles.path_of(root, file), ["document_id", "url", "captured_at", "held_by"]
                ):
                    times = group["captured_at"].cast(pa.int64())
                    columns = (group["document_id"], group["url"], times, group["held_by"])
                    for document_id, url, at, holder in zip(*(one.to_pylist() for one in columns), strict=True):
                        known.add(identity(document_id, url), at, holder or batch.name)
        return known

    def add(self, document: bytes, at: int, holder: str) -> None:
        """Note a capture.

        Args:
            document: as `identity` gives it.
            at: the time of capture, in microseconds since 1970.
            holder: the name of the batch that has the bytes; empty for the batch that is being written.
        """
        self._holders.setdefault(document, holder)
        self._captures.add(_captured(document, at))

    def holder(self, document: bytes) -> str | None:
        """Return the batch that holds a document's bytes; None if none does."""
        return self._holders.get(document)

    def has(self, document: bytes, at: int) -> bool:
        """Return whether a document was captured at that instant."""
        return _captured(document, at) in self._captures


def _captured(document: bytes, at: int) -> bytes:
    return hashlib.sha256(document + at.to_bytes(8, "little", signed=True)).digest()[:16]
