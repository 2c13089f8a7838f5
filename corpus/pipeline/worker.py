"""Begin a worker process, in which a document may crash, hang or use up memory, and say which document it was."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import threading
from typing import TYPE_CHECKING, Final

from corpus.repo import stalls
from corpus.repo.lock import die_with_parent

if TYPE_CHECKING:
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

# Of malloc.h. Larger thresholds than this are refused.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_MOST_UNMAPPED: Final = 32 << 20
_MOST_KEPT: Final = 64 << 20
_BEGUN: Final = threading.Event()


def begin(parent: int) -> None:
    """Make this process a worker: it ends with its parent, may be killed, and keeps the memory that it has freed.

    Args:
        parent: the id of the process that started it.
    """
    die_with_parent(parent)
    # Ctrl-C reaches all processes of the group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Parsed articles are trees without circles: looking for some after every 700 objects takes a tenth of the time.
    gc.set_threshold(100_000, 20, 100)
    _keep_memory()
    # The parent says that a worker ended.
    stalls.watch(lambda _: os._exit(1))
    _BEGUN.set()


def is_isolated() -> bool:
    """Return whether this process is a worker, which a document may kill."""
    return _BEGUN.is_set()


def noted(note: Path | None) -> str | None:
    """Return the document that a worker parsed when it died; None if it parsed none."""
    try:
        return str(json.loads(note.read_text())) if note else None
    except (OSError, ValueError):
        return None


def _keep_memory() -> None:
    """Let what one task has freed serve the next: given back, each page costs a fault when it is touched again.

    The tables of some thousand documents are made of arrays of a megabyte, which the C library maps and unmaps one by
    one; of ingesting rows of 2 KB that was a sixth of the time. Where it cannot be asked, nothing changes.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, _MOST_UNMAPPED)
        libc.mallopt(_M_TRIM_THRESHOLD, _MOST_KEPT)
    # Arrow's own allocator gives back too; and one thread is enough where there is a process for each core.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
