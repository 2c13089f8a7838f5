"""Parsing behind a wall: a document that crashes, hangs or eats memory costs itself, not the build.

A worker notes which document it is about to parse, and gives itself so much processor time for it. When it dies, the
tasks that were under way are done again one by one, so that the note of the one that dies again names the culprit.
"""

from __future__ import annotations

import json
import resource
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from corpus.errors import CorpusError
from corpus.pipeline.workers import WorkerDied, run
from corpus.repo import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

R = TypeVar("R")

# A machine that is out of memory kills anything; more deaths than this are not the documents' fault.
_MOST_DEATHS: Final = 100
_SPACE: Final = 2 << 30


class Isolated(Protocol):
    """A task whose documents may kill the worker. A frozen dataclass."""

    @property
    def note(self) -> Path:
        """Where the worker notes the document it is at."""
        ...

    @property
    def deadly(self) -> frozenset[str]:
        """The documents that are known to kill a worker."""
        ...


T = TypeVar("T", bound=Isolated)


class Watch:
    """What a worker does before each document. Use as a context manager around a task's documents."""

    def __init__(self, note: Path | None, seconds: int) -> None:
        self._note = note
        self._seconds = seconds
        self._before: dict[int, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        if self._note is not None:
            for limit in (resource.RLIMIT_CPU, resource.RLIMIT_AS):
                self._before[limit] = resource.getrlimit(limit)
            limits.limit_memory(_SPACE)
        return self

    def __exit__(self, *_: object) -> None:
        for limit, before in self._before.items():
            resource.setrlimit(limit, before)

    @contextmanager
    def over(self, source: str) -> Iterator[None]:
        """Note a document and time it. What takes longer is killed by the kernel, in whatever library it is."""
        if self._note is None:
            yield
            return
        self._note.write_text(json.dumps(source))
        limits.limit_time(self._seconds)
        try:
            yield
        finally:
            # Neither the time nor the blame is the next document's.
            resource.setrlimit(resource.RLIMIT_CPU, self._before[resource.RLIMIT_CPU])
            self._note.unlink(missing_ok=True)


def run_isolated(work: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[tuple[T, R]]:
    """Do `work` on each task in worker processes; yields the task as it was done and its result.

    A task that killed its worker is done again with the culprit in `deadly`.

    Raises:
        CorpusError: workers die for other reasons than their documents.
    """
    left = list(tasks)
    while left:
        try:
            for task, result in run(work, left, workers):
                left = [other for other in left if other is not task]
                yield task, result
        except WorkerDied:
            under_way = [task for task in left if task.note.exists()]
            if not under_way:
                raise _out_of_memory() from None
            for task in under_way:
                yield _alone(work, task)
                left = [other for other in left if other is not task]


def _alone(work: Callable[[T], R], task: T) -> tuple[T, R]:
    for _ in range(_MOST_DEATHS):
        try:
            return next(iter(run(work, [task], 1)))
        except WorkerDied:
            culprit = _read(task.note)
            if culprit is None or culprit in task.deadly:
                break
            task = replace(task, deadly=task.deadly | {culprit})  # type: ignore[type-var]
    raise _out_of_memory()


def _read(note: Path) -> str | None:
    try:
        return str(json.loads(note.read_text()))
    except (OSError, ValueError):
        return None


def _out_of_memory() -> CorpusError:
    return CorpusError(
        "A worker process ended without a word; most often the machine ran out of memory. Run again with --workers 1."
    )
