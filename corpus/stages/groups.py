"""Several shards at a time: pandera costs by the frame, memory by the row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from corpus.store.shards import Shard

T = TypeVar("T")
R = TypeVar("R")

# About 60 MB of text.
ROWS: Final = 20_000
# Decompression and compression run outside the interpreter's lock; more threads hold more in memory.
THREADS: Final = 2


def groups(names: Sequence[str], documents: Mapping[str, Shard], rows: int = ROWS) -> Iterator[list[str]]:
    """Consecutive shards, together of at most `rows` documents; a larger one alone."""
    group: list[str] = []
    held = 0
    for name in names:
        size = documents[name].files["documents"].rows
        if group and held + size > rows:
            yield group
            group, held = [], 0
        group.append(name)
        held += size
    if group:
        yield group


def side_by_side(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Do `work` on each item, some at a time; results in order. For what waits on files, zstd or Arrow."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, items))


def ahead(work: Callable[[list[str]], T], grouped: Sequence[list[str]]) -> Iterator[tuple[list[str], T]]:
    """Do `work` on each group in order, one group ahead of whoever takes the results; the first begins at once."""
    pool = ThreadPoolExecutor(1)
    following = [pool.submit(work, group) for group in grouped[:1]]

    def results() -> Iterator[tuple[list[str], T]]:
        with pool:
            for number, group in enumerate(grouped):
                result = following.pop().result()
                following.extend(pool.submit(work, after) for after in grouped[number + 1 : number + 2])
                yield group, result

    return results()
