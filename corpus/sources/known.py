"""Know what the batches have: which documents, when they were captured, and which batch has their bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Self

from corpus.collection import collection_paused
from corpus.sources.captures import captures

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corpus.batches.register import Batch


class Known:
    """The documents of some batches: which batch has the bytes, and when they were captured.

    Memory holds a key of 16 bytes and a time for each document, another key for each later capture, and the overhead of
    Python.
    """

    def __init__(self) -> None:
        self._holders: dict[bytes, str] = {}
        # Most documents are captured once.
        self._times: dict[bytes, int] = {}
        self._later: set[bytes] = set()

    @classmethod
    def of(cls, root: Path, batches: Iterable[Batch]) -> Self:
        """Return the known documents of all batches of a register."""
        known = cls()
        with collection_paused():
            for one in captures(root, batches):
                known.add(*one)
        return known

    def add(self, document: bytes, at: int, holder: str) -> None:
        """Note a capture.

        Args:
            document: as `identity` gives it.
            at: the time of capture, in microseconds since 1970.
            holder: the name of the batch that has the bytes; empty for the batch that is being written.
        """
        if document not in self._times:
            self._times[document] = at
            self._holders[document] = holder
        elif self._times[document] != at:
            self._later.add(_captured(document, at))

    def holder(self, document: bytes) -> str | None:
        """Return the batch that holds a document's bytes; None if none does."""
        return self._holders.get(document)

    def has(self, document: bytes, at: int) -> bool:
        """Return whether a document was captured at that instant."""
        first = self._times.get(document)
        return first is not None and (first == at or _captured(document, at) in self._later)


def _captured(document: bytes, at: int) -> bytes:
    return hashlib.sha256(document + at.to_bytes(8, "little", signed=True)).digest()[:16]
