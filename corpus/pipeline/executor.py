"""The executor does the work of a stage. A stage gives it tasks, and does not know which executor it is.

The work is a function of a module. Tasks and results can be pickled, and files are passed by their paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Does work on tasks, in parallel if it can."""

    def map(self, work: Callable[[T], R], tasks: Sequence[T], *, light: bool = False) -> Iterator[tuple[T, R]]:
        """Do the work on each task. Yields each task with its result, in the order of the tasks.

        `Walled` tasks are isolated: a document that kills a worker costs only itself. Such a task is returned with the
        document in its `deadly`, and with the result for its other documents.

        Args:
            work: a function of a module.
            tasks: the tasks.
            light: the work takes less time than sending it to another process.

        Raises:
            WorkerDied: a worker ended, and no document was the cause.
        """
        ...


@runtime_checkable
class Walled(Protocol):
    """A task with documents that may kill a worker. A frozen dataclass with these fields."""

    @property
    def note(self) -> Path | None:
        """The file in which a worker notes its present document; None if it notes none."""
        ...

    @property
    def deadly(self) -> frozenset[str]:
        """The documents that are known to kill a worker."""
        ...


@runtime_checkable
class InFolder(Protocol):
    """A task on files of a folder, which its worker must see, and where it may write. A frozen dataclass."""

    @property
    def folder(self) -> Path:
        """The folder of the run. An executor may have an attempt write into another one, and move the files here."""
        ...


def is_remote(executor: Executor | None) -> bool:
    """Return whether an executor works on other machines, to which also work is sent that threads do well here."""
    return bool(getattr(executor, "remote", False))


class WorkerDied(Exception):
    """A worker ended without a result: a limit, the machine or a person killed it."""
