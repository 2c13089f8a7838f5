"""Limit processor time and memory for each document that a worker parses, and note the document in a file."""

from __future__ import annotations

import json
import os
import resource
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from corpus.repo import limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SPACE: Final = 2 << 30


class DocumentLimits:
    """The limits of a worker. Use it as a context manager around the documents of a task."""

    def __init__(self, note: Path | None, seconds: int) -> None:
        self._note = note
        self._seconds = seconds
        self._before: dict[int, tuple[int, int]] = {}
        # The note stays open: to make a file for each document takes as long as a tenth of its parsing.
        self._file = -1

    def __enter__(self) -> Self:
        if self._note is not None:
            self._file = os.open(self._note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
                self._before[limit] = resource.getrlimit(limit)
            limits.limit_memory(_SPACE)
        return self

    def __exit__(self, *_: object) -> None:
        for limit, before in self._before.items():
            resource.setrlimit(limit, before)
        if self._note is not None:
            os.close(self._file)
            self._note.unlink(missing_ok=True)

    @contextmanager
    def over(self, source: str) -> Iterator[None]:
        """Note a document and time it. The kernel kills a process that takes longer, also inside a library."""
        if self._note is None:
            yield
            return
        os.pwrite(self._file, json.dumps(source).encode(), 0)
        limits.limit_time(self._seconds)
        try:
            yield
        finally:
            # Neither the time nor the blame is the next document's.
            resource.setrlimit(resource.RLIMIT_CPU, self._before[resource.RLIMIT_CPU])
            os.ftruncate(self._file, 0)
