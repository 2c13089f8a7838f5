"""The processes that read tables, as seen from the one that wants their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.sources.readers import Readers
from corpus.sources.tableworker import FRAME

if TYPE_CHECKING:
    from corpus.sources.readers import Reader

# One thread each: a thread reserves addresses, and those are what is limited. Arrow's own allocator reserves many too.
_ENVIRONMENT: Final = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
}
READERS: Final = Readers("corpus.sources.tableworker", _ENVIRONMENT)


def frame(reader: Reader) -> tuple[bytes, int, int, bytes]:
    """Return the next frame that a process sends.

    Raises:
        EOFError: the process is gone.
    """
    head = reader.answers.read(FRAME.size)
    if len(head) < FRAME.size:
        raise EOFError
    kind, first, second, length = FRAME.unpack(head)
    data = reader.answers.read(length)
    if len(data) < length:
        raise EOFError
    return kind, first, second, data
