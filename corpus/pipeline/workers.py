"""Work over processes. Results come in the order of the tasks, however many workers there are."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Final, TypeVar

from corpus.repo.lock import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


class WorkerDied(Exception):
    """A worker process was killed, by a limit or by the machine; whichever task it had, others were lost with it."""


# Of malloc.h. Larger thresholds than this are refused.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_MOST_UNMAPPED: Final = 32 << 20
_MOST_KEPT: Final = 64 << 20

T = TypeVar("T")
R = TypeVar("R")


def default_workers() -> int:
    """As many as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin() -> None:
    die_with_parent()
    # Ctrl-C reaches the whole group; the parent alone answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Parsed articles are trees without circles: looking for some after every 700 objects takes a tenth of the time.
    gc.set_threshold(100_000, 20, 100)
    _keep_memory()


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


def run(work: Callable[[T], R], tasks: Sequence[T], workers: int, *, small: bool = False) -> Iterator[tuple[T, R]]:
    """Do `work` on each task; yields task and result. `small` work is done in this process.

    Raises:
        WorkerDied: a worker process ended without a word, with the task it had if that is certain.
    """
    if small or not tasks:
        for task in tasks:
            yield task, work(task)
        return
    # Not fork: Arrow and Polars keep threads, and a forked child may hang on their locks.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(tasks)), context, initializer=_begin)
    waiting: deque[tuple[T, Future[R]]] = deque()
    try:
        for task in tasks:
            # A few ahead of the slowest, not all: what is done but not yet taken costs memory and disk.
            waiting.append((task, pool.submit(work, task)))
            if len(waiting) > 2 * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    except BrokenProcessPool:
        raise WorkerDied from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
