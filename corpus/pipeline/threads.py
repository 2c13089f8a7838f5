"""Run work in threads, for work in files, zstd or Arrow: these run outside the interpreter's lock."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future

T = TypeVar("T")
R = TypeVar("R")

# More threads hold more shards in memory at a time.
THREADS: Final = 2


def in_turn(pool: Executor, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Do `work` on each item. Yields items and results in order, and begins only a few items in advance.

    So memory holds few items, and the memory of one shard serves the next: fresh pages of memory cost more than
    decompressing their content.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    for item in items:
        waiting.append((item, pool.submit(work, item)))
        if len(waiting) > THREADS:
            first, future = waiting.popleft()
            yield first, future.result()
    while waiting:
        first, future = waiting.popleft()
        yield first, future.result()


def side_by_side(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Do `work` on each item, some at a time. Returns the results in order."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))
