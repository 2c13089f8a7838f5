"""The executor of a single machine: worker processes, which isolate documents that crash, hang or use up memory."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from corpus.pipeline.executor import Walled, WorkerDied
from corpus.pipeline.worker import begin, noted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

# A machine that is out of memory kills anything; more deaths than this are not the documents' fault.
_MOST_DEATHS: Final = 100

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Processes:
    """Worker processes on this machine.

    Attributes:
        workers: the largest number of processes.
    """

    workers: int

    def map(self, work: Callable[[T], R], tasks: Sequence[T], *, light: bool = False) -> Iterator[tuple[T, R]]:
        """See `Executor.map`. Light work is done in this process; with one worker, all that is not walled too.

        Raises:
            WorkerDied: a worker ended, and no document was the cause.
        """
        walled = any(isinstance(task, Walled) for task in tasks)
        if light or not tasks or (self.workers == 1 and not walled):
            return ((task, work(task)) for task in tasks)
        return _behind_walls(work, tasks, self.workers) if walled else _spread(work, tasks, self.workers)


def _spread(work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[tuple[T, R]]:
    # Not fork: Arrow and Polars keep threads, and a forked child may hang on their locks.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(workers, len(tasks)), context, initializer=begin, initargs=(os.getpid(),))
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


def _behind_walls(work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[tuple[T, R]]:
    """Do walled tasks. When a worker dies, its tasks are done again one by one, to find the document that killed it."""
    left = list(tasks)
    early: dict[int, tuple[T, R]] = {}
    while left:
        try:
            for task, result in _spread(work, [task for task in left if id(task) not in early], workers):
                while left[0] is not task:
                    yield early.pop(id(left.pop(0)))
                left.pop(0)
                yield task, result
        except WorkerDied:
            under_way = [
                task
                for task in left
                if id(task) not in early and isinstance(task, Walled) and noted(task.note) is not None
            ]
            if not under_way:
                raise
            for task in under_way:
                early[id(task)] = _alone(work, task)
        while left and id(left[0]) in early:
            yield early.pop(id(left.pop(0)))


def _alone(work: Callable[[T], R], task: T) -> tuple[T, R]:
    """Do one walled task again, without each document that kills its worker, until the worker survives."""
    for _ in range(_MOST_DEATHS):
        try:
            return next(iter(_spread(work, [task], 1)))
        except WorkerDied:
            culprit = noted(task.note) if isinstance(task, Walled) else None
            if culprit is None or not isinstance(task, Walled) or culprit in task.deadly:
                raise
            task = replace(task, deadly=task.deadly | {culprit})  # type: ignore[type-var]
    raise WorkerDied
